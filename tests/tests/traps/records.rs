//! What audit logs get, and what they do not.

use cpex::prelude::*;
use serde_json::{Value as Json, json};

use super::monitor::{End, call, tool};

/// A value of arguments and results, in nothing but them.
const VALUE: &str = "planted-4711";

fn policy(folder: &str) -> String {
    format!(
        r#"
plugins:
  - {{ name: one, kind: audit/logger, config: {{ destination: {{ file: {{ path: {folder}/one.jsonl }} }} }} }}
  - name: two
    kind: audit/logger
    config:
      destination: {{ file: {{ path: {folder}/two.jsonl }} }}
      format: ocsf
      chain: {{ key: {{ kind: literal, secret: {} }} }}
routes:
  - tool: t
    policy: ["args.mode == 'no': deny('not now', 'not.now')"]
    args: {{ secret: "redact" }}
    result: {{ secret: "mask(2)" }}
"#,
        "07".repeat(32)
    )
}

#[test]
fn trap_42_every_sink_gets_every_decision_and_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let policy = policy(folder.path().to_str().unwrap());
    let answer = || Answer::structured(json!({ "secret": VALUE }));
    let allowed = call(&policy, tool(&json!({ "secret": VALUE })), answer());
    // The mask is of what goes on, and the log is made of neither.
    assert_eq!(allowed, End::Allowed(json!({ "secret": "[REDACTED]" }), vec![json!({ "secret": "**********11" })]));
    let denied = call(&policy, tool(&json!({ "mode": "no", "secret": VALUE })), answer());
    assert_eq!(denied, End::Denied("policy.denied".to_owned()));
    let unmatched = Operation::tool("u", serde_json::Map::from_iter([("secret".to_owned(), VALUE.into())]));
    let unmatched = call(&policy, unmatched, answer());
    assert_eq!(unmatched, End::Denied("route.unmatched".to_owned()));

    for name in ["one.jsonl", "two.jsonl"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(!text.contains("planted"), "{text}");
        let lines = text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
        let inner = lines.map(|line| line.pointer("/unmapped/cpex").cloned().unwrap_or(line));
        let decisions: Vec<String> = inner
            .filter(|line| line.get("decision").is_some())
            .map(|line| format!("{} {} {}", line["phase"], line["decision"], line["code"]).replace('"', ""))
            .collect();
        let expected = ["pre allow null", "post allow null", "pre deny policy.denied", "pre deny route.unmatched"];
        assert_eq!(decisions, expected, "{name}");
    }
}
