#![expect(clippy::indexing_slicing, clippy::string_slice, clippy::unwrap_used, reason = "tests fail by panicking")]

mod deeds;
mod hashes;
mod properties;
mod streams;

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::context::{Context, Declared};
use crate::span::Sources;
use crate::testing::{Attribute, Plugins, Words, World, line, text};

/// Compiles a pipeline; its findings, one line each, if there are any.
fn rewrite(field: &str, pipeline: &str) -> Result<Arc<Rewrite<Attribute>>, Vec<String>> {
    let rewrite = rewrite_of(&Plugins, field, pipeline);
    assert!(!rewrite.as_ref().is_err_and(Vec::is_empty), "{pipeline}");
    rewrite
}

/// The same in a document that declares this.
fn rewrite_of(declared: &impl Declared, field: &str, pipeline: &str) -> Result<Arc<Rewrite<Attribute>>, Vec<String>> {
    let sources = Sources::single("policy.yaml", pipeline);
    let mut faults = Vec::new();
    let context = Context::new(&Words, declared, &sources);
    let parts = compile(&text(field), &text(pipeline), Side::Result, &context, &mut faults);
    assert!(parts.is_none() || faults.is_empty(), "{pipeline}");
    let rewrite = parts.and_then(|parts| match parts.into_iter().next() {
        Some(Part::Stages(rewrite)) => Some(rewrite),
        _ => None,
    });
    rewrite.ok_or_else(|| faults.iter().map(|fault| line(fault, &sources)).collect())
}

/// What becomes of a value for someone who holds the role `hr`, as a value and as text, which must not differ.
fn treat(field: &str, pipeline: &str, value: &Json) -> Result<Json, RewriteFault> {
    let rewrite = rewrite(field, pipeline).unwrap();
    let active = rewrite.activate(&World::new(json!({"roles": ["hr"]}))).unwrap();
    let mut treated = value.clone();
    let in_place = active.apply(&mut treated);
    if value.is_object() || value.is_array() {
        let text = active.apply_text(&value.to_string());
        match (&in_place, text) {
            (Ok(changed), Ok(text)) => {
                assert_eq!(*changed, text.is_some(), "{field}: {pipeline} of {value}");
                let text = text.unwrap_or_else(|| value.to_string());
                assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), treated);
            }
            (fault, text) => assert_eq!(fault.clone().map(|_| None), text, "{field}: {pipeline} of {value}"),
        }
    }
    in_place.map(|_| treated)
}

fn invalid(expected: &str) -> RewriteFault {
    RewriteFault::Invalid { expected: expected.to_owned() }
}

#[test]
fn stages_act_from_left_to_right() {
    assert_eq!(treat("a", "str | mask(2)", &json!({"a": "12345"})), Ok(json!({"a": "***45"})));
    assert_eq!(treat("a", "mask(2) | str", &json!({"a": 12345})), Ok(json!({"a": "***45"})));
    assert_eq!(treat("a", "int | mask(2) | int", &json!({"a": 12345})), Err(invalid("a number with no fraction")));
    assert_eq!(treat("a", "mask(2) | redact", &json!({"a": 12345})), Ok(json!({"a": "[REDACTED]"})));
    assert_eq!(treat("a", "omit | redact", &json!({"a": 1})), Ok(json!({})));
    assert_eq!(treat("a", "omit | required", &json!({"a": 1})), Err(invalid("present")));
}

#[test]
fn a_stage_with_a_condition_acts_only_when_it_holds() {
    let record = json!({"ssn": "123", "salary": 5});
    assert_eq!(treat("ssn", "str | redact(role.hr)", &record), Ok(json!({"ssn": "[REDACTED]", "salary": 5})));
    assert_eq!(treat("ssn", "str | redact(!role.hr)", &record), Ok(record.clone()));
    assert_eq!(treat("ssn", "omit(role.guest | role.hr)", &record), Ok(json!({"salary": 5})));
    assert_eq!(treat("ssn", "omit(role.guest & role.hr) | mask(1)", &record), Ok(json!({"ssn": "**3", "salary": 5})));
}

#[test]
fn conditions_are_decided_once_and_a_fault_of_theirs_is_one_of_the_pipeline() {
    let rewrite = rewrite("ssn", "redact(args.flag) | omit(session.labels contains 'a')").unwrap();
    let names: Vec<_> = rewrite.attributes().cloned().collect();
    assert!(matches!(names.as_slice(), [Attribute::Tree(_), Attribute::Labels]), "{names:?}");
    let fault = |world| rewrite.activate(&World::new(world)).map(|active| active.holding).map_err(|fault| fault.code);
    assert_eq!(fault(json!({"args": {"flag": "yes"}, "labels": []})), Err("policy.type_error"));
    assert_eq!(fault(json!({"args": {"flag": true}})), Err("session.unbound"));
    assert_eq!(fault(json!({"args": {"flag": true}, "labels": ["a"]})), Ok(0b11));
    assert_eq!(fault(json!({"args": {}, "labels": ["a"]})), Ok(0b10));
}

