//! What a rule decides.

use cpex_sdk::engine::Verdict;
use serde_json::json;

use super::bench::{ask, build, permits, put};

const ROLES: &str = "package t\n\ndefault allow := false\n\nallow if \"hr\" in input.subject.roles\n";

#[test]
fn true_permits_and_false_and_undefined_deny_each_by_the_rule() {
    let policies = || vec!["data.t.allow".to_owned()];
    let of = |roles| json!({ "subject": { "roles": roles } });
    assert_eq!(ask(ROLES, of(json!(["hr"]))), Ok(Verdict::permit(policies())));
    assert_eq!(ask(ROLES, of(json!(["eng"]))), Ok(Verdict::deny(policies())));
    let undefined = "package t\nallow if input.authenticated";
    assert_eq!(ask(undefined, json!({ "authenticated": false })), Ok(Verdict::deny(policies())));
}

#[test]
fn what_is_neither_true_nor_false_decides_nothing() {
    for value in ["1", "\"true\"", "{\"allow\": true}", "null", "[]"] {
        let answer = ask(&format!("package t\nallow := {value}"), json!({}));
        assert_eq!(answer, Err("`data.t.allow` is neither true nor false".to_owned()), "{value}");
    }
}

#[test]
fn rules_of_one_name_that_disagree_decide_nothing() {
    let policy = "package t\nallow := true if input.args.a\nallow := false if input.args.b";
    assert!(permits(policy, json!({ "args": { "a": true } })));
    assert!(!permits(policy, json!({ "args": { "b": true } })));
    let both = ask(policy, json!({ "args": { "a": true, "b": true } })).unwrap_err();
    assert!(both.starts_with("`data.t.allow` cannot be evaluated, at policy_text line "), "{both}");
}

#[test]
fn a_rule_that_ought_to_deny_does_not_fall_silent_when_a_function_is_given_what_it_does_not_take() {
    for policy in [
        "package t\nallow if not deny\ndeny if startswith(input.args.path, \"/etc\")",
        "package t\nallow if not deny(input.args.path)\ndeny(path) if startswith(path, \"/etc\")",
        "package t\nallow if count([path | path := input.args.path; startswith(path, \"/etc\")]) == 0",
        "package t\nallow if {\n\tevery path in [input.args.path] {\n\t\tnot startswith(path, \"/etc\")\n\t}\n}",
    ] {
        assert!(permits(policy, json!({ "args": { "path": "/home" } })), "{policy}");
        assert!(!permits(policy, json!({ "args": { "path": "/etc/x" } })), "{policy}");
        let error = ask(policy, json!({ "args": { "path": ["/etc/x"] } })).unwrap_err();
        assert!(error.starts_with("`data.t.allow` cannot be evaluated, at policy_text line "), "{error}");
        assert!(!error.contains("etc"), "a value of the request is in the error: {error}");
    }
}

#[test]
fn an_ask_leaves_nothing_behind_for_the_next() {
    let engine = build(json!({ "policy_text": ROLES, "query": "data.t.allow" }), &[]).unwrap();
    let prepared = engine.prepare(&json!({})).unwrap();
    for (roles, permits) in [(json!(["hr"]), true), (json!([]), false), (json!(["hr", "x"]), true)] {
        let verdict = put(&prepared, &json!({}), json!({ "subject": { "roles": roles } })).unwrap();
        assert_eq!(verdict.permits, permits);
    }
}

#[test]
fn modules_and_data_of_files_stand_together() {
    let files = [
        ("hr.rego", "package t\n\nimport data.lib.limits\n\nallow if limits.is_small(input.args.amount)\n"),
        ("lib.rego", "package lib.limits\n\nis_small(amount) if amount <= data.limits.small\n"),
        ("limits.json", "{\"limits\": {\"small\": 100}}"),
        ("more.json", "{\"limits\": {\"large\": 1000}}"),
    ];
    let config = json!({ "policy_files": ["hr.rego", "lib.rego"], "data_files": ["limits.json", "more.json"] });
    let prepared = build(config, &files).unwrap().prepare(&json!({ "query": "data.t.allow" })).unwrap();
    for (amount, permits) in [(json!(100), true), (json!(100.5), false)] {
        let verdict = put(&prepared, &json!({}), json!({ "args": { "amount": amount } })).unwrap();
        assert_eq!(verdict.permits, permits, "{amount}");
    }
}
