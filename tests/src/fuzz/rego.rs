//! Any text as a Rego policy, and its first line, a comment, as the query: it decides twice alike, by what it mentions as by
//! all there is, or is refused where it is wrong.

use std::sync::LazyLock;

use cpex::{Caller, Operation};
use serde_json::{Map, Value as Json, json};

use super::monitor::{Monitor, denial, somebody};

/// The longest text that is tried: longer ones add nothing but time.
const MAX_BYTES: usize = 4_000;

static ARGS: LazyLock<Map<String, Json>> = LazyLock::new(|| {
    let args = json!({
        "a": 1, "b": "x", "c": [1, "x", null], "d": { "a": true, "é": "ü" }, "e": "1e3", "f": 9_007_199_254_740_993_u64,
        "n": null, "o": 2.5, "s": "", "l": [], "t": "true",
    });
    args.as_object().cloned().unwrap_or_default()
});

pub(super) fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if text.len() > MAX_BYTES {
        return;
    }
    let query = text.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
    let Ok(monitor) = load(text, &json!({ "query": query })) else { return };
    let is_of_arguments = text.matches("input").count() == text.matches("input.args").count();
    let given = load(text, &json!({ "query": query, "input": { "args": "${args}" } })).ok().filter(|_| is_of_arguments);
    for caller in [Caller::anonymous, somebody] {
        let call = || Operation::tool("t", ARGS.clone()).caller(caller()).session("s");
        let outcome = monitor.authorize(call());
        let code = denial(&outcome);
        assert!(
            matches!(code, None | Some("pdp.denied" | "pdp.error" | "session.unbound")),
            "a policy denies by `{code:?}`"
        );
        assert_eq!(denial(&monitor.authorize(call())), code, "a policy decides in two ways");
        if let Some(given) = &given {
            assert_eq!(denial(&given.authorize(call())), code, "what is mentioned is not all that is read");
        }
    }
}

fn load(policy: &str, step: &Json) -> Result<Monitor, cpex::document::LoadError> {
    let document = json!({
        "global": { "pdp": [{ "kind": "opa", "policy_text": policy }] },
        "routes": [{ "tool": "t", "policy": [{ "opa": step }] }],
    });
    Monitor::asking(&document.to_string(), "opa")
}
