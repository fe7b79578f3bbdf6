//! `cpex test --coverage`: what of a policy no case made happen.

use serde_json::{Value as Json, json};

use super::command::Place;

const POLICY: &str = r#"
plugins:
  - { name: scan, kind: company/scanner, hooks: [cmf.tool_pre_invoke] }
routes:
  - tool: pay
    args: { to: "required | str | omit(role.it)" }
    policy:
      - "require(role.hr)"
      - { id: large, when: "args.n > 9", do: [ "taint(big)", "run(scan)", "!role.chief: deny" ] }
    result: { card: "mask(4)" }
"#;

const TESTS: &str = r#"
policy: policy.yaml
stub: { scan: allow }
cases:
  - name: small
    caller: { id: e, roles: [hr] }
    call: { tool: pay, args: { to: a, n: 1 } }
    result: { card: "4111111111111111" }
    expect: { decision: allow }
  - name: nobody
    call: { tool: pay, args: { to: a } }
    expect: { decision: deny }
"#;

const LARGE: &str = r#"
policy: ../policy.yaml
stub: { scan: allow }
cases:
  - name: large
    caller: { id: e, roles: [hr] }
    call: { tool: pay, args: { to: a, n: 10 } }
    expect: { decision: deny, code: policy.denied }
"#;

fn place() -> Place {
    Place::new().with("policy.yaml", POLICY).with("small.test.yaml", TESTS)
}

#[test]
fn what_never_happened_is_listed_under_its_policy() {
    let ran = place().cpex("test --coverage .");
    ran.expect(0, &["2 passed, 0 failed\n\ncoverage of policy.yaml: 46% (7 of 15)\n"]);
    let (_, listed) = ran.out.split_once("coverage of policy.yaml").unwrap();
    let listed: Vec<&str> = listed.lines().skip(1).collect();
    let expected = [
        "  policy.yaml:6:13 routes[0].args.to required: passed, never refused",
        "  policy.yaml:6:13 routes[0].args.to str: passed, never refused",
        "  policy.yaml:6:13 routes[0].args.to omit(role.it): held back, never changed",
        "  policy.yaml:9:9 large args.n > 9: failed, never held",
        "  policy.yaml:9:9 large run(scan): never ran",
        "  policy.yaml:9:9 large !role.chief: never held, never failed",
        "  policy.yaml:10:15 routes[0].result.card mask(4): changed, never idle",
    ];
    assert_eq!(listed, expected);
}

#[test]
fn a_policy_of_several_test_files_is_covered_by_them_together() {
    let ran = place().with("more/large.test.yaml", LARGE).cpex("test --coverage .");
    ran.expect(0, &["coverage of policy.yaml: 66% (10 of 15)\n", "large !role.chief: held, never failed\n"]);
    assert_eq!(ran.out.matches("coverage of ").count(), 1, "{}", ran.out);
    assert!(!ran.out.contains("large run(scan)"), "{}", ran.out);
}

#[test]
fn only_chosen_cases_cover() {
    place().cpex("test --coverage --filter nobody .").expect(0, &["coverage of policy.yaml: 26% (4 of 15)\n"]);
}

#[test]
fn json_says_of_every_place_what_was_seen() {
    let answer = place().cpex("test --coverage --format json .").json();
    let coverage = &answer["coverage"];
    assert_eq!((&coverage["percent"], &coverage["seen"], &coverage["of"]), (&json!(46), &json!(7), &json!(15)));
    let policy = &coverage["policies"][0];
    assert_eq!((&policy["policy"], &policy["percent"]), (&json!("policy.yaml"), &json!(46)));
    let places = policy["places"].as_array().unwrap();
    assert_eq!(places.len(), 8, "{places:?}");
    let require = json!({ "at": "policy.yaml:8:9", "rule": "routes[0].policy[0]", "text": "require(role.hr)", "seen": { "held": true, "failed": true } });
    assert!(places.contains(&require), "{places:?}");
    let run = json!({ "at": "policy.yaml:9:9", "rule": "large", "text": "run(scan)", "seen": { "ran": false } });
    assert!(places.contains(&run), "{places:?}");
}

#[test]
fn without_the_option_json_says_nothing_of_coverage() {
    assert_eq!(place().cpex("test --format json .").json()["coverage"], Json::Null);
}

