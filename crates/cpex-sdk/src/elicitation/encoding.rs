//! What entries of the store are written as.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::session::StoreError;

/// The bytes an entry holds a value as: JSON, with the version of its shape.
///
/// # Errors
/// The value has no JSON.
pub fn encode(version: u8, value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let bytes = serde_json::to_vec(&(version, value));
    // What a value cannot be written for may quote it.
    bytes.map(Zeroizing::new).map_err(|_| StoreError("what is to be kept cannot be written".to_owned()))
}

/// The value an entry holds.
///
/// # Errors
/// It holds none of that version and shape: it may be one of another release, or broken.
pub fn decode<T: DeserializeOwned>(version: u8, bytes: &[u8]) -> Result<T, StoreError> {
    match serde_json::from_slice::<(u8, T)>(bytes) {
        Ok((written, value)) if written == version => Ok(value),
        _ => Err(StoreError("what is kept cannot be read".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_in_the_version_it_was_written_in_and_in_no_other() {
        let bytes = encode(1, &"a").unwrap_or_default();
        assert_eq!(decode(1, &bytes), Ok("a".to_owned()));
        for broken in [&b"[2,\"a\"]"[..], b"[1,2]", b"[1]", b"[1,\"a\",3]", b"\"a\"", b"", b"\xff"] {
            assert!(decode::<String>(1, broken).is_err(), "{broken:?}");
        }
    }
}
