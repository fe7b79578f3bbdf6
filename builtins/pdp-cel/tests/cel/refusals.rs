//! Expressions that a document is not loaded with.

use crate::cel::support::prepare;

/// What is said of an expression: the byte it is said of, and the text.
fn refusals(expr: &str) -> Vec<(usize, String)> {
    let faults = prepare(expr).err().unwrap_or_else(|| panic!("{expr} is accepted"));
    faults.into_iter().map(|fault| (fault.offset_in_text.unwrap(), fault.text)).collect()
}

#[test]
fn what_is_no_expression_is_refused_where_it_ceases_to_be_one() {
    for (expr, offset, text) in [
        ("", 0, "the expression is empty"),
        (" \n ", 0, "the expression is empty"),
        ("args.a ==", 9, "the expression ends too early"),
        ("args.a == 1 )", 12, "`)` is not expected here"),
        ("args.a == 1 and role.hr", 12, "`and` is not expected here"),
        ("args.a = 1", 7, "`=` is not expected here"),
        ("args.a & args.b", 7, "`&` is not expected here"),
        ("'ü' == args.a § 1", 15, "`§` is not expected here"),
        ("args.a == ''' x", 10, "this string is never closed"),
        ("args.a == 99999999999999999999", 10, "this number is too large"),
        ("args.a == '\\q'", 10, "this string has an escape that CEL does not know"),
        ("args.a == '\\ud800'", 10, "this string has an escape that CEL does not know"),
        ("has(1)", 4, "`has` asks for a path of names"),
        ("args.xs.all(1, true)", 12, "a loop begins with a name of its own"),
        ("args.?a == 1", 4, "optional values are not known here"),
        ("if == 1", 0, "this word is reserved"),
        ("acme.User{id: 1} == 1", 9, "there is no message `acme.User`"),
    ] {
        assert_eq!(refusals(expr), [(offset, text.to_owned())], "{expr}");
    }
}

#[test]
fn in_a_text_of_several_lines_the_place_is_said_as_well() {
    let expr = "role.hr &&\n  args.ü == 1\n";
    let expected = "`ü` is not expected here, at line 2, column 8 of the expression";
    assert_eq!(refusals(expr), [(18, expected.to_owned())]);
}

#[test]
fn a_function_that_there_is_not_is_refused_with_every_other() {
    let faults = refusals("args.a.lowerAscii() == 'x' && timestamp('x') < duration('1h') && args.xs.all(x)");
    let expected = [
        (7, "there is no function `lowerAscii`"),
        (30, "there is no function `timestamp`"),
        (47, "there is no function `duration`"),
        (73, "`all` is not written like this"),
    ];
    assert_eq!(faults, expected.map(|(offset, text)| (offset, text.to_owned())));
    for (expr, help) in [
        ("size(args.a, 1) == 1", "write `size(x)` or `text.size()`"),
        ("args.a.startsWith() == 1", "write `text.startsWith(x)`"),
        ("optional.of(args.a).hasValue()", "the functions are all, bool, bytes"),
    ] {
        let faults = prepare(expr).unwrap_err();
        assert!(faults.iter().any(|fault| fault.help.as_deref().unwrap().starts_with(help)), "{expr}: {faults:?}");
    }
}

#[test]
fn a_pattern_is_a_literal_that_can_be_compiled() {
    for (expr, offset, text) in [
        ("args.a.matches(args.b)", 19, "the pattern of `matches` is a literal"),
        ("args.a.matches('a' + 'b')", 19, "the pattern of `matches` is a literal"),
        ("matches(args.a, '(')", 16, "this regular expression cannot be used: unclosed group"),
        (
            "args.a.matches('(\\\\w{200}){200}')",
            15,
            "this regular expression cannot be used: it takes more than 1048576 bytes compiled",
        ),
    ] {
        assert_eq!(refusals(expr), [(offset, text.to_owned())], "{expr}");
    }
}

#[test]
fn loops_stand_in_one_another_at_most_twice() {
    assert!(prepare("args.a.all(a, a.b.all(b, b > 0)) && args.a.all(a, a.all(b, b))").is_ok());
    let faults = refusals("args.a.all(a, a.all(b, b.all(c, c)))");
    assert_eq!(faults, [(28, "more than 2 loops stand in one another".to_owned())]);
    assert!(prepare("args.a.filter(a, a > 0).map(a, a + 1).exists(a, a == 1)").is_ok(), "one after the other");
}

#[test]
fn what_lies_too_deep_to_be_evaluated_is_refused_and_brings_nothing_down() {
    for (expr, offset) in [
        (format!("!{}role.hr{}", "(!".repeat(24), ")".repeat(24)), 2 * 24),
        (format!("{}1{}", "[".repeat(32), "]".repeat(32)), 24),
        (format!("1{}", " + 1".repeat(64)), 0),
        (format!("{}1{}", "int(1+".repeat(32), ")".repeat(32)), 0),
        (format!("{}1{}", "{1: -[1 + 2 * ".repeat(15), "]}".repeat(15)), 0),
        (format!("{}true", "role.hr ? role.x : ".repeat(60)), 0),
    ] {
        let faults = refusals(&expr);
        let text = "parts of this expression lie more than 24 deep in one another";
        assert!(faults.iter().any(|(at, said)| said == text && (offset == 0 || *at == offset)), "{expr}: {faults:?}");
    }
    assert!(prepare(&format!("role.hr{}", " && (role.a || role.b)".repeat(700))).is_ok(), "wide is not deep");
}
