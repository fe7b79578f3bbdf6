//! Keys that sign logs, and those that verify them: Ed25519 (RFC 8032).

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::streams::Streams;

/// A public key.
#[derive(Debug)]
pub(super) struct PublicKey {
    /// Its SHA-256 digest in hexadecimal, by which a checkpoint names it.
    pub(super) id: String,
    bytes: [u8; 32],
}

/// What precedes the key in its PEM form (RFC 8410).
const PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl PublicKey {
    /// The key that an argument names: the path of a PEM file, or the 64 hexadecimal digits of the key itself.
    pub(super) fn read(argument: &str) -> Result<Self, String> {
        let bytes = match from_hex::<32>(argument) {
            Some(bytes) => bytes,
            None => {
                let text = std::fs::read_to_string(argument);
                let text = text.map_err(|error| format!("cannot read the key `{argument}`: {error}"))?;
                from_pem(&text).ok_or_else(|| not_a_key(argument, &text))?
            }
        };
        Ok(Self { id: to_hex(digest(&SHA256, &bytes).as_ref()), bytes })
    }

    /// Whether that is its signature, in hexadecimal, of these bytes.
    pub(super) fn verifies(&self, bytes: &[u8], signature: &str) -> bool {
        let signature = from_hex::<64>(signature);
        signature
            .is_some_and(|signature| UnparsedPublicKey::new(&ED25519, &self.bytes).verify(bytes, &signature).is_ok())
    }
}

/// Writes a new private key to a file that is not there yet, and prints its public key.
pub(super) fn generate(path: &Path, streams: &mut Streams<'_>) -> u8 {
    let Ok(pair) = Ed25519KeyPair::generate() else {
        streams.complain("there is no randomness to make a key of");
        return 2;
    };
    let (Ok(private), Ok(public)) = (pair.to_pkcs8v1(), public_der(&pair)) else {
        streams.complain("the key cannot be written as PEM");
        return 2;
    };
    if let Err(error) = write_new(path, &pem("PRIVATE KEY", private.as_ref())) {
        streams.complain(format!("cannot write `{}`: {error}", path.display()));
        return 2;
    }
    streams.say(pem("PUBLIC KEY", public.as_ref()).trim_end());
    0
}

/// Lower-case digits of these bytes.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One spelling only, so that nothing can be changed in a text that verifies.
fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Option<Vec<u8>> = text.chars().map(digit).collect();
    let digits = digits.filter(|digits| digits.len() == 2 * N)?;
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
    bytes.try_into().ok()
}

fn digit(digit: char) -> Option<u8> {
    let is_lower = digit.is_ascii_digit() || digit.is_ascii_lowercase();
    u8::try_from(digit.to_digit(16).filter(|_| is_lower)?).ok()
}

fn from_pem(text: &str) -> Option<[u8; 32]> {
    let body = text.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?.strip_suffix("-----END PUBLIC KEY-----")?;
    let der = STANDARD.decode(body.split_whitespace().collect::<String>()).ok()?;
    der.strip_prefix(&PREFIX)?.try_into().ok()
}

fn public_der(pair: &Ed25519KeyPair) -> Result<Vec<u8>, Unspecified> {
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
    Ok(der.as_ref().to_vec())
}

fn not_a_key(path: &str, text: &str) -> String {
    if text.contains("PRIVATE KEY") {
        return format!("`{path}` holds a private key: verify with the public one, and keep this from who verifies");
    }
    format!("`{path}` is no Ed25519 public key: expected PEM, or the 64 hexadecimal digits of the key itself")
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// For its owner alone to read.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
