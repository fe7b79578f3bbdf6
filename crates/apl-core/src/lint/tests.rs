#![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value as Json, json};

use super::*;
use crate::span::Sources;
use crate::testing::{Words, line, node};

/// What lints say of layers, each a map of phases and `shared`, one line each; `has_others` says that labels are read and
/// added elsewhere too.
fn findings(layers: &Json, has_others: bool) -> Vec<String> {
    let mut source = String::new();
    let document = node(layers, &mut source);
    let layers = document
        .one_or_many()
        .iter()
        .map(|of| Layer {
            args: of.get("args"),
            policy: of.get("policy"),
            result: of.get("result"),
            post_policy: of.get("post_policy"),
            present: [&["args.here"], &[]],
            is_shared: of.get("shared").is_some(),
        })
        .collect();
    let document = Document { layers, has_other_writers: has_others, has_other_readers: has_others, data: None };
    let mut found = Vec::new();
    check(&document, &Words, &mut found);
    let sources = Sources::single("policy.yaml", source);
    found.iter().map(|finding| line(finding, &sources)).collect()
}

/// The codes and underlined texts of what lints say of one layer.
fn said(layer: &Json) -> Vec<String> {
    let short = |line: &String| line.split_once('»').map_or(String::new(), |(head, _)| format!("{head}»"));
    findings(&json!([layer]), true).iter().map(short).collect()
}

fn policy(steps: &Json) -> Vec<String> {
    said(&json!({ "policy": steps }))
}

