//! `cpex explain`, `cpex eval --trace` and `expect.trace`: how one request was decided.

use serde_json::{Value as Json, json};

use super::command::{Place, top};

const POLICY: &str = r#"
routes:
  - tool: t
    policy: ["require(role.hr)", "args.n > args.limit: deny('planted reason', 'own.code')", "taint(secret)"]
    result: { ssn: "redact(role.hr)" }
"#;

const REQUEST: &str =
    "{ caller: { id: e, roles: [hr] }, call: { tool: t, args: { n: 1, limit: 2 } }, result: { ssn: x } }";

const DENIED: &str = "{ caller: { id: e, roles: [hr] }, call: { tool: t, args: { n: 3, limit: 2 } } }";

fn place() -> Place {
    Place::new().with("policy.yaml", POLICY).with("r.yaml", REQUEST).with("denied.yaml", DENIED)
}

/// The text of the first block of that language on the page of traces.
fn block(language: &str) -> String {
    let page = std::fs::read_to_string(top().join("docs/trace.md")).unwrap();
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_tree_of_the_page_is_what_is_shown() {
    let request = "{ caller: { id: eve, roles: [hr] }, call: { tool: get_compensation, args: { amount: 5000 } } }";
    let ran =
        Place::new().with("policy.yaml", block("yaml")).with("r.yaml", request).cpex("explain policy.yaml r.yaml");
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert_eq!(ran.out, block("text"));
}

#[test]
fn a_tree_shows_both_sides_of_an_allowed_request() {
    let ran = place().cpex("explain policy.yaml r.yaml");
    let expected = r#"allow
tool "t"

before the operation: allow
  route routes[0]
  routes[0].policy[0] at policy.yaml:4:14
    require(role.hr): yes
      role.hr: yes
        role.hr = true
  routes[0].policy[1] at policy.yaml:4:34
    args.n > args.limit: no
      args.n = 1
      args.limit = 2
  routes[0].policy[2] at policy.yaml:4:93
    taint(secret, session): performed, changed
  labels of the session: secret

after the operation: allow
  route routes[0]
  routes[0].result.ssn at policy.yaml:5:15
    role.hr: yes
      role.hr = true
    pipeline of ssn: performed, changed
      redact(role.hr)
  labels of the session: secret
"#;
    assert_eq!((ran.status, ran.out.as_str()), (0, expected), "{}", ran.err);
}

#[test]
fn the_caller_is_shown_nothing_of_the_policy_in_either_format() {
    let text = place().cpex("explain policy.yaml denied.yaml --view agent");
    let expected = "deny own.code: planted reason\n\nbefore the operation: deny\n  own.code: planted reason\n";
    assert_eq!((text.status, text.out.as_str()), (3, expected), "{}", text.err);
    let json = place().cpex("explain policy.yaml denied.yaml --view agent --format json");
    let side =
        json!({ "phase": "pre", "decision": "deny", "code": "own.code", "reason": "planted reason", "details": null });
    assert_eq!((json.status, json.json()), (3, json!({ "view": "agent", "decision": "deny", "sides": [side] })));
}

#[test]
fn the_object_is_the_one_that_eval_adds() {
    let object = place().cpex("explain policy.yaml denied.yaml --format json").json();
    assert_eq!((&object["view"], &object["sides"][0]["own_code"]), (&json!("admin"), &json!("own.code")));
    let eval = place().cpex("eval policy.yaml denied.yaml --trace");
    let (status, mut answer) = (eval.status, eval.json());
    assert_eq!((status, &answer["trace"]), (3, &object));
    answer.as_object_mut().unwrap().remove("trace");
    assert_eq!(answer, place().cpex("eval policy.yaml denied.yaml").json());
}

#[test]
fn a_denial_by_nobody_in_particular_is_one_of_the_runtime() {
    let ran = place().with("r.yaml", "call: { tool: \"a\\e[31m\\u202eb\" }").cpex("explain policy.yaml r.yaml");
    ran.expect(
        3,
        &["deny route.unmatched: ", "before the operation: deny by the runtime route.unmatched: ", "no route matched"],
    );
    assert!(!ran.out.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.out);
}

#[test]
fn what_is_wrong_exits_with_2_as_eval_does() {
    place().with("r.yaml", "call: { tool: 7 }").cpex("explain policy.yaml r.yaml").expect(2, &["`tool` is text"]);
    place().cpex("explain policy.yaml nowhere.yaml").expect(2, &["nowhere.yaml"]);
    place().cpex_reading("explain policy.yaml -", REQUEST.as_bytes()).expect(0, &["before the operation: allow"]);
}

#[test]
fn a_case_may_expect_given_fields_of_the_trace() {
    let case = |expected: &str| {
        let file = format!(
            "policy: policy.yaml\ncases:\n  - {{ name: n, call: {{ tool: t }}, expect: {{ decision: deny, trace: {expected} }} }}\n"
        );
        place().with("n.test.yaml", file).cpex("test n.test.yaml")
    };
    case("{ sides: [ { route: 'routes[0]', rules: [ { id: 'routes[0].policy[0]' } ] } ] }").expect(0, &[]);
    case("{ sides: [ { rules: [] } ] }").expect(1, &["trace.sides[0].rules: expected []"]);
    let all: Json = place().cpex("explain policy.yaml denied.yaml --format json").json();
    assert_eq!(all["sides"][0]["rules"][1]["steps"][1]["kind"], "deny");
}
