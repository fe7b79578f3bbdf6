//! What is no stage, and what is said about it.

use super::*;

#[test]
fn what_is_no_stage_is_refused_where_it_departs() {
    for (written, finding) in [
        ("", "rule.syntax «» a stage is missing here (write a stage on both sides of each `|`)"),
        ("redcat", "rule.unknown_stage «redcat» there is no stage `redcat` (did you mean `redact`?)"),
        ("Str", "rule.unknown_stage «Str» there is no stage `Str` (did you mean `str`?)"),
        ("str int", "rule.syntax «str int» `str int` is not one stage (write `|` between two stages)"),
        ("str(1)", "rule.argument «str(1)» this is not how `str` is written (write `str` alone)"),
        ("required()", "rule.argument «required()» this is not how `required` is written (write `required` alone)"),
        ("mask", "rule.argument «mask» this is not how `mask` is written (write `mask(4)`)"),
        ("mask()", "rule.argument «mask()» this is not how `mask` is written (write `mask(4)`)"),
        (
            "mask(-1)",
            "rule.argument «-1» `-1` counts nothing (write a whole number such as `0`, `100` or `64k` (64,000))",
        ),
        (
            "mask(1.5)",
            "rule.argument «1.5» `1.5` counts nothing (write a whole number such as `0`, `100` or `64k` (64,000))",
        ),
        (
            "mask(2)(3)",
            "rule.syntax «mask(2)(3)» nothing may follow the parentheses of a stage (write `|` between two stages)",
        ),
        (
            "mask(2) x",
            "rule.syntax «mask(2) x» nothing may follow the parentheses of a stage (write `|` between two stages)",
        ),
        (
            "len(5..1)",
            "rule.argument «5..1» the first bound is larger than the second (write `1..100`, `1..` or `..100`)",
        ),
        (
            "len(-1..1)",
            "rule.argument «-1..1» `-1..1` counts nothing (write a whole number such as `0`, `100` or `64k` (64,000))",
        ),
        ("..", "rule.argument «..» `..` bounds nothing (write `1..100`, `1..` or `..100`)"),
        ("5", "rule.argument «5» bounds have two dots between them (write `1..100`, `1..` or `..100`)"),
        ("enum(a,,b)", "rule.argument «» an item is missing here (write `enum(open, closed)`)"),
        ("enum(a 'b')", "rule.argument «a 'b'» quotes stand around a whole item (write `enum(open, closed)`)"),
        ("regex(a)", "rule.argument «a» a regular expression is one text in quotes (write `regex('^[0-9]+$')`)"),
        (
            "regex('a' 'b')",
            "rule.argument «'a' 'b'» a regular expression is one text in quotes (write `regex('^[0-9]+$')`)",
        ),
        ("regex('(')", "rule.regex «'('» this regular expression cannot be used: unclosed group"),
        ("hash(a)", "rule.argument «hash(a)» this is not how `hash` is written (write `hash` alone)"),
    ] {
        let found = line(&compile(written).unwrap_err(), &Sources::single("policy.yaml", written));
        assert_eq!(found, finding, "{written}");
    }
    let all = compile("zzzzzzzz").unwrap_err().help.unwrap();
    assert!(all.starts_with("the stages are `required`, `str`, ") && all.contains("`a..b`"), "{all}");
}

proptest! {
    #[test]
    fn any_text_is_a_stage_or_refused_at_a_place_in_it(written in r#"(len|mask|enum|regex|max_bytes)?\(?([0-9.km,'"\\()\[\] é-]|\PC){0,8}\)?"#) {
        let Err(fault) = compile(written.trim()) else { return Ok(()) };
        prop_assert!(fault.span.end as usize <= written.trim().len());
    }
}