/// What lints say of labels that only these layers read and add.
fn labels(layers: &Json) -> Vec<String> {
    findings(layers, false).into_iter().filter(|line| line.starts_with("lint.label")).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_deny_that_an_absent_attribute_escapes_is_found() {
    for (steps, path) in [
        (json!(["args.x > 5: deny"]), "args.x"),
        (json!(["args.x == 'a': deny('no')"]), "args.x"),
        (json!(["args.x in ['a', 'b']: deny"]), "args.x"),
        (json!(["args.x in data.names: deny"]), "args.x"),
        (json!(["args.x == 'a' & !role.hr: deny"]), "args.x"),
        (json!(["role.guest | args.x > 5: deny"]), "args.x"),
        (json!(["!(args.x != 'a'): deny"]), "args.x"),
        (json!(["args.map[args.key] == 'a': deny"]), "args.map[args.key]"),
        (json!([{ "when": "args.x > 5", "do": ["run(scan)", "deny"] }]), "args.x"),
        (json!([{ "args.x > 5": { "deny": { "code": "a" } } }]), "args.x"),
        (json!([{ "when": "role.guest", "do": ["args.x > 5: deny"] }]), "args.x"),
        (json!([{ "sequential": ["args.x > 5: deny"] }]), "args.x"),
    ] {
        assert_eq!(policy(&steps), [format!("lint.absent_allows «{path}»")], "{steps}");
    }
}

#[test]
fn a_deny_that_holds_without_the_attribute_or_says_what_absence_means_passes() {
    for steps in [
        json!(["args.x != 'a': deny"]),
        json!(["args.x not in ['a', 'b']: deny"]),
        json!(["!(args.x > 5): deny"]),
        json!(["args.x != 'a' & !role.hr: deny"]),
        json!(["!exists(args.x) | args.x > 5: deny"]),
        json!(["exists(args.x) & args.x > 5: deny"]),
        json!(["args.x: deny"]),
        json!(["args.x contains 'a': deny"]),
        json!(["args.x matches 'a': deny"]),
        json!(["role.guest: deny"]),
        json!(["subject.roles contains 'guest': deny"]),
        json!(["data.x == 'a': deny"]),
        json!(["args.here == 'a': deny"]),
        json!(["args.x > 5: run(scan)"]),
        json!(["args.x > 5: deny", "require(exists(args.x))"]),
        json!(["require(args.x < 100)", "args.x > 5: deny"]),
        json!(["args.x < 0 | args.x > 5: deny", "!exists(args.x): deny"]),
    ] {
        assert_eq!(policy(&steps), NOTHING, "{steps}");
    }
}

#[test]
fn an_expression_no_person_wrote_is_left_alone() {
    let generated = format!("{}: deny", vec!["args.x == 'a'"; 200].join(" | "));
    assert_eq!(policy(&json!([generated])), NOTHING);
}

#[test]
fn what_another_step_looks_up_or_looks_into_is_not_absent() {
    for step in ["require(args.map[args.x] == 'a')", "require(args.x.y == 'a')", "require(args.x['a b'] == 'a')"] {
        assert_eq!(policy(&json!(["args.x == 'a': deny", step])), NOTHING, "{step}");
    }
}

#[test]
fn a_required_field_is_not_absent() {
    let with =
        |field: &str, stages: &str| said(&json!({ "args": { field: stages }, "policy": ["args.a.b > 5: deny"] }));
    assert_eq!(with("a.b", "required | int"), NOTHING);
    assert_eq!(with("a.b", "int"), ["lint.absent_allows «args.a.b»"]);
    assert_eq!(with("a", "required"), ["lint.absent_allows «args.a.b»"]);
    assert_eq!(with("**.b", "required"), ["lint.absent_allows «args.a.b»"]);
    let other_side = json!({ "result": { "x": "required" }, "policy": ["args.x > 5: deny"] });
    assert_eq!(said(&other_side), ["lint.absent_allows «args.x»"]);
}

#[test]
fn shared_layers_are_in_force_beside_all_and_other_routes_are_not() {
    let deny = json!({ "policy": ["args.x > 5: deny"] });
    let required = json!({ "args": { "x": "required" } });
    let shared = json!({ "args": { "x": "required" }, "shared": true });
    assert_eq!(findings(&json!([deny, required]), true).len(), 1);
    assert_eq!(findings(&json!([deny, shared]), true), NOTHING);
}

#[test]
fn a_later_phase_denies_too_late() {
    let early = json!({ "policy": ["require(exists(args.x))"], "post_policy": ["args.x > 5: deny"] });
    let late = json!({ "policy": ["args.x > 5: deny"], "post_policy": ["require(exists(args.x))"] });
    assert_eq!(said(&early), NOTHING);
    assert_eq!(said(&late), ["lint.absent_allows «args.x»"]);
}

#[test]
fn trap_14_a_require_that_an_absent_attribute_meets_is_found() {
    for steps in [
        json!(["require(args.x != 'a')"]),
        json!(["require(args.x not in ['a'])"]),
        json!(["require(role.hr, args.x != 'a')"]),
        json!(["require(role.hr | args.x != 'a')"]),
        json!(["require(!(args.x > 5))"]),
        json!([{ "when": "role.guest", "do": "require(args.x != 'a')" }]),
    ] {
        assert_eq!(policy(&steps), ["lint.absent_holds «args.x»"], "{steps}");
    }
    for steps in [
        json!(["require(args.x == 'a')"]),
        json!(["require(exists(args.x) & args.x != 'a')"]),
        json!(["require(!exists(args.x) | args.x != 'a')"]),
        json!(["require(exists(args.x), args.x != 'a')"]),
        json!(["require(!args.x)"]),
        json!(["require(args.x == 'b' | args.y == 'b')"]),
    ] {
        assert_eq!(policy(&steps), NOTHING, "{steps}");
    }
}

#[test]
fn steps_behind_a_deny_are_found() {
    assert_eq!(policy(&json!(["deny", "run(scan)", "deny"])), ["lint.unreachable «'run(scan)'»"]);
    assert_eq!(policy(&json!([{ "sequential": ["deny"] }, "run(scan)"])), ["lint.unreachable «'run(scan)'»"]);
    let nested = json!([{ "when": "role.guest", "do": ["deny", "run(scan)"] }, "run(scan)"]);
    assert_eq!(policy(&nested), ["lint.unreachable «'run(scan)'»"]);
    for steps in [json!(["run(scan)", "deny"]), json!(["role.guest: deny", "run(scan)"]), json!([])] {
        assert_eq!(policy(&steps), NOTHING, "{steps}");
    }
}

#[test]
fn a_label_that_nothing_adds_is_found() {
    let said = |steps: Json| labels(&json!([{ "policy": steps }]));
    assert_eq!(
        said(json!([
            "taint(secret)",
            "session.labels contains 'secrt': deny",
            "session.labels contains 'secret': deny"
        ])),
        [
            "lint.label_unset «session.labels» nothing adds the label `secrt` to `session.labels` (did you mean `secret`?)"
        ]
    );
    let message = json!(["taint(a, message)", "session.labels contains 'a': deny"]);
    assert_eq!(said(message).len(), 1);
    assert_eq!(said(json!([{ "when": "'a' in session.labels", "do": "taint(a)" }])), NOTHING);
    let elsewhere = json!([{ "policy": ["session.labels contains 'a': deny"] }]);
    assert_eq!(findings(&elsewhere, true).iter().filter(|line| line.starts_with("lint.label")).count(), 0);
}

#[test]
fn a_session_label_that_no_condition_asks_for_is_found() {
    let said = |steps: Json| labels(&json!([{ "policy": steps }]));
    assert_eq!(said(json!(["role.hr: taint(a)"]))[0].split(" no").next(), Some("lint.label_unread «taint(a)»"));
    assert_eq!(said(json!(["taint(a)", "role.hr: taint(a)"])).len(), 1);
    assert_eq!(said(json!(["taint(a, message)"])), NOTHING);
    assert_eq!(said(json!(["taint(a)", "args.label in session.labels: run(scan)"])), NOTHING);
    assert_eq!(findings(&json!([{ "policy": ["taint(a)"] }]), true), NOTHING);
    let in_stage = json!([{ "policy": ["taint(a)"], "result": { "x": "redact(session.labels contains 'a')" } }]);
    assert_eq!(labels(&in_stage), NOTHING);
}

#[test]
fn a_number_compared_with_an_argument_of_any_type_is_found() {
    let with = |args: Json, step: &str| said(&json!({ "args": args, "policy": [step] }));
    assert_eq!(with(json!({}), "require(args.x == 5)"), ["lint.exact_number «args.x»"]);
    assert_eq!(with(json!({ "y": "int" }), "5 != args.x: deny"), ["lint.exact_number «args.x»"]);
    assert_eq!(with(json!({ "x": "required" }), "args.x == 5: deny"), ["lint.exact_number «args.x»"]);
    assert_eq!(with(json!({ "x": "int" }), "require(args.x == 5)"), NOTHING);
    assert_eq!(with(json!({ "x": "1..10" }), "require(args.x == 5)"), NOTHING);
    assert_eq!(with(json!({ "items[].n": "int" }), "require(args.items[0].n == 5)"), NOTHING);
    assert_eq!(with(json!({}), "require(args.x > 5)"), NOTHING);
    assert_eq!(with(json!({}), "require(args.x == '5')"), NOTHING);
    assert_eq!(with(json!({}), "require(data.x == 5)"), NOTHING);
}

#[test]
fn a_regular_expression_of_another_length_than_the_pipeline_asks_for_is_found() {
    let of = |stages: &str| said(&json!({ "args": { "x": stages } }));
    assert_eq!(of("str | regex('^[0-9]{6}$') | len(1..5)"), ["lint.regex_length «regex('^[0-9]{6}$')»"]);
    assert_eq!(of("len(8) | regex('^(a|bc){1,3}$')"), ["lint.regex_length «regex('^(a|bc){1,3}$')»"]);
    assert_eq!(of("len(..2) | regex('abc')"), ["lint.regex_length «regex('abc')»"]);
    assert_eq!(of("regex('^[0-9]{6}$') | len(6)"), NOTHING);
    assert_eq!(of("regex('^ä{3}$') | len(3)"), NOTHING);
    assert_eq!(of("regex('[0-9]{6}') | len(8)"), NOTHING);
    assert_eq!(of("regex('^[0-9]+$') | len(8)"), NOTHING);
    assert_eq!(of("regex('^(|a{5})$') | len(..4)"), NOTHING);
    assert_eq!(of("regex('^[0-9]{6}$') | redact | len(10)"), NOTHING);
}

#[test]
fn advice_says_how_to_mend_and_how_to_say_that_it_is_meant() {
    assert_eq!(
        findings(&json!([{ "policy": ["args.x > 5: deny", "require(args.y != 'a')"] }]), true),
        [
            "lint.absent_allows «args.x» an operation without `args.x` is not denied here (write `!exists(args.x) | ..` \
             to deny it too, or `exists(args.x) & ..` if it may pass; `args: { x: required }` asks every call for it)",
            "lint.absent_holds «args.y» an operation without `args.y` meets this (add `exists(args.y)` to the `require`, \
             or write `!exists(args.y) | ..` if it may pass)",
        ]
    );
}

#[test]
fn steps_that_cannot_be_read_say_nothing() {
    let steps = json!([
        { "cedar": { "action": "read" }, "on_deny": ["run(scan)"] },
        { "parallel": ["run(scan)"] },
        "delegate(x, target: y)",
        "(((", "", 7, null, ["deny"], { "when": "(" }, { "a": 1, "b": 2 },
    ]);
    assert_eq!(policy(&steps), NOTHING);
}

#[test]
fn a_fact_that_nothing_states_is_found_where_the_path_is_fixed() {
    let data = json!({ "limits": { "high": 5, "none": null }, "regions": ["eu"] });
    let found = |step: &str| {
        let mut source = String::new();
        let steps = node(&json!([step]), &mut source);
        let layers = vec![Layer { policy: Some(&steps), ..Layer::default() }];
        let document = Document { layers, data: data.as_object(), ..Document::default() };
        let mut found = Vec::new();
        check(&document, &Words, &mut found);
        let sources = Sources::single("policy.yaml", source);
        let lines: Vec<String> = found.iter().map(|finding| line(finding, &sources)).collect();
        lines.into_iter().filter(|line| line.starts_with("lint.data_unset")).collect::<Vec<_>>()
    };
    for (path, help) in [
        ("data.limits.hihg", "did you mean `high`?"),
        ("data.limts.high", "did you mean `limits`?"),
        ("data.limits.none", "set it in a file that `global.attribute_files` lists"),
        ("data.limits.high.er", "set it in a file that `global.attribute_files` lists"),
        ("data.wholly.other", "set it in a file that `global.attribute_files` lists"),
    ] {
        let expected = [format!("lint.data_unset «{path}» no attribute file sets `{path}` ({help})")];
        assert_eq!(found(&format!("require({path} == 5)")), expected);
        assert_eq!(found(&format!("exists({path}): deny")), NOTHING, "whether it exists may be asked");
    }
    for path in ["data.limits.high", "data.limits[subject.id].x", "data.regions[3]", "data.regions", "args.x"] {
        assert_eq!(found(&format!("require({path} == 5)")), NOTHING, "{path}");
    }
}

#[test]
fn a_credential_that_is_minted_before_anything_decides_is_found() {
    let found =
        |steps: Json| policy(&steps).into_iter().filter(|line| line.starts_with("lint.mint")).collect::<Vec<_>>();
    let mint = "delegate(oauth, target: api)";
    let said = [format!("lint.mint_ungated «'{mint}'»")];
    assert_eq!(found(json!([mint, "require(role.hr)"])), said);
    assert_eq!(found(json!(["taint(a)", mint])), said);
    assert_eq!(found(json!([{"delegate": {"name": "oauth", "target": "api"}}])).len(), 1);
    for gate in
        ["require(role.hr)", "role.guest: deny", "run(scan)", "confirm(manager)", "opa(\"data.x\")", "args.x | str"]
    {
        assert_eq!(found(json!([gate, mint])), NOTHING, "{gate}");
    }
    assert_eq!(found(json!([{"cel": {"expr": "a"}}, mint])), NOTHING);
    assert_eq!(found(json!(["role.hr: delegate(oauth, target: api)"])), NOTHING, "a condition decides");
    let layers = json!([{"shared": true, "policy": ["require(role.hr)"]}, {"policy": [mint]}]);
    assert!(!findings(&layers, true).iter().any(|line| line.starts_with("lint.mint")));
}