#[test]
fn what_is_absent_passes_every_stage_but_required() {
    for pipeline in ["str", "int | 1..5", "enum(a)", "redact", "mask(2)", "omit", "hash", "len(3)"] {
        for value in [json!({}), json!({"b": 1}), json!(null)] {
            assert_eq!(treat("a", pipeline, &value), Ok(value.clone()), "{pipeline} of {value}");
        }
        assert_eq!(treat("a", &format!("required | {pipeline}"), &json!({})), Err(invalid("present")), "{pipeline}");
        assert_eq!(treat("a", &format!("{pipeline} | required"), &json!({})), Err(invalid("present")), "{pipeline}");
    }
}

#[test]
fn null_is_absent_to_validators_and_still_transformed() {
    let record = json!({"a": null});
    for pipeline in ["str", "int", "enum(a)", "regex('a')", "max_bytes(1)", "1..5", "mask(2)"] {
        assert_eq!(treat("a", pipeline, &record), Ok(record.clone()), "{pipeline}");
    }
    assert_eq!(treat("a", "str | redact", &record), Ok(json!({"a": "[REDACTED]"})));
    assert_eq!(treat("a", "omit", &record), Ok(json!({})));
    assert_eq!(treat("a", "required | redact", &record), Err(invalid("present")));
}

#[test]
fn required_asks_for_every_way_the_path_may_go() {
    for (field, value, is_there) in [
        ("a.b", json!({"a": {"b": 0}}), true),
        ("a.b", json!({"a": {}}), false),
        ("a.b", json!({}), false),
        ("a.b", json!({"a": null}), false),
        ("a.b", json!({"a": "x"}), false),
        ("a", json!(null), false),
        ("a[].b", json!({"a": [{"b": 1}, {"b": 2}]}), true),
        ("a[].b", json!({"a": [{"b": 1}, {}]}), false),
        ("a[].b", json!({"a": [{"b": 1}, null]}), false),
        ("a[].b", json!({"a": []}), true),
        ("a[].b", json!({}), false),
        ("a[]", json!({"a": [1, null]}), false),
        ("[].b", json!([]), true),
        ("**.b", json!({"a": [{"b": 1}, {"c": 2}]}), true),
        ("**.b", json!({"a": [{"b": 1}, {"b": null}]}), false),
        ("**.b", json!({"a": [{"c": 1}]}), false),
        ("**.b", json!([]), false),
        ("**.a.b", json!({"x": {"a": {"b": 1}}, "a": {}}), false),
        ("**.a[]", json!({"a": []}), false),
    ] {
        let expected = if is_there { Ok(value.clone()) } else { Err(invalid("present")) };
        assert_eq!(treat(field, "required", &value), expected, "{field} of {value}");
    }
}

#[test]
fn a_value_of_another_shape_is_unreadable_if_it_could_hold_what_is_transformed() {
    for (field, value) in [
        ("a.b", json!({"a": "x"})),
        ("a.b", json!({"a": [{"b": 1}]})),
        ("a[]", json!({"a": {"b": 1}})),
        ("a", json!([{"a": 1}])),
        ("[].a", json!({"a": 1})),
        ("a[].b", json!({"a": [5, {"c": 1}]})),
        ("**.a.b", json!({"c": [{"a": "x"}]})),
    ] {
        for pipeline in ["redact", "str | redact", "omit(role.hr)", "mask(2)", "required | redact"] {
            assert_eq!(treat(field, pipeline, &value), Err(RewriteFault::Unreadable), "{field}: {pipeline} of {value}");
        }
        for pipeline in ["int", "redact(!role.hr)", "int | omit(role.guest)"] {
            assert_eq!(treat(field, pipeline, &value), Ok(value.clone()), "{field}: {pipeline} of {value}");
        }
    }
}

#[test]
fn a_text_that_holds_no_document_is_unreadable_if_it_could_hold_what_is_transformed() {
    let world = World::new(json!({"roles": ["hr"]}));
    for (pipeline, could) in [
        ("redact", true),
        ("str", false),
        ("omit(role.hr)", true),
        ("omit(!role.hr) | int", false),
        ("required", false),
    ] {
        let rewrite = rewrite("a", pipeline).unwrap();
        let active = rewrite.activate(&world).unwrap();
        assert_eq!(active.could_transform(), could, "{pipeline}");
        for document in ["", "hello", "\"a\"", "12", "null", "{\"a\":1", "[1] [2]"] {
            let expected = if could { Err(RewriteFault::Unreadable) } else { Ok(None) };
            assert_eq!(active.apply_text(document), expected, "{pipeline} of {document}");
            assert_eq!(active.can_read(document), pipeline != "required", "{document}");
        }
    }
}

