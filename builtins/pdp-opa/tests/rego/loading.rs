//! What loads, and what is said of what does not.

use serde_json::json;

use super::bench::{build, engine, misasked, refused};

#[test]
fn a_policy_that_cannot_be_read_is_refused_where_it_stops() {
    let (text, at) = refused("package t\n\nallow if {\n\tinput.authenticated ==\n}\n").remove(0);
    assert!(text.starts_with("this is no policy: expecting "), "{text}");
    assert_eq!(at, "}");
    let (text, at) = refused("package t\n\n# ü\nallow { input.x }\n").remove(0);
    assert!(text.starts_with("this is no policy: `if` keyword is required before rule body"), "{text}");
    assert_eq!(at, "{ input.x }");
    let (text, at) = refused("package t\nallow if x == 1").remove(0);
    assert!(text.starts_with("this is no policy: use of undefined variable `x` is unsafe"), "{text}");
    assert_eq!(at, "x == 1");
    assert_eq!(refused("package t\n").remove(0).0, "the policy has no rules");
}

#[test]
fn a_policy_stands_in_the_text_or_in_files() {
    let text = |config| build(config, &[("a.rego", "package t\nallow := true")]).err().unwrap().remove(0).text;
    assert_eq!(text(json!({})), "there is no policy");
    assert_eq!(text(json!(null)), "there is no policy");
    let both = json!({ "policy_text": "package t", "policy_files": ["a.rego"] });
    assert_eq!(text(both), "`policy_files` stands beside `policy_text`");
    assert_eq!(text(json!({ "policy_files": [] })), "`policy_files` names no file");
    assert_eq!(text(json!({ "policy_files": ["b.rego"] })), "cannot read `b.rego`: there is no such file");
    assert_eq!(text(json!({ "policy_text": "package t", "policies": [] })), "unknown key `policies`");
    assert!(build(json!({ "policy_files": "a.rego" }), &[("a.rego", "package t\nallow := true")]).is_ok());
}

#[test]
fn a_fault_in_a_file_is_placed_in_it() {
    let files =
        [("a.rego", "package t\nallow if f(1)"), ("b.rego", "package u\n\nx if {"), ("d.json", "{\"a\": [1,]}")];
    let config = |policies, data: &[&str]| json!({ "policy_files": policies, "data_files": data });
    let fault = build(config(json!(["a.rego"]), &[]), &files).err().unwrap().remove(0);
    assert_eq!((fault.file.as_deref(), fault.offset_in_text), (Some("a.rego"), Some(19)));
    let fault = build(config(json!(["a.rego", "b.rego"]), &[]), &files).err().unwrap().remove(0);
    assert_eq!((fault.file.as_deref(), fault.offset_in_text), (Some("b.rego"), Some(17)));
    let fault = build(config(json!(["a.rego"]), &["d.json"]), &files).err().unwrap().remove(0);
    assert_eq!((fault.file.as_deref(), fault.offset_in_text), (Some("d.json"), Some(9)));
    assert_eq!(fault.text, "`d.json` is not a JSON object");
}

#[test]
fn data_leaves_rules_alone_and_agrees_with_itself() {
    let policy = ("p", "package t\nallow if data.x == 1");
    let text = |files: &[(&str, &str)]| {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let files: Vec<(&str, &str)> = files.iter().copied().chain([policy]).collect();
        build(json!({ "policy_files": "p", "data_files": names }), &files).err().map(|mut faults| faults.remove(0).text)
    };
    assert_eq!(text(&[("a", r#"{"x": {"y": 1}}"#), ("b", r#"{"x": {"y": 1, "z": 2}, "t": {}}"#)]), None);
    let rule = Some("`data.t.allow` is a rule and stands in the data too".to_owned());
    assert_eq!(text(&[("a", r#"{"t": {"allow": true}}"#)]), rule);
    assert_eq!(text(&[("a", r#"{"t": 1}"#)]), rule);
    let other = Some("it gives something another value than a file before it".to_owned());
    assert_eq!(text(&[("a", r#"{"x": 1}"#), ("b", r#"{"x": 2}"#)]), other);
    assert_eq!(text(&[("a", r#"{"x": 1, "x": 1}"#)]), Some("`a` states a member twice".to_owned()));
    assert_eq!(text(&[("a", "[1]")]), Some("`a` is not a JSON object".to_owned()));
}

#[test]
fn a_query_names_a_rule_with_one_value() {
    let engine = engine(
        "package hr.pay\n\nallow := true\n\nreasons contains \"x\"\n\nlimits[x] := 1 if some x in [1]\n\nf(x) := x",
    );
    for (query, text) in [
        ("data.hr.pay.alow", "the policy has no rule `data.hr.pay.alow`"),
        ("data.hr.pay", "the policy has no rule `data.hr.pay`"),
        ("data.hr.pay.reasons", "`data.hr.pay.reasons` is a set"),
        ("data.hr.pay.limits", "`data.hr.pay.limits` is an object"),
        ("data.hr.pay.f", "`data.hr.pay.f` is a function"),
        ("hr.pay.allow", "a query is the path of a rule, such as `data.hr.allow`"),
        ("data.hr.pay.allow == true", "expected a name, as in `.allow` or `[\"read-only\"]`"),
    ] {
        assert_eq!(misasked(&*engine, &json!({ "query": query }))[0].text, text);
    }
    let near = misasked(&*engine, &json!({ "query": "data.hr.pay.alow" })).remove(0);
    assert_eq!(near.help.as_deref(), Some("did you mean `data.hr.pay.allow`?"));
    assert_eq!(misasked(&*engine, &json!({})).remove(0).text, "it says no `query`, and the engine has none either");
    let config = json!({ "policy_text": "package t\nallow := true", "query": "data.t.allwo" });
    let fault = build(config, &[]).err().unwrap().remove(0);
    assert_eq!(fault.help.as_deref(), Some("did you mean `data.t.allow`?"));
}

#[test]
fn what_replaces_the_input_decides_nothing_but_tests_may_stand_beside_the_rules() {
    let policy = "package t\nallow if input.args.x\ntest_allow if allow with input as {\"args\": {\"x\": true}}\n";
    assert!(engine(policy).prepare(&json!({ "query": "data.t.allow" })).is_ok());
    let fault = misasked(&*engine(policy), &json!({ "query": "data.t.test_allow" })).remove(0);
    assert_eq!(
        fault.text,
        "`data.t.test_allow` depends on `with`, which policy_text line 3 says: it replaces what was asked"
    );
}

#[test]
fn rules_that_depend_on_themselves_are_refused() {
    for (policy, rule) in [
        ("package t\nallow if b\nb if c\nc if allow", "data.t.allow"),
        ("package t\nallow if f(3)\nf(x) := f(x - 1)", "data.t.f"),
        ("package t\nallow if data.t", "data.t.allow"),
    ] {
        assert_eq!(refused(policy)[0].0, format!("`{rule}` depends on itself"), "{policy}");
    }
    // A variable that is called as a rule is none of it.
    let _ = engine("package t\nallow if is_one(1)\nis_one(user) if user == 1\nuser if allow");
}
