//! `cpex test`: what is run, how results are printed, and what the exit status says.

use serde_json::json;

use super::command::Place;

const POLICY: &str = "routes:\n  - { tool: t, policy: [\"require(role.hr)\"], result: { ssn: \"redact\" } }\n";

const TESTS: &str = r#"
policy: policy.yaml
cases:
  - { name: hr passes, caller: { id: e, roles: [hr] }, call: { tool: t }, expect: { decision: allow } }
  - { name: others do not, call: { tool: t }, expect: { decision: deny, code: policy.require_failed } }
"#;

const FAILING: &str = r#"
policy: policy.yaml
cases:
  - { name: wrong decision, call: { tool: t }, expect: { decision: allow } }
  - name: wrong <values> & "more"
    caller: { id: e, roles: [hr] }
    call: { tool: t, args: { n: 1 } }
    result: { ssn: "1", n: 2 }
    expect: { decision: allow, args: { n: 2 }, result: { ssn: "1", m: 3 }, labels: [a], backend_called: false }
"#;

fn place() -> Place {
    Place::new().with("policy.yaml", POLICY).with("good.test.yaml", TESTS)
}

#[test]
fn passing_cases_exit_with_0() {
    let said = ["ok    good.test.yaml: hr passes", "ok    good.test.yaml: others do not", "2 passed, 0 failed"];
    place().cpex("test good.test.yaml").expect(0, &said);
}

#[test]
fn a_directory_is_searched_at_any_depth() {
    let place = place().with("deep/er/more.test.yaml", TESTS.replace("policy.yaml", "../../policy.yaml"));
    place.cpex("test").expect(0, &["deep/er/more.test.yaml: hr passes", "4 passed, 0 failed"]);
}

#[test]
fn a_failed_case_exits_with_1_and_says_what_differs() {
    let said = [
        "ok    good.test.yaml: hr passes",
        "FAIL  bad.test.yaml: wrong decision",
        "decision: expected allow, got deny (policy.require_failed: a requirement of the policy is not met, by \
         routes[0].policy[0] at policy.yaml:2:25)",
        "args.n: expected 2, got 1",
        "result.ssn: expected \"1\", got \"[REDACTED]\"",
        "result.m: expected 3, got nothing",
        "result.n: expected nothing, got 2",
        "labels: expected {\"a\"}, got {}",
        "backend_called: expected false, got true",
        "2 passed, 2 failed",
    ];
    place().with("bad.test.yaml", FAILING).cpex("test good.test.yaml bad.test.yaml").expect(1, &said);
}

#[test]
fn json_lists_every_case() {
    let ran = place().with("bad.test.yaml", FAILING).cpex("test --format json .");
    assert_eq!(ran.status, 1);
    let answer = ran.json();
    assert_eq!(answer["files"][0]["file"], "bad.test.yaml");
    assert_eq!(answer["files"][0]["cases"][0]["ok"], false);
    let diff = answer["files"][0]["cases"][0]["diff"].as_str().unwrap();
    assert!(diff.starts_with("decision: expected allow, got deny"), "{diff}");
    let cases = json!([{ "name": "hr passes", "ok": true }, { "name": "others do not", "ok": true }]);
    assert_eq!(answer["files"][1], json!({ "file": "good.test.yaml", "cases": cases }));
}

#[test]
fn tap_has_a_point_for_each_case() {
    let said =
        ["TAP version 13\n1..4\nnot ok 1 - bad.test.yaml: wrong decision\n# decision: expected", "\nok 3 - good"];
    place().with("bad.test.yaml", FAILING).cpex("test --format tap .").expect(1, &said);
}

#[test]
fn tap_bails_out_where_a_file_does_not_load() {
    let ran = place().with("a.test.yaml", "polcy: x").cpex("test --format tap .");
    ran.expect(2, &["\nBail out! a.test.yaml: a.test.yaml:1:1: error[case."]);
}

#[test]
fn junit_escapes_what_it_shows() {
    let said = [
        "<testsuite name=\"bad.test.yaml\" tests=\"2\" failures=\"2\" errors=\"0\">",
        "name=\"wrong &lt;values&gt; &amp; &quot;more&quot;\"",
        "<failure message=\"args.n: expected 2, got 1\">",
        "<testcase classname=\"good.test.yaml\" name=\"hr passes\"/>",
    ];
    place().with("bad.test.yaml", FAILING).cpex("test --format junit .").expect(1, &said);
}

#[test]
fn a_filter_chooses_cases_by_name() {
    let ran = place().cpex("test --filter others .");
    ran.expect(0, &["1 passed, 0 failed"]);
    assert!(!ran.out.contains("hr passes"), "{}", ran.out);
}

#[test]
fn a_file_that_does_not_load_exits_with_2_and_the_others_are_run() {
    let ran = place().with("broken.test.yaml", "cases: [").cpex("test .");
    ran.expect(2, &["broken.test.yaml:", "error[document.syntax]", "2 passed, 0 failed, 1 not loaded"]);
}

#[test]
fn a_policy_that_does_not_load_exits_with_2_and_shows_all_its_mistakes() {
    let policy = "routs: []\nroutes:\n  - { tool: t, policy: [\"require(rol.hr)\"] }\n";
    let ran = place().with("policy.yaml", policy).cpex("test .");
    ran.expect(2, &["policy.yaml:1:1: error[document.unknown_key]", "policy.yaml:3:34: error[rule.unknown_attribute]"]);
}

#[test]
fn a_mistake_in_an_embedded_policy_is_placed_in_the_test_file() {
    let cases = "cases: [{ name: n, call: { tool: t }, expect: { decision: deny } }]";
    let block =
        format!("# ä\npolicy_text: |\n  # first\n\n  routes:\n    - {{ tool: t, policy: [\"denny\"] }}\n{cases}");
    let ran = Place::new().with("f.test.yaml", block).cpex("test .");
    ran.expect(2, &["f.test.yaml:6:28: error[rule.unknown_effect]", "  6 |     - { tool: t, policy: [\"denny\"] }"]);
    let quoted = format!("policy_text: 'routes: [{{ tool: t, policy: [\"denny\"] }}]'\n{cases}");
    let ran = Place::new().with("f.test.yaml", quoted).cpex("test .");
    ran.expect(2, &["f.test.yaml#policy_text:1:31: error[rule.unknown_effect]"]);
}

#[test]
fn a_rule_of_an_embedded_policy_is_placed_in_the_test_file() {
    let text = "cases: [{ name: n, call: { tool: t }, expect: { decision: allow } }]\npolicy_text: |-\n    routes:\n      - { tool: t, policy: [deny] }\n";
    let ran = Place::new().with("f.test.yaml", text).cpex("test .");
    ran.expect(1, &["by routes[0].policy[0] at f.test.yaml:4:29)"]);
}

#[test]
fn a_path_that_does_not_exist_exits_with_2() {
    place().cpex("test nowhere").expect(2, &["`nowhere` does not exist"]);
}

#[test]
fn a_directory_without_tests_exits_with_2() {
    Place::new().cpex("test .").expect(2, &["there is no *.test.yaml to run"]);
}

#[test]
fn a_wrong_argument_exits_with_2() {
    Place::new().cpex("test --fliter x").expect(2, &["--fliter"]);
    Place::new().cpex("tset").expect(2, &["tset"]);
}

#[test]
fn help_and_version_exit_with_0() {
    Place::new().cpex("--help").expect(0, &["check", "test", "eval", "demo"]);
    Place::new().cpex("--version").expect(0, &["cpex 0."]);
}
