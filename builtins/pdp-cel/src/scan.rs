//! What may not be given to the parser, which recurses: an expression that is too long, or whose parts lie too deep in one
//! another. It is found by reading brackets and signs, before anything is parsed.

use cpex_sdk::config::ConfigFault;

use crate::place::fault;

/// How long an expression may be, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// How many brackets may stand in one another.
const MAX_BRACKETS: usize = 32;
/// How many operators may apply to what others give, over all brackets that are open.
const MAX_OPERATORS: usize = 64;

/// Refuses what the parser is not given.
///
/// # Errors
/// What is too long, too deep, or never closed.
pub(crate) fn check(text: &str) -> Result<(), ConfigFault> {
    if text.len() > MAX_BYTES {
        let help = format!("an expression has up to {MAX_BYTES} bytes: put lists under `data` and read them there");
        return Err(fault(text, 0, "the expression is too long").help(help));
    }
    let mut levels = vec![Level::default()];
    let mut at = 0;
    while let Some((token, length)) = token(text, at) {
        match token {
            Token::Open if levels.len() > MAX_BRACKETS => {
                let message = format!("more than {MAX_BRACKETS} brackets stand in one another");
                return Err(fault(text, at, message));
            }
            Token::Open => levels.push(Level::default()),
            Token::Close if levels.len() > 1 => drop(levels.pop()),
            Token::Unclosed => {
                return Err(fault(text, at, "this string is never closed").help("end it with the quote it begins with"));
            }
            _ => levels.iter_mut().next_back().into_iter().for_each(|level| level.count(&token)),
        }
        if levels.iter().map(Level::operators).sum::<usize>() > MAX_OPERATORS {
            let message = format!("more than {MAX_OPERATORS} operators apply to what others give");
            return Err(fault(text, at, message).help("join shorter expressions by `&&` or `||`"));
        }
        at += length;
    }
    Ok(())
}

/// What of a bracket is not closed yet.
#[derive(Default)]
struct Level {
    /// Operators since what joins without depth: a comma, a colon, `&&`, `||`.
    operators: usize,
    /// Conditionals since the last comma: what follows one lies in it.
    conditionals: usize,
}

impl Level {
    fn count(&mut self, token: &Token) {
        match token {
            Token::Comma => *self = Self::default(),
            Token::Junction => self.operators = 0,
            Token::Conditional => *self = Self { operators: 0, conditionals: self.conditionals + 1 },
            Token::Operator => self.operators += 1,
            Token::Open | Token::Close | Token::Unclosed | Token::Other => {}
        }
    }

    const fn operators(&self) -> usize {
        self.operators + self.conditionals
    }
}

enum Token {
    Open,
    Close,
    Comma,
    /// `&&` or `||`, of which any number is one level; a colon.
    Junction,
    Conditional,
    Operator,
    /// A string that has no end.
    Unclosed,
    Other,
}

/// The token that begins at an offset, and how many bytes it has.
fn token(text: &str, at: usize) -> Option<(Token, usize)> {
    let rest = text.get(at..)?;
    let first = rest.chars().next()?;
    let one = |token| Some((token, first.len_utf8()));
    match first {
        '(' | '[' | '{' => one(Token::Open),
        ')' | ']' | '}' => one(Token::Close),
        ',' => one(Token::Comma),
        ':' => one(Token::Junction),
        '?' => one(Token::Conditional),
        '\'' | '"' => string(rest, false),
        '/' if rest.starts_with("//") => Some((Token::Other, rest.find('\n').unwrap_or(rest.len()))),
        '&' | '|' if rest.starts_with("&&") || rest.starts_with("||") => Some((Token::Junction, 2)),
        _ if first.is_ascii_alphabetic() || first == '_' => word(rest),
        '+' | '-' | '*' | '/' | '%' | '<' | '>' | '=' | '!' | '&' | '|' | '.' => one(Token::Operator),
        _ => one(Token::Other),
    }
}

/// A name, which is an operator where it is `in`, or what makes the string after it a raw one.
fn word(rest: &str) -> Option<(Token, usize)> {
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (word, after) = rest.split_at_checked(length)?;
    if after.starts_with(['\'', '"']) && ["r", "b", "br"].iter().any(|prefix| word.eq_ignore_ascii_case(prefix)) {
        let (token, quoted) = string(after, !word.eq_ignore_ascii_case("b"))?;
        return Some((token, length + quoted));
    }
    Some((if word == "in" { Token::Operator } else { Token::Other }, length))
}

fn string(rest: &str, is_raw: bool) -> Option<(Token, usize)> {
    let quote = rest.get(..3).filter(|quote| matches!(*quote, "'''" | "\"\"\"")).or_else(|| rest.get(..1))?;
    let mut at = quote.len();
    while let Some(inside) = rest.get(at..).filter(|inside| !inside.is_empty()) {
        if inside.starts_with(quote) {
            return Some((Token::Other, at + quote.len()));
        }
        if quote.len() == 1 && inside.starts_with(['\n', '\r']) {
            break;
        }
        let escaped = usize::from(!is_raw && inside.starts_with('\\'));
        at += inside.chars().take(1 + escaped).map(char::len_utf8).sum::<usize>();
    }
    Some((Token::Unclosed, rest.len()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "the texts are the test's own")]

    use super::*;

    #[test]
    fn what_joins_without_depth_may_be_long() {
        let terms = |joint: &str| vec!["args.a.b.c == 'x'"; 200].join(joint);
        for text in [terms(" && "), terms(" || "), format!("args.a in [{}]", vec!["'x'"; 2000].join(", "))] {
            check(&text).unwrap();
        }
    }

    #[test]
    fn what_lies_too_deep_is_refused_where_it_begins_to() {
        let deep =
            |before: &str, times: usize, after: &str| format!("{}1{}", before.repeat(times), after.repeat(times));
        for (text, offset) in [
            (deep("(", 33, ")"), 32),
            (deep("[", 33, "]"), 32),
            (format!("1{}", "+1".repeat(65)), 129),
            (deep("a in ", 65, ""), 322),
            (format!("a{}", ".a".repeat(65)), 129),
            (deep("a ? b : ", 65, ""), 514),
            (deep("a && b ? c : ", 65, ""), 839),
            (deep("f(!!!!!!", 11, ")"), 86),
            ("!".repeat(65), 64),
        ] {
            assert_eq!(check(&text).unwrap_err().offset_in_text, Some(offset), "{text}");
        }
        check(&deep("(", 32, ")")).unwrap();
        check(&format!("1{}", "+1".repeat(64))).unwrap();
    }

    #[test]
    fn what_stands_in_strings_and_comments_is_not_counted() {
        let many = "(".repeat(100);
        for text in [
            format!("'{many}'"),
            format!("\"{many}\""),
            format!("'''{many}\n'{many}'''"),
            format!("'\\'{many}'"),
            format!("r'\\' + R\"{many}\\\""),
            format!("br'\\' + '{many}'"),
            format!("1 // {many}\n + 1"),
            format!("x == '{many}' // '"),
        ] {
            check(&text).unwrap();
        }
        for text in ["'", "\"\"\"x\"\"", "'a\n'", "'\\'", "r'", "1 + 'ä"] {
            let fault = check(text).unwrap_err();
            assert!(fault.text.starts_with("this string is never closed"), "{text}");
        }
    }

    #[test]
    fn an_expression_is_not_endless() {
        assert_eq!(check(&" ".repeat(16 * 1024 + 1)).unwrap_err().text, "the expression is too long");
    }
}
