//! `hash`: the value becomes `hmac-sha256:` and the lower-case hex of its HMAC-SHA-256 under the key of the document, so
//! that equal values stay equal and none can be guessed without the key.
//!
//! Hashed is the UTF-8 of text, and of any other value its canonical JSON (RFC 8785): the order of keys and the way a number
//! is written make no difference, and numbers are those of ECMAScript, integers beyond 2^53 rounded.

use std::fmt::Write as _;

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
            Json::String(text) => self.key.hash(text.as_bytes()),
            value => self.key.hash(&canonical(value)?),
        };
        Ok(Edit::Replace(Json::String(written(hash))))
    }
}

/// How deeply maps and lists may nest at most: as deeply as JSON is read. What a host built may nest deeper, and is not
/// followed until the stack ends.
const MAX_DEPTH: usize = 127;

const EXPECTED: Invalid = Invalid::expected("a value whose maps and lists nest at most 127 deep");

fn canonical(value: &Json) -> Result<Vec<u8>, Invalid> {
    if !nests_within(value, MAX_DEPTH) {
        return Err(EXPECTED);
    }
    serde_json_canonicalizer::to_vec(value).map_err(|_| EXPECTED)
}

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