#[test]
fn too_little_coverage_exits_with_1_and_says_where() {
    let said = "policy.yaml is covered by 46% (7 of 15), less than the 47% asked for\n";
    place().cpex("test --min-coverage 47 .").expect(1, &["2 passed, 0 failed", said]);
    place().cpex("test --min-coverage 46 .").expect(0, &["coverage of policy.yaml: 46% (7 of 15)"]);
    place().cpex("test --min-coverage 101 .").expect(2, &["101"]);
}

#[test]
fn each_policy_has_to_reach_the_minimum() {
    let whole =
        "policy_text: 'routes: [{ tool: t }]'\ncases: [{ name: n, call: { tool: t }, expect: { decision: allow } }]";
    let ran = place().with("whole.test.yaml", whole).cpex("test --min-coverage 60 .");
    ran.expect(
        1,
        &[
            "coverage of whole.test.yaml#policy_text: 100% (0 of 0)\ncoverage of all: 46% (7 of 15)\n",
            "policy.yaml is covered by 46%",
        ],
    );
    assert!(!ran.err.contains("whole.test.yaml"), "{}", ran.err);
}

#[test]
fn a_minimum_that_no_case_was_run_for_is_not_reached() {
    let answer = place().cpex("test --coverage --format json --filter none-of-them .").json();
    assert_eq!(answer["coverage"], json!({ "percent": null, "seen": 0, "of": 0, "policies": [] }));
    place()
        .cpex("test --min-coverage 0 --filter none-of-them .")
        .expect(1, &["no case ran, so that nothing is covered"]);
}

#[test]
fn a_file_that_does_not_load_outweighs_coverage() {
    place()
        .with("broken.test.yaml", "cases: [")
        .cpex("test --min-coverage 100 .")
        .expect(2, &["coverage of policy.yaml: 46%"]);
}

#[test]
fn tap_and_junit_keep_their_form_and_coverage_goes_to_the_errors() {
    for (format, first) in [("tap", "TAP version 13\n"), ("junit", "<?xml ")] {
        let ran = place().cpex(&format!("test --coverage --format {format} ."));
        assert!(ran.out.starts_with(first) && !ran.out.contains("coverage"), "{}", ran.out);
        assert!(ran.err.starts_with("coverage of policy.yaml: 46%"), "{}", ran.err);
    }
}

#[test]
fn coverage_changes_nothing_of_the_results() {
    let failing = TESTS.replace("decision: allow", "decision: deny");
    let place = place().with("failing.test.yaml", failing);
    let (plain, covered) = (place.cpex("test ."), place.cpex("test --coverage ."));
    assert_eq!((plain.status, covered.status), (1, 1));
    assert_eq!(covered.out.split_once("\n\ncoverage").unwrap().0, plain.out.trim_end());
}

#[test]
fn branches_and_groups_are_covered_step_by_step() {
    let text = r#"
policy_text: |
  routes:
    - tool: t
      policy:
        - { parallel: [ "taint(a)", "args.n == 1: deny" ] }
        - { id: end, sequential: [ "args.n == 2: taint(b)", "deny" ] }
cases:
  - { name: one, caller: { id: e }, call: { tool: t, args: { n: 1 } }, expect: { decision: deny } }
  - { name: two, caller: { id: e }, call: { tool: t, args: { n: 2 } }, expect: { decision: deny } }
"#;
    let ran = Place::new().with("f.test.yaml", text).cpex("test --coverage .");
    ran.expect(0, &["83% (5 of 6)\n  f.test.yaml:7:11 end args.n == 2: held, never failed\n"]);
}

#[test]
fn an_engine_is_covered_by_both_its_answers() {
    let text = r#"
policy_text: |
  global: { pdp: [ { kind: opa, policies: [] } ] }
  routes:
    - { tool: t, policy: [ { opa: { query: data.x.allow }, on_deny: [ "deny('no', 'mine')" ] } ] }
cases:
  - { name: yes, stub: { opa: allow }, call: { tool: t }, expect: { decision: allow } }
  - { name: no, stub: { opa: deny }, call: { tool: t }, expect: { decision: deny, code: mine } }
  - { name: neither, stub: { opa: error }, call: { tool: t }, expect: { decision: deny, code: pdp.error } }
"#;
    let place = Place::new().with("f.test.yaml", text);
    place.cpex("test --coverage .").expect(0, &["coverage of f.test.yaml: 100% (2 of 2)"]);
    let ran = place.cpex("test --coverage --filter neither .");
    ran.expect(0, &["0% (0 of 2)\n  f.test.yaml:5:28 routes[0].policy[0] opa: never permitted, never denied\n"]);
}
