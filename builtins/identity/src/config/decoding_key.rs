//! The `decoding_key` of an issuer.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Secret;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, SecretSource, Shape};
use cpex_sdk::{Host, json, peer};
use serde_json::Value as Json;

use crate::issuer::Keys;
use crate::key::VerifyingKey;
use crate::key_set::KeySet;

/// What may be said of a key; [`KINDS`] says what belongs to which kind.
pub(super) const KEYS: &[Key] = &[
    Key::required(
        "kind",
        Shape::Word(&["pem", "pem_file", "jwk", "secret", "jwks_url"]),
        "What is given: `pem`, `pem_file`, `jwk`, `secret` or `jwks_url`.",
    ),
    Key::optional("pem", Shape::Text, "A public key in PEM."),
    Key::optional("path", Shape::Text, "Path of a file with a public key in PEM, from the directory of the document."),
    Key::optional("jwk", JWK, "A JSON Web Key, as a map or as JSON text."),
    Key::optional("secret", Shape::Either(&[Shape::Text, Shape::Secret]), "A shared secret, or where it comes from."),
    Key::optional("url", Shape::Text, "Where the issuer publishes its keys (RFC 7517, section 5)."),
    Key::optional(
        "refresh_secs",
        Shape::Integer,
        "How long published keys serve before they are fetched anew, in seconds; from 30 to 86400, 3600 by default.",
    ),
    peer::INSECURE_HTTP,
    peer::ALLOW_PRIVATE,
    peer::CA_FILE,
    peer::CLIENT_CERTIFICATE_FILE,
    peer::CLIENT_KEY,
];

/// What else is read of keys that are published.
const OF_PUBLISHED: [&str; 6] = [
    "refresh_secs",
    peer::INSECURE_HTTP.name,
    peer::ALLOW_PRIVATE.name,
    peer::CA_FILE.name,
    peer::CLIENT_CERTIFICATE_FILE.name,
    peer::CLIENT_KEY.name,
];

/// How long published keys serve by default, in seconds.
const REFRESH_S: u64 = 3600;

const JWK: Shape = Shape::Either(&[Shape::Map(&Shape::Any), Shape::Text]);

/// The kinds, each with the key that it must have.
const KINDS: [(&str, &str); 5] =
    [("pem", "pem"), ("pem_file", "path"), ("jwk", "jwk"), ("secret", "secret"), ("jwks_url", "url")];

/// Reads a key; none where something is wrong with it, which is then among the faults.
pub(super) fn read(node: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Keys> {
    let kind = node.get("kind")?;
    let (kind, own) = KINDS.into_iter().find(|(name, _)| kind.text() == Some(name))?;
    for other in KEYS.iter().map(|key| key.name).filter(|name| *name != "kind" && *name != own) {
        if kind == "jwks_url" && OF_PUBLISHED.contains(&other) {
            continue;
        }
        if let Some(value) = node.get(other) {
            faults.push(value.fault(format!("`{other}` is not read for a key of kind `{kind}`")));
        }
    }
    let Some(given) = node.get(own) else {
        faults.push(node.fault(format!("the key `{own}` is missing")));
        return None;
    };
    if kind == "jwks_url" {
        return published(node, &given, host, faults).map(Keys::Published);
    }
    match verifying_key(kind, &given, host)? {
        Ok(key) => Some(Keys::One(Box::new(key))),
        Err(fault) => {
            faults.push(given.fault(fault));
            None
        }
    }
}

fn published(
    node: &ConfigNode<'_>,
    url: &ConfigNode<'_>,
    host: &Host,
    faults: &mut Vec<ConfigFault>,
) -> Option<KeySet> {
    let refresh = node.get("refresh_secs");
    let refresh_s = refresh.as_ref().map_or(Some(REFRESH_S), |node| node.value.as_u64())?;
    if let Some(refresh) = refresh.filter(|_| !(30..=86400).contains(&refresh_s)) {
        faults.push(refresh.fault("expected from 30 to 86400 seconds"));
        return None;
    }
    let client = peer::client(node, url, host, faults)?;
    Some(KeySet::new(url.text()?, client, Arc::clone(&host.clock), Duration::from_secs(refresh_s)))
}

/// None where the value is of another shape than it should be, which is told elsewhere.
fn verifying_key(kind: &str, given: &ConfigNode<'_>, host: &Host) -> Option<Result<VerifyingKey, String>> {
    let text = given.text();
    let key = match (kind, given.value) {
        ("pem", _) => VerifyingKey::from_pem(text?),
        ("pem_file", _) => return Some(pem_file(text?, host)),
        ("jwk", Json::Object(jwk)) => VerifyingKey::from_jwk(jwk),
        ("jwk", _) => match json::object(text?.as_bytes()) {
            Ok(jwk) => VerifyingKey::from_jwk(&jwk),
            Err(unreadable) => return Some(Err(format!("the text of the key {}", unreadable.text()))),
        },
        ("secret", Json::String(secret)) => VerifyingKey::from_secret(&Secret::from(secret.as_str())),
        _ => return Some(secret(&SecretSource::from_config(given.value).ok()?, host)),
    };
    Some(key.map_err(str::to_owned))
}

fn pem_file(path: &str, host: &Host) -> Result<VerifyingKey, String> {
    let text =
        fs::read_to_string(host.directory.join(path)).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    VerifyingKey::from_pem(&text).map_err(|fault| format!("in `{path}`: {fault}"))
}

fn secret(source: &SecretSource, host: &Host) -> Result<VerifyingKey, String> {
    let secret = host.secrets.read(source).map_err(|error| error.to_string())?;
    VerifyingKey::from_secret(&secret).map_err(str::to_owned)
}
