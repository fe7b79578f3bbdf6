//! `cpex check`: every mistake with its place, and the exit status.

use serde_json::json;

use super::command::{Place, top};

const GOOD: &str = "routes: [{ tool: t, policy: [\"require(role.hr)\"] }]";
const BAD: &str = "routs: []\nroutes:\n  - { tool: t, policy: [\"require(rol.hr)\", \"denny\"] }\n";
const WARNED: &str = "routes: [{ tool: t, policy: [\"deny('x', 'auth.mine')\"] }]";

#[test]
fn a_policy_without_mistakes_exits_with_0() {
    Place::new().with("a.yaml", GOOD).cpex("check a.yaml").expect(0, &["1 file checked: 0 errors, 0 warnings"]);
}

#[test]
fn every_mistake_is_shown_and_exits_with_1() {
    let said = [
        "a.yaml:1:1: error[document.unknown_key]",
        "a.yaml:3:34: error[rule.unknown_attribute]",
        "a.yaml:3:45: error[rule.unknown_effect]",
        "^^^^^",
        "1 file checked: 3 errors, 0 warnings",
    ];
    Place::new().with("a.yaml", BAD).cpex("check a.yaml").expect(1, &said);
}

#[test]
fn a_warning_passes_unless_it_is_denied() {
    let place = Place::new().with("a.yaml", WARNED);
    place.cpex("check a.yaml").expect(0, &["a.yaml:1:41: warning[rule.reserved_code]", "0 errors, 1 warning"]);
    place.cpex("check --deny-warnings a.yaml").expect(1, &["warning[rule.reserved_code]"]);
}

#[test]
fn a_directory_is_searched_for_policies_and_not_for_tests() {
    let place = Place::new().with("a.yaml", GOOD).with("b/c.yaml", GOOD).with("b/d.test.yaml", "no: policy");
    place.cpex("check .").expect(0, &["2 files checked"]);
}

#[test]
fn a_file_that_cannot_be_read_exits_with_2() {
    Place::new().cpex("check nowhere.yaml").expect(2, &["`nowhere.yaml` does not exist"]);
    Place::new()
        .with("a.yaml", b"\xff\xfe")
        .with("b.yaml", BAD)
        .cpex("check .")
        .expect(2, &["a.yaml:1:1", "b.yaml:1:1"]);
}

#[test]
fn a_kind_only_a_host_knows_is_taken_on_trust() {
    let policy =
        "plugins: [{ name: p, kind: acme.Scan, config: { a: 1 } }]\nroutes: [{ tool: t, policy: [\"run(p)\"] }]";
    Place::new().with("a.yaml", policy).cpex("check a.yaml").expect(0, &[]);
}

#[test]
fn json_gives_every_finding() {
    let ran = Place::new().with("a.yaml", WARNED).cpex("check --format json a.yaml");
    let finding = &ran.json()["files"][0]["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["line"], &finding["column"]),
        (&json!("rule.reserved_code"), &json!(1), &json!(41))
    );
    assert_eq!(finding["severity"], "warning");
}

#[test]
fn the_shipped_policy_checks_once_its_key_is_there() {
    let policy = std::fs::read_to_string(top().join("examples/policies/agent.yaml")).unwrap();
    let place = Place::new().with("agent.yaml", policy);
    place.cpex("check agent.yaml").expect(1, &["issuer.pem"]);
    let key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    place.with("issuer.pem", key).cpex("check agent.yaml").expect(0, &["0 errors, 0 warnings"]);
}
