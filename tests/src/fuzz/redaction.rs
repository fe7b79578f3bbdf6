//! Any text, as a part of a result whose fields of one name are redacted at any depth: every one of them is, nothing else is
//! changed, and what is no JSON object or list is withheld.

use cpex::{Answer, Decision, Operation};
use serde_json::{Map, Value as Json};

use super::monitor::{Monitor, denial, text_part, texts};
use super::tree::{Tree, read};

const NAME: &str = "ssn";

const POLICY: &str = r#"{ routes: [ { tool: t, result: { "**.ssn": redact } } ] }"#;

pub(super) fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(monitor) = Monitor::new(POLICY) else { panic!("the policy of this body does not load") };
    let answer = Answer::with_parts(Json::Null, vec![text_part(text)]);
    let outcome = monitor.guard(Operation::tool("t", Map::new()), &answer);
    let denied = denial(&outcome);
    let before = match read(text) {
        Ok(tree @ (Tree::Map(_) | Tree::List(_))) => tree,
        // The reader of this body has limits of its own, which say nothing of the text.
        Err(error) if is_limit(&error) => return,
        Ok(_) | Err(_) => {
            assert_eq!(denied, Some("result.unreadable"), "what is no JSON object or list is released: {text:?}");
            return;
        }
    };
    let Decision::Allow(released) = outcome.decision else { panic!("denied {denied:?}: {text:?}") };
    let released: Vec<&str> = texts(&released).collect();
    let [released] = released.as_slice() else { panic!("one part became {released:?}: {text:?}") };
    let expected = before.with_members(NAME, &Tree::Text("[REDACTED]".to_owned()));
    assert_eq!(read(released).ok(), Some(expected), "{text:?} became {released:?}");
}

/// Numbers past a double and nesting past 128 are JSON all the same, and so is an escape of half a surrogate pair (RFC 8259,
/// section 8.2).
fn is_limit(error: &serde_json::Error) -> bool {
    let said = error.to_string();
    ["out of range", "recursion limit", "surrogate", "end of hex escape"].iter().any(|limit| said.contains(limit))
}
