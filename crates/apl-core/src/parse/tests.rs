#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use proptest::prelude::*;

use crate::condition;
use crate::scan::MAX_NESTING;
use crate::span::Sources;
use crate::testing::{Words, line, text};

/// The findings about an expression, one line each.
fn findings(expr: &str) -> Vec<String> {
    let sources = Sources::single("x", expr);
    let mut faults = Vec::new();
    let condition = condition::compile(&text(expr), 0..expr.len(), &Words, &mut faults);
    assert_eq!(condition.is_some(), faults.is_empty(), "{expr}");
    faults.iter().map(|fault| line(fault, &sources)).collect()
}

fn check(rows: &[(&str, &[&str])]) {
    for (expr, expected) in rows {
        assert_eq!(findings(expr), *expected, "{expr}");
    }
}

#[test]
fn spellings_of_other_languages_are_refused_by_name() {
    check(&[
        ("role.a && role.b", &["rule.spelling «&&» `&&` is written `&` in APL"]),
        ("role.a || role.b", &["rule.spelling «||» `||` is written `|` in APL"]),
        ("role.a and role.b", &["rule.spelling «and» `and` is written `&` in APL"]),
        ("role.a OR role.b", &["rule.spelling «OR» `OR` is written `|` in APL"]),
        ("not role.a", &["rule.spelling «not» `not` is written `!` in APL"]),
        ("args.a = 1", &["rule.spelling «=» `=` is written `==` in APL"]),
        (
            "not role.a && role.b or args.c = 1",
            &[
                "rule.spelling «not» `not` is written `!` in APL",
                "rule.spelling «&&» `&&` is written `&` in APL",
                "rule.spelling «or» `or` is written `|` in APL",
                "rule.spelling «=» `=` is written `==` in APL",
            ],
        ),
    ]);
}

#[test]
fn expressions_that_ask_nothing_are_refused() {
    let help = "(compare an attribute with it, as in `args.amount > 10`)";
    check(&[
        ("true", &[&format!("rule.constant «true» `true` alone asks nothing of the operation {help}")]),
        ("role.a | false", &[&format!("rule.constant «false» `false` alone asks nothing of the operation {help}")]),
        ("'x'", &[&format!("rule.constant «'x'» `'x'` alone asks nothing of the operation {help}")]),
        ("role.a & [1]", &[&format!("rule.constant «[1]» `[1]` alone asks nothing of the operation {help}")]),
        ("1 == 1", &["rule.constant «1 == 1» both sides are values, so the answer is always the same"]),
        (
            "role.a & 'x' != 'y' ",
            &["rule.constant «'x' != 'y'» both sides are values, so the answer is always the same"],
        ),
        ("1 in [1, 2]", &["rule.constant «1 in [1, 2]» both sides are values, so the answer is always the same"]),
        (
            "'a' matches 'a'",
            &["rule.constant «'a' matches 'a'» both sides are values, so the answer is always the same"],
        ),
    ]);
}

#[test]
fn a_not_directly_before_a_comparison_is_refused() {
    check(&[
        ("!args.a == 1", &["rule.syntax «!» `!` stands directly before a comparison (write `!(args.a == 1)`)"]),
        ("! args.a in [1]", &["rule.syntax «!» `!` stands directly before a comparison (write `!(args.a in [1])`)"]),
        ("!!args.a > 1", &["rule.syntax «!» `!` stands directly before a comparison (write `!(args.a > 1)`)"]),
        ("!(args.a == 1)", &[]),
        ("args.a != 1", &[]),
    ]);
}

#[test]
fn keywords_cannot_begin_a_path() {
    check(&[
        ("in", &["rule.syntax «in» `in` is a keyword and cannot begin an attribute"]),
        ("exists", &["rule.syntax «exists» `exists` is a keyword and cannot begin an attribute"]),
        ("true.x", &["rule.syntax «true» `true` is a keyword and cannot begin an attribute"]),
        ("not.x", &["rule.syntax «not» `not` is a keyword and cannot begin an attribute"]),
        ("args.a == null.x", &["rule.syntax «null» `null` is a keyword and cannot begin an attribute"]),
        ("args.in == args.not", &[]),
    ]);
}

