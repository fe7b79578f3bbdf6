//! Any text, read as a field pipeline: a value and the same value as JSON text are treated alike, and a redaction at its end
//! leaves nothing of either.

use cpex::{Answer, Decision, Operation, Outcome};
use serde_json::{Map, Value as Json, json};

use super::monitor::{Monitor, denial, somebody, text_part, texts};

/// The longest text that is tried: longer ones add nothing but time.
const MAX_BYTES: usize = 2_000;

const SECRET: &str = "Zq7ÿ9Xw8kVj";

pub(super) fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if text.len() > MAX_BYTES {
        return;
    }
    if let Some(monitor) = monitor(text) {
        for value in values() {
            both_forms_are_alike(&monitor, text, &json!({ "a": value, "b": [value] }));
        }
    }
    if let Some(monitor) = monitor(&format!("{text} | redact")) {
        for value in [json!(SECRET), json!([SECRET]), json!({ "x": SECRET })] {
            nothing_is_left(&monitor, text, &json!({ "a": value }));
        }
    }
}

fn monitor(pipeline: &str) -> Option<Monitor> {
    let document = json!({
        "plugin_settings": { "hash_key": { "kind": "literal", "secret": "0123456789abcdef0123456789abcdef" } },
        "routes": [{ "tool": "t", "args": { "a": pipeline }, "result": { "a": pipeline } }],
    });
    Monitor::new(&document.to_string()).ok()
}

fn both_forms_are_alike(monitor: &Monitor, pipeline: &str, value: &Json) {
    let structured = call(monitor, &Answer::structured(value.clone()));
    let answer = Answer::with_parts(Json::Null, vec![text_part(&value.to_string())]);
    let written = call(monitor, &answer);
    assert_eq!(denial(&structured), denial(&written), "`{pipeline}` and {value}: two forms of it end in two ways");
    let (Decision::Allow(structured), Decision::Allow(written)) = (structured.decision, written.decision) else {
        return;
    };
    let text = texts(&written).next().unwrap_or_default();
    let read: Option<Json> = serde_json::from_str(text).ok();
    assert_eq!(
        read.as_ref(),
        Some(structured.content()),
        "`{pipeline}` and {value}: two forms of it are treated in two ways"
    );
}

fn nothing_is_left(monitor: &Monitor, pipeline: &str, value: &Json) {
    let parts = vec![text_part(&value.to_string())];
    let outcome = call(monitor, &Answer::with_parts(value.clone(), parts));
    let shown = format!("{outcome:?}");
    assert!(!shown.contains(SECRET), "`{pipeline} | redact` leaves the secret: {shown}");
}

fn call(monitor: &Monitor, answer: &Answer) -> Outcome<Answer> {
    // The arguments are without the field, or no result would be reached.
    monitor.guard(Operation::tool("t", Map::new()).caller(somebody()).session("s"), answer)
}

fn values() -> [Json; 12] {
    [
        Json::Null,
        json!(true),
        json!(0),
        json!(-1.5),
        json!(1000),
        json!(u64::MAX),
        json!(""),
        json!("ab\"\\é𝄞"),
        json!("a@b.example"),
        json!("2024-02-29"),
        json!(["1", 1]),
        json!({ "a": "1" }),
    ]
}