#[test]
fn a_value_that_nests_too_deeply_is_refused_whatever_the_stages() {
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }));
    let world = World::new(json!({}));
    for pipeline in ["redact", "int"] {
        let rewrite = rewrite("**.b", pipeline).unwrap();
        for (max_depth, levels, is_fine) in
            [(5, 5, true), (5, 6, false), (127, 127, true), (127, 128, false), (usize::MAX, 128, false)]
        {
            let active = rewrite.activate(&world).unwrap().within(max_depth);
            let mut value = nested(levels);
            let document = value.to_string();
            assert_eq!(active.apply(&mut value), if is_fine { Ok(false) } else { Err(RewriteFault::Unreadable) });
            assert_eq!(active.apply_text(&document), if is_fine { Ok(None) } else { Err(RewriteFault::Unreadable) });
        }
        let endless = "[".repeat(1_000_000);
        assert_eq!(rewrite.activate(&world).unwrap().apply_text(&endless), Err(RewriteFault::Unreadable));
    }
    let rewrite = rewrite("b", "redact(role.hr)").unwrap();
    let active = rewrite.activate(&world).unwrap();
    assert_eq!(active.apply_text(&"[".repeat(1_000)), Ok(None), "a pipeline with no stage in force asks nothing");
}

#[test]
fn a_refusal_never_says_the_value() {
    for pipeline in ["int", "len(1)", "enum(a)", "regex('a')", "email", "max_bytes(2)", "1..2", "date"] {
        let fault = treat("a", pipeline, &json!({"a": "hunter2"})).unwrap_err();
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
}

#[test]
fn every_mistake_of_a_pipeline_is_found() {
    let findings = |field, pipeline| rewrite(field, pipeline).map(|_| ()).unwrap_err();
    assert_eq!(
        findings("a..b", "str | | redcat | redact(rolle.hr) | len(5..1)"),
        [
            "rule.field «r» `.` cannot stand here in a path (a path is names with dots between them, `[]` for each element and \
             `**` for any depth, as in `items[].ssn`; another name stands in quotes, as in `'a.b'.ssn`)",
            "rule.syntax «» a stage is missing here (write a stage on both sides of each `|`)",
            "rule.unknown_stage «redcat» there is no stage `redcat` (did you mean `redact`?)",
            "rule.unknown_attribute «rolle.hr» there is no attribute `rolle.hr`",
            "rule.argument «5..1» the first bound is larger than the second (write `1..100`, `1..` or `..100`)",
        ]
    );
    assert_eq!(
        findings("a", " "),
        ["rule.syntax « » the pipeline has no stage (write what the field must be or becomes, as in `str | redact`)"]
    );
    assert_eq!(
        findings("a", "redact()"),
        ["rule.argument «redact()» this is not how `redact` is written (write `redact` alone, or with a condition)"]
    );
    assert_eq!(
        findings("a", "str | regex('a"),
        ["rule.syntax «'» a text begins with `'` and has no end (close it with `'`; inside it, write `\\'`)"]
    );
}

#[test]
fn signs_in_quotes_and_parentheses_do_not_end_a_stage() {
    assert_eq!(treat("a", "regex('^a|b\\)$') | str", &json!({"a": "b)"})), Ok(json!({"a": "b)"})));
    assert_eq!(treat("a", "redact(role.a | role.hr)|str", &json!({"a": 1})), Ok(json!({"a": "[REDACTED]"})));
    assert_eq!(treat("a", "enum('x|y', \"it's\")", &json!({"a": "x|y"})), Ok(json!({"a": "x|y"})));
}

#[test]
fn a_pipeline_has_at_most_64_conditions() {
    let pipeline = |count| vec!["redact(role.x)"; count].join("|");
    let full = rewrite("a", &format!("{}|omit(role.hr)", pipeline(63))).unwrap();
    let active = full.activate(&World::new(json!({"roles": ["hr"]}))).unwrap();
    assert_eq!(active.holding, 1 << 63);
    assert_eq!(active.apply(&mut json!({"a": 1})), Ok(true));
    assert_eq!(
        rewrite("a", &pipeline(65)).map(|_| ()).unwrap_err(),
        ["rule.argument «role.x» a pipeline has at most 64 stages with a condition"]
    );
}