#[test]
fn words_that_only_begin_like_keywords_are_words() {
    check(&[
        ("args.a infoo", &["rule.syntax «infoo» `infoo` stands where an operator such as `&` or `==` is expected"]),
        (
            "args.a containsx 1",
            &["rule.syntax «containsx» `containsx` stands where an operator such as `&` or `==` is expected"],
        ),
        ("args.a inö", &["rule.syntax «inö» `inö` stands where an operator such as `&` or `==` is expected"]),
        ("trueish", &["rule.unknown_attribute «trueish» there is no attribute `trueish`"]),
        ("args.a == nullish.x", &["rule.unknown_attribute «nullish.x» there is no attribute `nullish.x`"]),
        ("existsx.a", &["rule.unknown_attribute «existsx.a» there is no attribute `existsx.a`"]),
    ]);
}

#[test]
fn values_that_cannot_be_read_are_refused() {
    let number = "(numbers are written as in JSON, as in `7`, `-0.5` or `1e3`; a text is quoted)";
    let escape = "(the escapes are `\\\\`, `\\'` and `\\\"`; a backslash is written `\\\\`)";
    let index = "(an index is a whole number from 0; a key is quoted, as in `['name']`)";
    check(&[
        ("args.a == 007", &[&format!("rule.literal «007» `007` is not a number {number}")]),
        ("args.a > 5m", &[&format!("rule.literal «5m» `5m` is not a number {number}")]),
        ("args.a > 1e999", &[&format!("rule.literal «1e999» `1e999` is not a number {number}")]),
        ("args.a > 1.", &[&format!("rule.literal «1.» `1.` is not a number {number}")]),
        (r"args.a == 'x\n'", &[&format!("rule.literal «\\n» `\\n` is not an escape {escape}")]),
        (r"args['ä\ö'] == 1", &[&format!("rule.literal «\\ö» `\\ö` is not an escape {escape}")]),
        (
            "args.a == null",
            &["rule.literal «null» `null` is no value to compare with \
               (`null` and absent are one: write `exists(a)` or `!exists(a)`)"],
        ),
        ("args.a[-1]", &[&format!("rule.literal «-1» `-1` is not an index {index}")]),
        ("args.a[1x]", &[&format!("rule.literal «1x» `1x` is not an index {index}")]),
        ("args.a in []", &["rule.literal «[]» a list needs at least one value"]),
        (
            "args.a in ['x', eve]",
            &[
                "rule.literal «eve» a list holds texts, numbers, `true` and `false`, not `eve` (quote it if it is a text)",
            ],
        ),
        ("args.a == ['x']", &["rule.literal «['x']» a list can stand to the right of `in` only"]),
        (
            "args.a in 'x'",
            &[
                "rule.literal «'x'» `in` takes an attribute or a list on its right (write `['x']`, or compare with `==`)",
            ],
        ),
        ("args.a matches args.b", &["rule.literal «args.b» `matches` takes a quoted regular expression on its right"]),
        ("args.a matches '(x'", &["rule.regex «'(x'» this regular expression cannot be used: unclosed group"]),
        (
            r"args.a matches '(?=x)'",
            &["rule.regex «'(?=x)'» this regular expression cannot be used: \
            look-around, including look-ahead and look-behind, is not supported"],
        ),
    ]);
}

