#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use proptest::prelude::*;

use super::{expression, pipeline, step};
use crate::condition;
use crate::testing::{Words, text};

fn check(print: fn(&str) -> Option<String>, rows: &[(&str, &str)]) {
    for (written, canonical) in rows {
        assert_eq!(print(written).as_deref(), Some(*canonical), "{written}");
        assert_eq!(print(canonical).as_deref(), Some(*canonical), "again: {written}");
    }
}

#[test]
fn an_expression_has_single_blanks_and_no_bracket_it_can_do_without() {
    check(
        expression,
        &[
            ("  role.a  ", "role.a"),
            ("role.a&role.b|role.c", "role.a & role.b | role.c"),
            ("(role.a & role.b) | role.c", "role.a & role.b | role.c"),
            ("(role.a | role.b)&role.c", "(role.a | role.b) & role.c"),
            ("role.a & (role.b & role.c)", "role.a & role.b & role.c"),
            ("(role.a | role.b) | role.c", "role.a | role.b | role.c"),
            ("!( role.a )", "!role.a"),
            ("! exists ( args.x )", "!exists(args.x)"),
            ("!(args.x == 1)", "args.x != 1"),
            ("!(args.x != 1)", "args.x == 1"),
            ("!(args.x in args.y)", "args.x not in args.y"),
            ("!(args.x < 1)", "!(args.x < 1)"),
            ("!(role.a & role.b)", "!(role.a & role.b)"),
            ("!!role.a", "role.a"),
            ("role.c & !(!(role.a | role.b))", "role.c & (role.a | role.b)"),
            ("args.x  not   in [1,'a' , true]", "args.x not in [1, 'a', true]"),
            ("data.tenants[ subject.tenant ].x[ 0 ]", "data.tenants[subject.tenant].x[0]"),
            ("role[\"a.b\"]", "role['a.b']"),
        ],
    );
}

#[test]
fn values_are_written_by_value() {
    check(
        expression,
        &[
            ("args.x == \"a\"", "args.x == 'a'"),
            ("args.x == 'it\\'s'", "args.x == \"it's\""),
            ("args.x == 'both \\' and \"'", "args.x == 'both \\' and \"'"),
            ("args.x == 'a\\\\b'", "args.x == 'a\\\\b'"),
            ("args.x > 0.50", "args.x > 0.5"),
            ("args.x > -0", "args.x > 0"),
            ("args.x > 1e3", "args.x > 1000.0"),
            ("args.x matches \"^\\d+$\"", "args.x matches '^\\d+$'"),
            ("args.x matches 'it\\'s'", "args.x matches \"it's\""),
            ("args.x matches \"\\'\"", "args.x matches \"\\'\""),
            ("args.x matches '\\\"'", "args.x matches '\\\"'"),
            ("args.x matches '\\\"\\''", "args.x matches '\\\"\\''"),
        ],
    );
}

#[test]
fn a_step_is_written_in_one_way() {
    check(
        step,
        &[
            ("require(role.a ,role.b|role.c)", "require(role.a, role.b | role.c)"),
            ("require ( role.a )", "require(role.a)"),
            ("role.a:deny", "role.a: deny"),
            ("args.x!=1 : deny( \"no\" ,'x.y' )", "args.x != 1: deny('no', 'x.y')"),
            ("deny()", "deny"),
            ("taint( secret,session )", "taint(secret, session)"),
            ("run( audit-log )", "run(audit-log)"),
            ("delegate(hr , target:  api,audience:\"x y\")", "delegate(hr, target: api, audience: 'x y')"),
            ("delegate(hr,permissions:[ a,\"b c\" ])", "delegate(hr, permissions: [a, 'b c'])"),
            ("role.a: opa( \"data.x.allow\" )", "role.a: opa('data.x.allow')"),
            ("args.ssn|str|redact( ! perm.a )", "args.ssn | str | redact(!perm.a)"),
            ("role.a : result.x|omit", "role.a: result.x | omit"),
            ("role.a | role.b: deny", "role.a | role.b: deny"),
        ],
    );
}

#[test]
fn a_pipeline_is_written_in_one_way() {
    check(
        pipeline,
        &[
            ("required|str|regex( \"^[0-9]{6}$\" )", "required | str | regex('^[0-9]{6}$')"),
            ("enum( open,\"a,b\" , new york )", "enum(open, 'a,b', new york)"),
            ("0 .. 10|len( 1 .. 5 )", "0..10 | len(1..5)"),
            ("redact( (role.a) )|mask( 4 )", "redact(role.a) | mask(4)"),
            ("run( scan )|taint( a,message )", "run(scan) | taint(a, message)"),
        ],
    );
}

