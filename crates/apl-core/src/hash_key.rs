//! Keys that values of a document's operations are hashed under.

use std::fmt::{self, Write as _};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value as Json;
use sha2::Sha256;

/// A key of HMAC-SHA-256 (RFC 2104, RFC 6234): wiped when dropped, `[redacted]` in `Debug`.
#[derive(Clone)]
pub struct HashKey(Hmac<Sha256>);

/// What a document says about a key.
#[derive(Clone, Debug, Default)]
pub enum DeclaredKey {
    /// It names none.
    #[default]
    Absent,
    /// It names one that cannot be had. Whoever found this out has refused the document for it.
    Refused,
    /// It names this one.
    Known(HashKey),
}

impl HashKey {
    /// The key of these bytes, of any length; none of no bytes at all, under which anybody could hash.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        Hmac::new_from_slice(bytes).ok().map(Self)
    }

    /// `hmac-sha256:` and the lower-case hex of the HMAC of a value's canonical JSON (RFC 8785): the order of keys and the way
    /// a number is written make no difference. None where maps and lists nest more than 127 deep.
    #[must_use]
    pub fn of_json(&self, value: &Json) -> Option<String> {
        if !nests_within(value, MAX_DEPTH) {
            return None;
        }
        serde_json_canonicalizer::to_vec(value).ok().map(|canonical| written(self.hash(&canonical)))
    }

    /// The same of the UTF-8 of a text.
    pub(crate) fn of_text(&self, text: &str) -> String {
        written(self.hash(text.as_bytes()))
    }

    fn hash(&self, message: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(message).finalize().into_bytes().into()
    }
}

/// How deeply maps and lists may nest at most: as deeply as JSON is read. What a host built may nest deeper, and is not
/// followed until the stack ends.
const MAX_DEPTH: usize = 127;

fn nests_within(value: &Json, depth: usize) -> bool {
    let inside = |value: &Json| depth.checked_sub(1).is_some_and(|depth| nests_within(value, depth));
    match value {
        Json::Array(elements) => depth > 0 && elements.iter().all(inside),
        Json::Object(members) => depth > 0 && members.values().all(inside),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => true,
    }
}

fn written(hash: [u8; 32]) -> String {
    let mut text = String::with_capacity("hmac-sha256:".len() + 2 * hash.len());
    text.push_str("hmac-sha256:");
    for byte in hash {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    fn hex(bytes: [u8; 32]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hashes_are_those_of_rfc_4231() {
        for (key, message, expected) in [
            (vec![0x0b; 20], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe".to_vec(),
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let key = HashKey::new(&key).unwrap();
            assert_eq!(hex(key.hash(message.as_bytes())), expected);
            assert_eq!(hex(key.hash(message.as_bytes())), expected, "a key hashes more than once");
        }
    }

    #[test]
    fn no_bytes_are_no_key() {
        assert!(HashKey::new(b"").is_none());
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", DeclaredKey::Known(HashKey::new(b"Jefe").unwrap())), "Known([redacted])");
    }
}
