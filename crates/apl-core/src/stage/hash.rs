//! `hash`: the value becomes `hmac-sha256:` and the lower-case hex of its HMAC-SHA-256 under the key of the document, so
//! that equal values stay equal and none can be guessed without the key.
//!
//! Hashed is the UTF-8 of text, and of any other value its canonical JSON (RFC 8785): the order of keys and the way a number
//! is written make no difference, and numbers are those of ECMAScript, integers beyond 2^53 rounded.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage};
use crate::field::Edit;
use crate::hash_key::HashKey;

#[derive(Debug)]
struct Hash {
    key: HashKey,
}

pub(super) fn stage(key: HashKey) -> Box<dyn Stage> {
    Box::new(Hash { key })
}

impl Stage for Hash {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        let hash = match value {
            Json::String(text) => self.key.of_text(text),
            value => self.key.of_json(value).ok_or(EXPECTED)?,
        };
        Ok(Edit::Replace(Json::String(hash)))
    }
}

const EXPECTED: Invalid = Invalid::expected("a value whose maps and lists nest at most 127 deep");
