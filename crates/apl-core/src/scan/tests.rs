#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::testing::text;

fn pieces(line: &str, separator: char) -> Result<Vec<String>, String> {
    let text = text(line);
    let ranges = split(&text, 0..line.len(), separator).map_err(|fault| fault.message)?;
    Ok(ranges.into_iter().map(|range| line.get(range).unwrap().to_owned()).collect())
}

#[test]
fn signs_inside_quotes_and_brackets_do_not_count() {
    assert_eq!(pieces("str | regex('a|b') | len(1..2)", '|').unwrap(), ["str", "regex('a|b')", "len(1..2)"]);
    assert_eq!(pieces(r#"a == ')' : deny("x:\":y")"#, ':').unwrap(), ["a == ')'", r#"deny("x:\":y")"#]);
    assert_eq!(pieces("redact(a | b)| omit", '|').unwrap(), ["redact(a | b)", "omit"]);
    assert_eq!(pieces(r"regex('\'|') | größe", '|').unwrap(), [r"regex('\'|')", "größe"]);
    assert_eq!(pieces("| a ||", '|').unwrap(), ["", "a", "", ""]);
    assert_eq!(pieces("", '|').unwrap(), [""]);
}

#[test]
fn what_has_no_partner_is_pointed_at() {
    let fault = |line: &str| {
        let fault = top_level(&text(line), 0..line.len()).unwrap_err();
        (fault.message, fault.span.start, fault.span.end)
    };
    assert_eq!(fault("ö == 'a"), ("a text begins with `'` and has no end".to_owned(), 6, 7));
    assert_eq!(fault(r#"a == "x\""#), ("a text begins with `\"` and has no end".to_owned(), 5, 6));
    assert_eq!(fault("a & (b | (c)"), ("`(` is never closed".to_owned(), 4, 5));
    assert_eq!(fault("a)"), ("`)` closes nothing".to_owned(), 1, 2));
    assert_eq!(fault("(a]"), ("`]` closes nothing".to_owned(), 2, 3));
    assert_eq!(fault("'"), ("a text begins with `'` and has no end".to_owned(), 0, 1));
    assert_eq!(fault(r"'\"), ("a text begins with `'` and has no end".to_owned(), 0, 1));
}

#[test]
fn brackets_nest_as_deep_as_the_limit() {
    let nested = |depth: usize| format!("{}{}", "([".repeat(depth / 2), "])".repeat(depth / 2));
    assert!(is_paired(&nested(MAX_NESTING)));
    assert!(!is_paired(&nested(MAX_NESTING + 2)));
    assert!(!is_open(&nested(MAX_NESTING + 2)));
    assert!(is_open("require(a"));
    assert!(!is_open("require(a)"));
    assert!(is_open("deny('a"));
    assert!(!is_open("'(a"));
    assert!(!is_open("a)"));
}
