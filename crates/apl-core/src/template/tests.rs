#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::{Value as Json, json};

use super::*;
use crate::testing::{Words, World, node};

fn filled(written: &Json, facts: Json) -> Result<Json, &'static str> {
    let mut faults = Vec::new();
    let template = compile(&node(written, &mut String::new()), &Words, &mut faults).unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    template.fill(&World::new(facts)).map_err(|fault| fault.code)
}

fn refused(written: &Json) -> Vec<String> {
    let mut faults = Vec::new();
    assert!(compile(&node(written, &mut String::new()), &Words, &mut faults).is_none());
    faults.into_iter().map(|fault| fault.message).collect()
}

#[test]
fn a_place_alone_keeps_the_type_of_its_value() {
    let facts = json!({"args": {"n": 3, "list": [1, "a"], "map": {"k": null}, "yes": true}, "roles": ["b", "a"]});
    let written = json!(["${args.n}", "${args.list}", "${args.map}", "${args.yes}", "${subject.roles}", 7, null, "x"]);
    let expected = json!([3, [1, "a"], {"k": null}, true, ["a", "b"], 7, null, "x"]);
    assert_eq!(filled(&written, facts).unwrap(), expected);
}

#[test]
fn inside_a_text_a_value_is_formatted() {
    let facts = json!({"args": {"n": 3, "f": 2.5, "t": "a\"b", "yes": true}});
    let written = json!({"id": "n=${args.n}; f=${args.f}; t=${args.t}; ${args.yes}${args.n}."});
    assert_eq!(filled(&written, facts).unwrap(), json!({"id": "n=3; f=2.5; t=a\"b; true3."}));
}

#[test]
fn a_question_with_a_hole_in_it_is_not_asked() {
    for written in [json!("${args.absent}"), json!("x${args.absent}"), json!({"a": ["${args.null}"]})] {
        assert_eq!(filled(&written, json!({"args": {"null": null}})), Err("pdp.error"), "{written}");
    }
    let collections = json!({"args": {"list": [], "map": {}}});
    assert_eq!(filled(&json!("x${args.list}"), collections.clone()), Err("pdp.error"));
    assert_eq!(filled(&json!("x${args.map}"), collections), Err("pdp.error"));
    assert_eq!(filled(&json!("${session.labels}"), json!({})), Err("session.unbound"));
    assert_eq!(filled(&json!("${odd.nan}"), json!({})), Err("pdp.error"));
}

#[test]
fn a_brace_inside_a_quoted_key_closes_nothing() {
    let facts = json!({"data": {"a}b": 1}});
    assert_eq!(filled(&json!("${data['a}b']}"), facts).unwrap(), json!(1));
}

#[test]
fn mistakes_are_refused_at_load() {
    assert_eq!(refused(&json!("${args.x")), ["`${` is never closed"]);
    assert_eq!(refused(&json!("a ${}")), ["an expression is missing here"]);
    assert_eq!(refused(&json!("${nobody.x}")), ["there is no attribute `nobody.x`"]);
    assert_eq!(
        refused(&json!(["${role.a & role.b}"])),
        ["the path of an attribute is expected here, not an expression"]
    );
}

#[test]
fn its_attributes_are_told_in_written_order() {
    let written = json!({"a": "${args.x}", "b": ["${role.hr}", "y ${args.z}"]});
    let template = compile(&node(&written, &mut String::new()), &Words, &mut Vec::new()).unwrap();
    let shown: Vec<String> = template.attributes().map(ToString::to_string).collect();
    assert_eq!(shown, ["args.x", "role['hr']", "args.z"]);
}
