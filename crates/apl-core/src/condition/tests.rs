#![expect(clippy::panic, reason = "tests fail by panicking")]

mod properties;

use serde_json::json;

use super::*;
use crate::testing::{Attribute, Words, World, text};

/// Evaluates an expression; a fault is its code.
fn eval(expr: &str, facts: &World) -> Result<bool, &'static str> {
    condition(expr).test(facts).map_err(|fault| fault.code)
}

fn condition(expr: &str) -> Condition<Attribute> {
    let mut faults = Vec::new();
    let condition = compile(&text(expr), 0..expr.len(), &Words, &mut faults);
    match condition {
        Some(condition) if faults.is_empty() => condition,
        _ => panic!("`{expr}` is refused: {faults:?}"),
    }
}

const TYPE: Result<bool, &str> = Err("policy.type_error");

fn world() -> World {
    World::new(json!({
        "roles": ["hr", "admin.readonly"],
        "args": {
            "yes": true, "no": false, "zero": 0, "one": 1, "whole": 1.0, "half": 0.5, "minus": -3,
            "text": "false", "empty": "", "digits": "12", "float_text": "1.5e1", "padded": " 12", "words": "twelve",
            "list": [1, "a", {"k": [1, null]}], "none": [], "map": {"k": 1}, "bare": {}, "null": null,
            "big": 9_007_199_254_740_993_u64, "edge": 9_007_199_254_740_992_u64, "huge": u64::MAX,
            "twin": [1.0, "a", {"k": [1.0, null]}], "twin_map": {"k": 1.0}, "names": ["admin.readonly", "hr", "hr"],
            "odd key": {"x.y": "found"}, "0": "key zero", "key": "map", "index": 1, "not-an-index": 1.5,
            "größe": 7,
        },
        "data": {"regions": {"eu": "Frankfurt"}, "rows": ["a", "b"], "wanted": "hr", "roles": ["hr", "it"], "fewer": ["hr"], "more": ["hr", "admin.readonly", "it"]},
    }))
}

fn check(rows: &[(&str, Result<bool, &str>)]) {
    let facts = world();
    for (expr, expected) in rows {
        assert_eq!(eval(expr, &facts), *expected, "{expr}");
    }
}

#[test]
fn truthiness_takes_every_type_but_text() {
    check(&[
        ("args.yes", Ok(true)),
        ("args.no", Ok(false)),
        ("args.zero", Ok(false)),
        ("args.half", Ok(true)),
        ("args.minus", Ok(true)),
        ("args.list", Ok(true)),
        ("args.none", Ok(false)),
        ("args.map", Ok(true)),
        ("args.bare", Ok(false)),
        ("args.null", Ok(false)),
        ("args.missing", Ok(false)),
        ("role.hr", Ok(true)),
        ("role.it", Ok(false)),
        ("role['admin.readonly']", Ok(true)),
        ("subject.roles", Ok(true)),
        ("args.text", TYPE),
        ("args.empty", TYPE),
        ("odd.nan", TYPE),
    ]);
}

#[test]
fn equality_is_by_value_and_never_across_types() {
    check(&[
        ("args.one == 1", Ok(true)),
        ("args.one == 1.0", Ok(true)),
        ("args.whole == args.one", Ok(true)),
        ("args.half == 1", Ok(false)),
        ("args.one == '1'", Ok(false)),
        ("args.yes == true", Ok(true)),
        ("args.yes == 1", Ok(false)),
        ("args.text == 'false'", Ok(true)),
        ("args.text == false", Ok(false)),
        ("'false' == args.text", Ok(true)),
        ("args.big == 9007199254740993", Ok(true)),
        ("args.big == 9007199254740993.0", Ok(false)),
        ("args.huge == 18446744073709551615", Ok(true)),
        ("args.list == args.twin", Ok(true)),
        ("args.map == args.twin_map", Ok(true)),
        ("args.map == args.list", Ok(false)),
        ("args.none == args.bare", Ok(false)),
        ("subject.roles == args.names", Ok(true)),
        ("args.names == subject.roles", Ok(true)),
        ("subject.roles == data.roles", Ok(false)),
        ("subject.roles == data.fewer", Ok(false)),
        ("data.more == subject.roles", Ok(false)),
        ("subject.roles == subject.roles", Ok(true)),
        ("subject.roles == 'hr'", Ok(false)),
        ("odd.nan == odd.nan", Ok(false)),
        ("args.missing == args.gone", Ok(false)),
        ("args.null == 1", Ok(false)),
        ("args.missing == 'x'", Ok(false)),
    ]);
}

#[test]
fn two_sets_are_equal_when_neither_has_more() {
    let equal = |roles: &[&str], labels: &[&str]| {
        eval("subject.roles == session.labels", &World::new(json!({"roles": roles, "labels": labels})))
    };
    assert_eq!(equal(&["a", "b"], &["b", "a"]), Ok(true));
    assert_eq!(equal(&["a"], &["a", "b"]), Ok(false));
    assert_eq!(equal(&["a", "b"], &["a"]), Ok(false));
}

