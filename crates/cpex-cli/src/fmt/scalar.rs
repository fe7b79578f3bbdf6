//! Texts as scalars of YAML: plain where that is beyond doubt, in quotes elsewhere.

/// A text, with quotes where a reader of YAML, whichever, would need them or might stop to think.
pub(super) fn text(value: &str) -> String {
    if is_plain(value) { value.to_owned() } else { quoted(value) }
}

/// A rule. All but single words stand in quotes: brackets, commas, colons and bars mean something to YAML too, here or in the
/// next place the rule is moved to.
pub(super) fn rule(value: &str) -> String {
    if is_plain(value) && !value.contains([' ', ':']) { value.to_owned() } else { quoted(value) }
}

/// What other readers of YAML take for something else than text.
const OTHERS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

fn is_plain(value: &str) -> bool {
    let mut rest = value.chars().peekable();
    let begins = rest.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '/'));
    let mut is_safe = begins && !OTHERS.iter().any(|other| value.eq_ignore_ascii_case(other));
    while let Some(sign) = rest.next() {
        is_safe &= match sign {
            ' ' | ':' => rest.peek().is_some_and(|next| !matches!(next, ' ' | ':')),
            '_' | '-' | '.' | '/' | '@' | '+' => true,
            sign => sign.is_alphanumeric(),
        };
    }
    is_safe
}

fn quoted(value: &str) -> String {
    if value.chars().any(needs_escape) {
        escaped(value)
    } else if value.contains(['"', '\\']) {
        format!("'{}'", value.replace('\'', "''"))
    } else {
        format!("\"{value}\"")
    }
}

fn escaped(value: &str) -> String {
    let mut written = String::from("\"");
    for sign in value.chars() {
        match sign {
            '"' | '\\' => written.extend(['\\', sign]),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            sign if needs_escape(sign) => written.push_str(&format!("\\u{:04x}", u32::from(sign))),
            sign => written.push(sign),
        }
    }
    written.push('"');
    written
}

/// Whether a character cannot stand in a text as it is: it controls, breaks a line, or is none.
fn needs_escape(sign: char) -> bool {
    sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_paths_stand_without_quotes() {
        for value in ["deny", "HR lookup", "https://idp.example", "/v1/a", "größe", "a.b-c_d", "who@acme.example"] {
            assert_eq!(text(value), value);
        }
    }

    #[test]
    fn what_could_be_read_otherwise_stands_in_quotes() {
        let values =
            ["", "true", "No", "y", "007", "1.5", "-a", "a: b", "a:", "a #b", "a, b", "[a]", " a", "a ", "a  b", "~"];
        for value in values {
            assert_eq!(text(value), format!("\"{value}\""));
        }
    }

    #[test]
    fn quotes_are_those_that_need_no_escape() {
        assert_eq!(text("it's"), "\"it's\"");
        assert_eq!(text("say \"hi\""), "'say \"hi\"'");
        assert_eq!(text("it's \"\\d\""), "'it''s \"\\d\"'");
        assert_eq!(text("a\nb\t\"\u{1}\u{feff}"), "\"a\\nb\\t\\\"\\u0001\\ufeff\"");
    }

    #[test]
    fn a_rule_is_quoted_unless_it_is_a_word() {
        let written = ["deny", "role.hr", "require(role.hr)", "str | redact", "a b"].map(rule);
        assert_eq!(written, ["deny", "role.hr", "\"require(role.hr)\"", "\"str | redact\"", "\"a b\""]);
    }
}