#[test]
fn what_is_no_rule_has_no_canonical_spelling() {
    for written in ["", "  ", "role.a &&role.b", "role.a & ", "'x", "args.x = 1", "true", "args.x matches '('"] {
        assert_eq!(expression(written), None, "{written}");
    }
    for written in
        ["", "role.a & role.b", "require()", "require role.a", "role.a:", ": deny", "a b", "deny(", "deny('\\n')"]
    {
        assert_eq!(step(written), None, "{written}");
    }
    for written in ["", "str |", "str | | int", "mask(2)(3)", "redact(role.a &)", "regex(a)", "redact()"] {
        assert_eq!(pipeline(written), None, "{written}");
    }
}

/// What an expression is compiled to, without what was written and where.
fn compiled(expr: &str) -> String {
    let condition = condition::compile(&text(expr), 0..expr.len(), &Words, &mut Vec::new()).unwrap();
    let shown = format!("{condition:#?}");
    let says = |line: &&str| !["written:", "range:"].iter().any(|place| line.trim_start().starts_with(place));
    shown.lines().filter(says).collect()
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", " ", "  ", "\t", "\n "])
}

fn atom() -> impl Strategy<Value = String> {
    let path = prop::sample::select(vec![
        "role.a",
        "role['a.b']",
        "args.x",
        "args.x[ 0 ].y",
        "args.0.a-b",
        "subject.roles",
        "data.a[args.x]['it\\'s']",
    ]);
    let literal = prop_oneof![
        prop::sample::select(vec!["true", "1", "-2.50", "1e3", "1E-9", "123456789012345678901", r#""a\"b""#, r"'\\'"])
            .prop_map(str::to_owned),
        "[ -~é]{0,4}".prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
    ];
    let sign =
        prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">=", " contains ", " in args.x &!exists(args.y)&"]);
    let pattern = prop::sample::select(vec![r"'^\d+$'", r#""\'\"""#, r#"'\"\''"#, r"'a|b'", r#""it's""#, r"'\\\''"]);
    prop_oneof![
        path.clone().prop_map(str::to_owned),
        prop::sample::select(vec!["args.x", "data.a"]).prop_map(|path| format!("exists( {path})")),
        (path.clone(), blank(), sign, blank(), path.clone()).prop_map(|(a, b, c, d, e)| format!("{a}{b}{c}{d}{e}")),
        (path.clone(), blank(), literal.clone()).prop_map(|(a, b, c)| format!("{a}{b}!={c}")),
        (literal.clone(), path.clone()).prop_map(|(a, b)| format!("{a} in {b}")),
        (path.clone(), prop::collection::vec(literal, 1..4)).prop_map(|(a, b)| format!("{a} not  in[{}]", b.join(","))),
        (path, pattern).prop_map(|(a, b)| format!("{a} matches{b}")),
    ]
}

fn expr() -> impl Strategy<Value = String> {
    let bracketed = atom().prop_map(|atom| format!("({atom})"));
    bracketed.prop_recursive(5, 40, 4, |inner| {
        let part =
            || (blank(), inner.clone(), blank()).prop_map(|(before, expr, after)| format!("{before}{expr}{after}"));
        prop_oneof![
            inner.clone().prop_map(|inner| format!("(! {inner})")),
            inner.clone().prop_map(|inner| format!("!{inner}")),
            prop::collection::vec(part(), 1..4).prop_map(|parts| format!("({})", parts.join("&"))),
            prop::collection::vec(part(), 1..4).prop_map(|parts| format!("({})", parts.join("|"))),
        ]
    })
}

proptest! {
    #[test]
    fn the_canonical_spelling_is_compiled_to_the_same_tests(written in expr()) {
        let canonical = expression(&written).unwrap();
        prop_assert_eq!(compiled(&canonical), compiled(&written), "{}", canonical);
        prop_assert_eq!(expression(&canonical).unwrap(), canonical);
    }

    #[test]
    fn printing_a_step_is_stable_and_never_panics(written in "[a-z(){}\\[\\]'\"\\\\:|&!., é]{0,24}") {
        for print in [expression, step, pipeline] {
            if let Some(canonical) = print(&written) {
                prop_assert_eq!(print(&canonical), Some(canonical));
            }
        }
    }
}
