//! The key that `hash` stages of a document hash under.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A key of HMAC-SHA-256 (RFC 2104, RFC 6234): wiped when dropped, `[redacted]` in `Debug`.
#[derive(Clone)]
pub struct HashKey(Hmac<Sha256>);

/// What a document says about its key.
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

    /// The 32 bytes of the HMAC of a message.
    pub(crate) fn hash(&self, message: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(message).finalize().into_bytes().into()
    }
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
