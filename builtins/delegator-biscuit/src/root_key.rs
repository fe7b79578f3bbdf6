//! The `root_public_key` of a config.

use std::fs;

use biscuit_auth::{Algorithm, PublicKey};
use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape};
use serde_json::Value as Json;

/// What may be said of the key; [`KINDS`] says what belongs to which kind.
pub(crate) const KEYS: &[Key] = &[
    Key::required("kind", Shape::Word(&["hex", "file", "bytes"]), "What is given: `hex`, `file` or `bytes`."),
    Key::optional(
        "algorithm",
        Shape::Word(&["ed25519", "secp256r1"]),
        "What it signs by: `ed25519` (default) or `secp256r1`.",
    ),
    Key::optional("hex", Shape::Text, "The key in hexadecimal digits, such as `biscuit keypair` prints."),
    Key::optional("path", Shape::Text, "Path of a file with such digits, from the directory of the document."),
    Key::optional("bytes", Shape::List(&Shape::Integer), "The bytes of the key, from 0 to 255 each."),
];

/// The kinds, each with the key that it must have.
const KINDS: [(&str, &str); 3] = [("hex", "hex"), ("file", "path"), ("bytes", "bytes")];

/// Reads the key; none where something is wrong with it, which is then among the faults.
pub(crate) fn read(node: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<PublicKey> {
    let kind = node.get("kind")?;
    let (kind, own) = KINDS.into_iter().find(|(name, _)| kind.text() == Some(name))?;
    for other in KINDS.iter().map(|(_, name)| *name).filter(|name| *name != own) {
        if let Some(value) = node.get(other) {
            faults.push(value.fault(format!("`{other}` is not read for a key of kind `{kind}`")));
        }
    }
    let Some(given) = node.get(own) else {
        faults.push(node.fault(format!("the key `{own}` is missing")));
        return None;
    };
    let algorithm = match node.get("algorithm").and_then(|algorithm| algorithm.text()) {
        Some("secp256r1") => Algorithm::Secp256r1,
        _ => Algorithm::Ed25519,
    };
    let key = match kind {
        "bytes" => from_bytes(&bytes(given.value)?, algorithm).map_err(str::to_owned),
        "file" => from_file(given.text()?, host, algorithm),
        _ => from_hex(given.text()?, algorithm).map_err(str::to_owned),
    };
    key.map_err(|fault| faults.push(given.fault(fault))).ok()
}

/// None where it is no list of numbers, which is told elsewhere. A number past 255 leads to no byte and so to no key.
fn bytes(given: &Json) -> Option<Vec<u8>> {
    let numbers: Option<Vec<u64>> = given.as_array()?.iter().map(Json::as_u64).collect();
    Some(numbers?.into_iter().filter_map(|number| u8::try_from(number).ok()).collect())
}

fn from_file(path: &str, host: &Host, algorithm: Algorithm) -> Result<PublicKey, String> {
    let text =
        fs::read_to_string(host.directory.join(path)).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    from_hex(text.trim(), algorithm).map_err(|fault| format!("in `{path}`: {fault}"))
}

/// What `biscuit keypair` prints has the algorithm before the digits.
fn from_hex(text: &str, algorithm: Algorithm) -> Result<PublicKey, &'static str> {
    let (named, own) = match algorithm {
        Algorithm::Ed25519 => ("secp256r1/", "ed25519/"),
        Algorithm::Secp256r1 => ("ed25519/", "secp256r1/"),
    };
    if text.starts_with(named) {
        return Err("the key names another `algorithm` than the config");
    }
    let digits = text.strip_prefix(own).unwrap_or(text);
    let key = PublicKey::from_bytes_hex(digits, algorithm).map_err(|_| UNFIT)?;
    from_bytes(&key.to_bytes(), algorithm)
}

/// A key of nothing but zeros is the place of one, and a point under which signatures can be forged.
fn from_bytes(bytes: &[u8], algorithm: Algorithm) -> Result<PublicKey, &'static str> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Err(UNFIT);
    }
    PublicKey::from_bytes(bytes, algorithm).map_err(|_| UNFIT)
}

const UNFIT: &str = "this is no public key of that algorithm";