#[test]
fn what_departs_from_the_grammar_is_named_as_people_do() {
    check(&[
        ("", &["rule.syntax «» an expression is missing here"]),
        ("role.a &", &["rule.syntax «» this ends where an attribute or a value is expected"]),
        ("role.a & & role.b", &["rule.syntax «&» `&` stands where an attribute or a value is expected"]),
        ("args.a ==", &["rule.syntax «» this ends where an attribute or a value is expected"]),
        ("role.a role.b", &["rule.syntax «role» `role` stands where an operator such as `&` or `==` is expected"]),
        ("()", &["rule.syntax «)» `)` stands where an attribute or a value is expected"]),
        ("exists(1)", &["rule.syntax «1» `1` stands where an attribute is expected"]),
        ("args.a[ ]", &["rule.syntax «]» `]` stands where an index, a quoted key or an attribute is expected"]),
        ("exists(args.a", &["rule.syntax «(» `(` is never closed"]),
        ("exists(args.a == 1)", &["rule.syntax «==» `==` cannot stand here"]),
        (
            "args.a == 'x",
            &["rule.syntax «'» a text begins with `'` and has no end (close it with `'`; inside it, write `\\'`)"],
        ),
        ("(role.a", &["rule.syntax «(» `(` is never closed"]),
        ("role.a)", &["rule.syntax «)» `)` closes nothing"]),
        ("'", &["rule.syntax «'» a text begins with `'` and has no end (close it with `'`; inside it, write `\\'`)"]),
        ("args.", &["rule.syntax «» this ends where a name is expected"]),
        (
            "args .a",
            &["rule.syntax «.» `.` stands where an operator such as `&` or `==` is expected \
               (a path has no blanks but within `[ ]`)"],
        ),
        (
            "args.größe == 1",
            &["rule.syntax «öße» `öße` stands where an operator such as `&` or `==` is expected \
               (a name outside ASCII is written `['name']`, as in `args['größe']`)"],
        ),
        (
            "args.a + 1 > 2",
            &["rule.syntax «+» `+` stands where an operator such as `&` or `==` is expected \
               (there is no arithmetic in expressions)"],
        ),
        ("args.a < 1 < 2", &["rule.syntax «<» `<` stands where an operator such as `&` or `==` is expected"]),
    ]);
}

#[test]
fn attributes_are_checked_where_they_stand_and_all_at_once() {
    check(&[
        (
            "rol.a & (args.b == perm.c | 'é' == nope.d)",
            &[
                "rule.unknown_attribute «rol.a» there is no attribute `rol.a`",
                "rule.unknown_attribute «perm.c» there is no attribute `perm.c`",
                "rule.unknown_attribute «nope.d» there is no attribute `nope.d`",
            ],
        ),
        (
            "exists(role.hr) | exists(args.a)",
            &[
                "rule.always_present «role.hr» `role.hr` always has a value, so `exists` is always true (write `role.hr`)",
            ],
        ),
    ]);
}

#[test]
fn brackets_nested_to_the_limit_parse_and_deeper_ones_are_refused() {
    let nested = |depth: usize| format!("{}role.a{}", "(".repeat(depth), ")".repeat(depth));
    let lookups = |depth: usize| format!("{}args.a{}", "args[".repeat(depth), "]".repeat(depth));
    // Loading may happen on a thread with a small stack.
    let check = move || {
        for write in [nested, lookups] {
            assert_eq!(findings(&write(MAX_NESTING)), Vec::<String>::new());
            let refused = findings(&write(MAX_NESTING + 1));
            assert!(refused.first().unwrap().contains("brackets nest more than 64 deep"), "{refused:?}");
        }
        assert_eq!(findings(&format!("{}role.a", "!".repeat(10_000))), Vec::<String>::new());
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(check).unwrap().join().unwrap();
}

proptest! {
    #[test]
    fn columns_count_characters(key in "[^'\\\\\\pC]{0,12}") {
        let expr = format!("args['{key}'] == 1 & nope.x");
        let sources = Sources::single("x", expr.as_str());
        let mut faults = Vec::new();
        condition::compile(&text(&expr), 0..expr.len(), &Words, &mut faults);
        let column = "args[''] == 1 & ".len() + key.chars().count() + 1;
        prop_assert_eq!(sources.place(faults.first().unwrap().span), format!("x:1:{column}"));
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(
        expr in prop_oneof!["\\PC{0,40}", "[ a-c.'\"()\\[\\]!&|=<>,\\\\0-9é-]{0,40}", "(args\\.a|in|not|exists\\(|\\)|'x'|[1]|&|==| ){0,12}"]
    ) {
        let mut faults = Vec::new();
        let condition = condition::compile(&text(&expr), 0..expr.len(), &Words, &mut faults);
        prop_assert_eq!(condition.is_some(), faults.is_empty());
        for fault in faults {
            let marked = fault.span.start as usize..fault.span.end as usize;
            prop_assert!(expr.get(marked).is_some(), "{:?} is no part of it", fault.span);
            prop_assert!(!fault.message.contains("EOI") && !fault.message.contains("segment"));
        }
    }
}
