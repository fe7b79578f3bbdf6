//! Any text, read as an expression: its negation decides otherwise, and its canonical spelling alike.

use cpex::apl::print;
use cpex::{Answer, Operation};
use serde_json::{Map, Value as Json, json};

use super::monitor::{Monitor, denial, somebody};

/// The longest text that is tried: longer ones add nothing but time.
const MAX_BYTES: usize = 2_000;

pub(super) fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if text.len() > MAX_BYTES {
        return;
    }
    let Some(plain) = decide(text) else { return };
    let canonical = print::expression(text);
    let Some(canonical) = canonical else { panic!("`{text}` loads and has no canonical spelling") };
    assert_eq!(print::expression(&canonical).as_deref(), Some(&*canonical), "the canonical spelling of `{text}` moves");
    assert_eq!(decide(&canonical), Some(plain.clone()), "`{text}` and `{canonical}` decide in two ways");
    // Where the brackets pass a limit there is no negation to ask.
    let Some(negated) = decide(&format!("!({text})")) else { return };
    for (plain, negated) in plain.iter().zip(&negated) {
        match plain {
            None => assert_eq!(*negated, Some("policy.denied"), "`{text}` and its negation both do not hold"),
            Some("policy.denied") => assert_eq!(*negated, None, "`{text}` and its negation both hold"),
            fault => assert_eq!(fault, negated, "the negation of `{text}` has another fault"),
        }
    }
}

/// Why each call is denied if the expression denies; nothing where it does not load.
fn decide(text: &str) -> Option<Vec<Option<&'static str>>> {
    let route = |key: &str| json!({ "tool": "t", key: [{ "when": text, "do": "deny" }] });
    let before = Monitor::new(&json!({ "routes": [route("policy")] }).to_string()).ok();
    // What may be read of a result may stand after the operation only.
    let after = Monitor::new(&json!({ "routes": [route("post_policy")] }).to_string()).ok();
    let monitors: Vec<Monitor> = before.into_iter().chain(after).collect();
    let decided = monitors.iter().flat_map(|monitor| calls().map(|call| denial(&monitor.guard(call, &answer()))));
    (!monitors.is_empty()).then(|| decided.collect())
}

fn calls() -> impl Iterator<Item = Operation> {
    let full = json!({
        "a": 1, "b": "x", "c": [1, "x", null], "d": { "a": true, "é": "ü" }, "e": "1e3", "f": 9_007_199_254_740_993_u64,
        "n": null, "o": 2.5, "s": "", "l": [], "t": "true",
    });
    let full: Map<String, Json> = full.as_object().cloned().unwrap_or_default();
    [Operation::tool("t", Map::new()), Operation::tool("t", full).caller(somebody()).session("s")].into_iter()
}

fn answer() -> Answer {
    Answer::structured(json!({ "a": [1, 2], "b": { "a": "x" }, "n": null }))
}
