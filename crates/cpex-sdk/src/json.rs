//! JSON from outside: an object whose every member counts.
//!
//! Readers differ on which of two members of one name they keep, so an object that states one twice can mean one thing to
//! the issuer and another here. Such an object is not read at all (RFC 7515, section 4; RFC 7519, section 4).

use serde_json::{Map, Value as Json};

/// How deep objects and lists may nest.
const MAX_DEPTH: usize = 32;

/// Why a text is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no JSON, or no object.
    NotAnObject,
    /// Objects and lists nest deeper than 32.
    TooDeep,
    /// One object has two members of one name.
    MemberTwice,
}

impl Unreadable {
    /// What is wrong, to follow the name of the text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotAnObject => "is not a JSON object",
            Self::TooDeep => "nests deeper than 32",
            Self::MemberTwice => "states a member twice",
        }
    }
}

/// Reads an object.
///
/// # Errors
/// Why it is not read.
pub fn object(text: &[u8]) -> Result<Map<String, Json>, Unreadable> {
    let written = scan(text);
    if written.depth > MAX_DEPTH {
        return Err(Unreadable::TooDeep);
    }
    let object: Map<String, Json> = serde_json::from_slice(text).map_err(|_| Unreadable::NotAnObject)?;
    // Of members with one name the map keeps one, whatever escapes the names were written with.
    if members(&object) == written.members { Ok(object) } else { Err(Unreadable::MemberTwice) }
}

struct Written {
    /// Right where the text is JSON.
    members: usize,
    depth: usize,
}

/// Counts without reading: in JSON a colon outside of text is a member.
fn scan(text: &[u8]) -> Written {
    let mut written = Written { members: 0, depth: 0 };
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text {
        match (quoted, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => quoted = !quoted,
            (true, _) => {}
            (false, b':') => written.members += 1,
            (false, b'{' | b'[') => {
                depth += 1;
                written.depth = written.depth.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, _) => {}
        }
    }
    written
}

fn members(object: &Map<String, Json>) -> usize {
    object.len() + object.values().map(members_within).sum::<usize>()
}

fn members_within(value: &Json) -> usize {
    match value {
        Json::Object(object) => members(object),
        Json::Array(items) => items.iter().map(members_within).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_whole() {
        let text = br#" {"a": {"b": [1, {"c": "x:{\"y\":1}"}], "b2": null}, "d\\": ":", "e": 1.5} "#;
        assert_eq!(object(text).map(Json::Object).ok(), serde_json::from_slice(text).ok());
        assert_eq!(object(b"{}"), Ok(Map::new()));
    }

    #[test]
    fn a_member_stated_twice_is_found_at_any_depth_and_in_any_spelling() {
        for text in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "b": 2, "a": 3}"#,
            r#"{"x": {"a": 1, "a": 2}}"#,
            r#"{"x": [[{"a": 1, "a": 2}]]}"#,
            r#"{"aa": 1, "\u0061a": 2}"#,
            r#"{"": 1, "": 2}"#,
        ] {
            assert_eq!(object(text.as_bytes()), Err(Unreadable::MemberTwice), "{text}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in
            ["", "null", "[]", "1", "\"a\"", "{", "{} {}", "{}x", "{\"a\":}", "{'a':1}", "{\"a\":1,}", "\u{feff}{}"]
        {
            assert_eq!(object(text.as_bytes()), Err(Unreadable::NotAnObject), "{text}");
        }
        assert_eq!(object(b"{\"a\": \"\xff\"}"), Err(Unreadable::NotAnObject));
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(object(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert_eq!(object(nested(MAX_DEPTH).as_bytes()), Err(Unreadable::TooDeep));
        assert_eq!(object(nested(100_000).as_bytes()), Err(Unreadable::TooDeep));
    }
}
