//! `cpex eval`: one request, one object, and the exit status that says how it was decided.

use serde_json::{Value as Json, json};

use super::command::Place;

const POLICY: &str = r#"
routes:
  - tool: t
    policy: ["require(role.hr)", "taint(secret)"]
    result: { ssn: "redact" }
    response: { status: 404, body: gone }
"#;

fn place() -> Place {
    Place::new().with("policy.yaml", POLICY)
}

#[test]
fn an_allowed_request_prints_everything_and_exits_with_0() {
    let request = "{ caller: { id: e, roles: [hr] }, call: { tool: t, args: { n: 1 } }, result: { ssn: x, n: 2 } }";
    let ran = place().with("r.yaml", request).cpex("eval policy.yaml r.yaml");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let expected = json!({
        "decision": "allow", "code": null, "reason": null, "rule": null, "args": { "n": 1 },
        "result": { "ssn": "[REDACTED]", "n": 2 }, "result_parts": [{ "json": { "ssn": "[REDACTED]", "n": 2 } }],
        "labels": ["secret"], "restrict": null, "delegations": [], "pending": null, "errors": [], "response": null,
    });
    assert_eq!(ran.json(), expected);
}

#[test]
fn a_denied_request_names_its_rule_and_exits_with_3() {
    let ran = place().with("r.yaml", "call: { tool: t }").cpex("eval policy.yaml r.yaml");
    assert_eq!(ran.status, 3, "{}", ran.err);
    let answer = ran.json();
    assert_eq!(answer["decision"], "deny");
    assert_eq!(answer["code"], "policy.require_failed");
    assert_eq!(answer["rule"], json!({ "id": "routes[0].policy[0]", "at": "policy.yaml:4:14" }));
    assert_eq!(answer["args"], Json::Null);
    assert_eq!(answer["response"], json!({ "status": 404, "headers": {}, "body": "gone" }));
}

#[test]
fn a_request_may_be_json_on_standard_input() {
    let request = r#"{"subjects": {"e": {"id": "e", "roles": ["hr"]}}, "caller": "e", "call": {"tool": "t"}}"#;
    let ran = place().cpex_reading("eval policy.yaml -", request.as_bytes());
    assert_eq!((ran.status, &ran.json()["decision"]), (0, &json!("allow")), "{}", ran.err);
}

#[test]
fn a_request_that_is_wrong_names_the_field_and_exits_with_2() {
    let ran = place().cpex_reading("eval policy.yaml -", b"{ call: { tool: 7 }, expect: {} }");
    ran.expect(2, &["<stdin>:1:17: error[case.wrong_shape]: `tool` is text", "a request has no key `expect`"]);
    assert_eq!(ran.out, "");
}

#[test]
fn a_policy_that_is_wrong_exits_with_2() {
    let ran = place().with("policy.yaml", "routes: [{ tol: t }]").with("r.yaml", "call: { tool: t }");
    ran.cpex("eval policy.yaml r.yaml").expect(2, &["policy.yaml:1:12: error[document.unknown_key]"]);
}

#[test]
fn a_file_that_is_not_there_exits_with_2() {
    place().cpex("eval policy.yaml nowhere.yaml").expect(2, &["nowhere.yaml"]);
    place().with("r.yaml", "call: { tool: t }").cpex("eval nowhere.yaml r.yaml").expect(2, &["nowhere.yaml"]);
}