#[test]
fn inequality_is_always_the_negation_of_equality() {
    check(&[
        ("args.one != 1.0", Ok(false)),
        ("args.one != '1'", Ok(true)),
        ("args.missing != 'x'", Ok(true)),
        ("args.missing != args.gone", Ok(true)),
        ("args.null != 1", Ok(true)),
    ]);
}

#[test]
fn order_is_for_numbers_and_texts_that_are_numbers() {
    check(&[
        ("args.one < 2", Ok(true)),
        ("args.one < 1", Ok(false)),
        ("args.one <= 1.0", Ok(true)),
        ("args.one > 0.5", Ok(true)),
        ("args.one >= 1", Ok(true)),
        ("args.minus >= 0", Ok(false)),
        ("2 > args.one", Ok(true)),
        ("args.digits > 9", Ok(true)),
        ("args.float_text == 15", Ok(false)),
        ("args.float_text > 14.9", Ok(true)),
        ("args.digits < args.float_text", Ok(true)),
        ("args.digits < '100'", Ok(true)),
        ("args.missing < 1", Ok(false)),
        ("args.missing >= 1", Ok(false)),
        ("args.words < args.missing", Ok(false)),
        ("args.words > 1", TYPE),
        ("args.padded > 1", TYPE),
        ("args.empty > 1", TYPE),
        ("args.yes > 0", TYPE),
        ("args.list > 0", TYPE),
        ("args.map > 0", TYPE),
        ("subject.roles > 0", TYPE),
        ("odd.nan > 0", TYPE),
        ("0 <= odd.nan", TYPE),
    ]);
}

#[test]
fn integers_past_two_to_the_53_have_no_order_against_floats() {
    check(&[
        ("args.edge > 0.5", Ok(true)),
        ("args.big > 0.5", TYPE),
        ("0.5 < args.big", TYPE),
        ("args.big > args.edge", Ok(true)),
        ("args.huge > 9007199254740993", Ok(true)),
        ("args.big > '0.5'", TYPE),
        ("args.one < 170141183460469231731687303715884105727", Ok(true)),
    ]);
}

#[test]
fn contains_asks_for_members_and_for_parts_of_text() {
    check(&[
        ("args.list contains 1.0", Ok(true)),
        ("args.list contains 'a'", Ok(true)),
        ("args.list contains 'b'", Ok(false)),
        ("args.twin contains args.list", Ok(false)),
        ("args.list contains args.map", Ok(false)),
        ("subject.roles contains 'hr'", Ok(true)),
        ("subject.roles contains 'h'", Ok(false)),
        ("subject.roles contains 1", Ok(false)),
        ("subject.roles contains data.wanted", Ok(true)),
        ("args.words contains 'elv'", Ok(true)),
        ("'in twelve parts' contains args.words", Ok(true)),
        ("args.words contains 1", TYPE),
        ("args.one contains 1", TYPE),
        ("args.map contains 'k'", TYPE),
        ("args.yes contains true", TYPE),
        ("args.missing contains 'x'", Ok(false)),
        ("args.list contains args.missing", Ok(false)),
    ]);
}

#[test]
fn in_asks_for_members_of_sets_and_lists_only() {
    check(&[
        ("args.one in [1, 2]", Ok(true)),
        ("args.whole in [2, 1]", Ok(true)),
        ("args.words in ['one', \"twelve\"]", Ok(true)),
        ("args.yes in [true]", Ok(true)),
        ("args.one in ['1']", Ok(false)),
        ("data.wanted in subject.roles", Ok(true)),
        ("data.wanted in data.roles", Ok(true)),
        ("'it' in subject.roles", Ok(false)),
        ("'it' in data.roles", Ok(true)),
        ("args.map in [1]", Ok(false)),
        ("args.one not in [1, 2]", Ok(false)),
        ("args.one not in [3]", Ok(true)),
        ("args.one not  \t in [3]", Ok(true)),
        ("args.missing in [1]", Ok(false)),
        ("args.missing not in [1]", Ok(true)),
        ("args.one in args.missing", Ok(false)),
        ("args.one not in args.missing", Ok(true)),
        ("args.one in args.words", TYPE),
        ("args.one not in args.words", TYPE),
        ("args.one in args.map", TYPE),
        ("args.list in [1]", TYPE),
        ("args.list not in [1]", TYPE),
        ("subject.roles in args.list", TYPE),
        ("args.twin in args.list", TYPE),
        ("args.twin not in args.list", TYPE),
    ]);
}

#[test]
fn matches_searches_in_text() {
    check(&[
        ("args.words matches 'elv'", Ok(true)),
        ("args.words matches '^elv'", Ok(false)),
        (r"args.digits matches '^\d{2}$'", Ok(true)),
        ("args.missing matches 'x'", Ok(false)),
        ("args.one matches '1'", TYPE),
        ("subject.roles matches 'hr'", TYPE),
    ]);
}

