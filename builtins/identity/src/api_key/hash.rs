//! Hashes of keys.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordVerifier};
use sha2::{Digest as _, Sha256};

/// How much memory one Argon2id hash may take, in KiB.
const MAX_MEMORY_KIB: u32 = 64 * 1024;

/// How often an Argon2id hash may go over its memory.
const MAX_PASSES: u32 = 16;

/// How many lanes the memory of an Argon2id hash may have.
const MAX_LANES: u32 = 16;

/// How long the output of an Argon2id hash is at least, in bytes.
const MIN_OUTPUT: usize = 16;

/// The hash of a key, as the document states it.
pub(super) enum KeyHash {
    /// The SHA-256 digest of a random key.
    Random([u8; 32]),
    /// A hash that is costly to make.
    Costly(CostlyHash),
}

/// An Argon2id hash (RFC 9106) that takes no more than a set amount of memory and time.
#[derive(Clone)]
pub(super) struct CostlyHash(Arc<PasswordHash>);

impl KeyHash {
    /// Reads `sha256:` with 64 hexadecimal digits, or a PHC string of Argon2id.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        if let Some(digits) = text.strip_prefix("sha256:") {
            return digest(digits).map(Self::Random).ok_or("a SHA-256 digest has 64 hexadecimal digits");
        }
        if text.starts_with("$argon2id$") {
            return CostlyHash::read(text).map(Self::Costly);
        }
        Err("expected `sha256:` with the digest of a random key, or a PHC string that begins with `$argon2id$`")
    }
}

impl CostlyHash {
    fn read(text: &str) -> Result<Self, &'static str> {
        let hash = PasswordHash::new(text).map_err(|_| "the PHC string cannot be read")?;
        if hash.version != Some(19) {
            return Err("the version of the hash is not 19");
        }
        let params = Params::try_from(&hash).map_err(|_| "the parameters of the hash cannot be read")?;
        if params.m_cost() > MAX_MEMORY_KIB || params.t_cost() > MAX_PASSES || params.p_cost() > MAX_LANES {
            return Err("the hash takes more than 64 MiB, 16 passes or 16 lanes");
        }
        let is_complete = hash.salt.is_some() && hash.hash.as_ref().is_some_and(|output| output.len() >= MIN_OUTPUT);
        if is_complete { Ok(Self(Arc::new(hash))) } else { Err("the hash has no salt, or less than 16 bytes") }
    }

    /// Whether it is that of this key. Takes as long as its parameters say; outputs are compared in constant time.
    pub(super) fn is_of(&self, key: &str) -> bool {
        Argon2::default().verify_password(key.as_bytes(), &*self.0).is_ok()
    }
}

/// The digest a random key is known by.
pub(super) fn digest_of(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

fn digest(digits: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if pairs.len() != digest.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(digest)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> &'static str {
        KeyHash::read(text).err().unwrap_or("it was read")
    }

    #[test]
    fn a_digest_is_read_in_either_case_of_its_digits_and_in_no_other_length() {
        let digits: String = digest_of("key").iter().map(|byte| format!("{byte:02X}")).collect();
        for digits in [digits.clone(), digits.to_lowercase()] {
            let read = KeyHash::read(&format!("sha256:{digits}"));
            assert!(matches!(read, Ok(KeyHash::Random(read)) if read == digest_of("key")));
        }
        for wrong in [format!("{digits}00"), format!("{digits}0"), "G".repeat(64), "ab".to_owned(), String::new()] {
            assert_eq!(fault(&format!("sha256:{wrong}")), "a SHA-256 digest has 64 hexadecimal digits", "{wrong}");
        }
    }

    #[test]
    fn other_sorts_of_hashes_are_refused() {
        for other in ["", "key", "sha1:00", "SHA256:00", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"]
        {
            assert!(fault(other).starts_with("expected `sha256:`"), "{other}");
        }
    }

    #[test]
    fn an_argon2id_hash_has_bounds() {
        let with = |version: &str, params: &str, rest: &str| fault(&format!("$argon2id${version}${params}${rest}"));
        let (fits, output) = ("m=8,t=1,p=1", "c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(with("v=19", fits, output), "it was read");
        assert_eq!(with("v=16", fits, output), "the version of the hash is not 19");
        assert_eq!(with("v=19", fits, "c2FsdHNhbHQ"), "the hash has no salt, or less than 16 bytes");
        assert_eq!(
            with("v=19", fits, "c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAA"),
            "the hash has no salt, or less than 16 bytes"
        );
        for params in ["m=65537,t=1,p=1", "m=8,t=17,p=1", "m=136,t=1,p=17"] {
            assert_eq!(with("v=19", params, output), "the hash takes more than 64 MiB, 16 passes or 16 lanes");
        }
        assert_eq!(with("v=19", "m=7,t=1,p=1", output), "the parameters of the hash cannot be read");
        assert_eq!(with("v=19", "t=x", "!"), "the PHC string cannot be read");
    }
}