#[test]
fn exists_is_false_for_what_is_absent_or_null() {
    check(&[
        ("exists(args.text)", Ok(true)),
        ("exists ( args.no )", Ok(true)),
        ("exists(args.null)", Ok(false)),
        ("exists(args.missing.deeper)", Ok(false)),
        ("!exists(args.missing)", Ok(true)),
    ]);
}

#[test]
fn paths_lead_through_names_keys_indexes_and_other_attributes() {
    check(&[
        ("args['odd key']['x.y'] == 'found'", Ok(true)),
        ("args.0 == 'key zero'", Ok(true)),
        ("args.list[0] == 1", Ok(true)),
        ("args.list[ 1 ] == 'a'", Ok(true)),
        ("args.list[9] == 1", Ok(false)),
        ("data.rows[args.index] == 'b'", Ok(true)),
        ("args[args.key].k == 1", Ok(true)),
        ("args[data.rows[args.index]]", Ok(false)),
        ("exists(data.rows[args.missing])", Ok(false)),
        ("exists(data.rows[args.minus])", Ok(false)),
        ("exists(data.rows[args.not-an-index])", Ok(false)),
        ("args['größe'] == 7", Ok(true)),
    ]);
}

#[test]
fn not_binds_closest_then_and_then_or() {
    check(&[
        ("args.no & args.no | args.yes", Ok(true)),
        ("args.no & (args.no | args.yes)", Ok(false)),
        ("args.yes | args.no & args.no", Ok(true)),
        ("!args.yes | args.yes", Ok(true)),
        ("!(args.yes | args.yes)", Ok(false)),
        ("!!args.yes", Ok(true)),
        ("!!!args.yes", Ok(false)),
        ("!(args.one == 1 & args.zero == 1)", Ok(true)),
        ("!(args.no|args.no)&args.yes", Ok(true)),
    ]);
}

#[test]
fn an_operand_that_is_not_reached_raises_nothing() {
    check(&[
        ("args.no & args.text", Ok(false)),
        ("args.yes | args.text", Ok(true)),
        ("args.text & args.no", TYPE),
        ("args.text | args.yes", TYPE),
        ("args.no | args.text | args.yes", TYPE),
        ("args.yes & (args.yes | args.text) & args.yes", Ok(true)),
    ]);
}

#[test]
fn neither_not_nor_or_turns_a_fault_into_an_answer() {
    check(&[
        ("!args.text", TYPE),
        ("!(args.text)", TYPE),
        ("!!args.text", TYPE),
        ("!(args.words > 1)", TYPE),
        ("args.words > 1 | role.hr", TYPE),
        ("!(args.words > 1 & role.hr)", TYPE),
    ]);
}

#[test]
fn an_attribute_that_cannot_be_had_faults_with_its_code() {
    let unbound = Err("session.unbound");
    check(&[
        ("session.labels contains 'secret'", unbound),
        ("session.labels", unbound),
        ("exists(session.labels)", unbound),
        ("'secret' in session.labels", unbound),
        ("args.missing in session.labels", unbound),
        ("session.labels == args.list", unbound),
        ("!(session.labels contains 'secret')", unbound),
        ("args.no & session.labels", Ok(false)),
    ]);
    let bound = World::new(json!({"labels": ["secret"]}));
    assert_eq!(eval("session.labels contains 'secret'", &bound), Ok(true));
}

#[test]
fn values_nested_past_the_limit_are_neither_equal_nor_unequal() {
    let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let facts = |depth| World::new(json!({"args": {"a": nested(depth), "b": nested(depth)}}));
    assert_eq!(eval("args.a == args.b", &facts(100)), Ok(true));
    assert_eq!(eval("args.a == args.b", &facts(200)), Err("policy.limit"));
    assert_eq!(eval("args.a != args.b", &facts(200)), Err("policy.limit"));
}

#[test]
fn keywords_have_word_boundaries() {
    let facts = World::new(json!({"args": {"infoo": 1, "trueish": true, "a": 1, "in": true}}));
    for expr in ["args.infoo == 1", "args.trueish", "args.in", "args.a in[1]", "args.a not in[1, 2] | args.trueish"] {
        assert_eq!(eval(expr, &facts), Ok(true), "{expr}");
    }
}

#[test]
fn the_attributes_of_an_expression_come_in_written_order() {
    let condition = condition("!(args.a == args.b) | role.hr & args.c in subject.roles");
    let names: Vec<String> = condition.attributes().map(|attribute| format!("{attribute:?}")).collect();
    assert_eq!(names.len(), 5);
    assert!(names.iter().zip(["\"a\"", "\"b\"", "\"hr\"", "\"c\"", "Roles"]).all(|(name, part)| name.contains(part)));
}
