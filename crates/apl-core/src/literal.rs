//! Quoted texts and regular expressions, as they are written inside rules: how they are read, and how they are written.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::node::Text;

/// How many bytes a compiled regular expression may take.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// The text of a quoted part, quotes included in the range. The escapes are exactly `\\`, `\'` and `\"`.
///
/// # Errors
/// The first escape that is none of these.
pub(crate) fn unquote(text: &Text, range: Range<usize>) -> Result<String, Diagnostic> {
    let Quoted { inner, start, .. } = quoted(text, range);
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((at, sign)) = chars.next() {
        if sign != '\\' {
            out.push(sign);
            continue;
        }
        match chars.next() {
            Some((_, escaped @ ('\\' | '\'' | '"'))) => out.push(escaped),
            other => {
                let end = other.map_or(at + 1, |(at, sign)| at + sign.len_utf8());
                let written = inner.get(at..end).unwrap_or_default();
                let span = text.span_of(start + at..start + end);
                let message = format!("`{written}` is not an escape");
                let help = "the escapes are `\\\\`, `\\'` and `\\\"`; a backslash is written `\\\\`";
                return Err(Diagnostic::new(codes::LITERAL, span, message).help(help));
            }
        }
    }
    Ok(out)
}

/// The regular expression of a quoted part, quotes included in the range. It is read left to right in pairs: a backslash
/// and the enclosing quote give the quote, every other pair is kept as both characters.
///
/// # Errors
/// Why it does not compile.
pub(crate) fn regex(text: &Text, range: Range<usize>) -> Result<Regex, Diagnostic> {
    let Quoted { inner, quote, .. } = quoted(text, range.clone());
    let mut pattern = String::with_capacity(inner.len());
    for pair in pairs(inner) {
        match pair {
            (_, Some(escaped)) if Some(escaped) == quote => pattern.push(escaped),
            (sign, escaped) => pattern.extend([Some(sign), escaped].into_iter().flatten()),
        }
    }
    RegexBuilder::new(&pattern).size_limit(MAX_REGEX_BYTES).build().map_err(|error| {
        let reason = match error {
            regex::Error::CompiledTooBig(limit) => format!("it takes more than {limit} bytes compiled"),
            other => last_line(&other.to_string()),
        };
        let message = format!("this regular expression cannot be used: {reason}");
        Diagnostic::new(codes::REGEX, text.span_of(range), message)
    })
}

/// A text in quotes: single ones, unless it has such and no double ones.
pub(crate) fn quote(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut written = String::with_capacity(text.len() + 2);
    written.push(quote);
    for sign in text.chars() {
        if sign == quote || sign == '\\' {
            written.push('\\');
        }
        written.push(sign);
    }
    written.push(quote);
    written
}

/// A regular expression in quotes, chosen as [`quote`] does but for this: since a pattern is read in pairs, a pair of a
/// backslash and a quote can only stand between quotes of the other kind. No pattern that was read has pairs of both.
pub(crate) fn quote_pattern(pattern: &str) -> String {
    let (mut single, mut double) = (Uses::None, Uses::None);
    for pair in pairs(pattern) {
        match pair {
            ('\'', None) => single = single.max(Uses::Alone),
            ('"', None) => double = double.max(Uses::Alone),
            (_, Some('\'')) => single = Uses::InPair,
            (_, Some('"')) => double = Uses::InPair,
            _ => {}
        }
    }
    let quote = if single > double { '"' } else { '\'' };
    let mut written = String::with_capacity(pattern.len() + 2);
    written.push(quote);
    for (sign, escaped) in pairs(pattern) {
        if sign == quote {
            written.push('\\');
        }
        written.extend([Some(sign), escaped].into_iter().flatten());
    }
    written.push(quote);
    written
}

/// How a pattern uses a quote.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Uses {
    None,
    Alone,
    InPair,
}

struct Quoted<'t> {
    inner: &'t str,
    quote: Option<char>,
    /// Offset of `inner` in the text.
    start: usize,
}

fn quoted(text: &Text, range: Range<usize>) -> Quoted<'_> {
    let whole = text.value.get(range.clone()).unwrap_or_default();
    let mut chars = whole.chars();
    let quote = chars.next();
    chars.next_back();
    Quoted { inner: chars.as_str(), quote, start: range.start + quote.map_or(0, char::len_utf8) }
}

/// The signs of a regular expression, a backslash together with what follows it.
fn pairs(pattern: &str) -> impl Iterator<Item = (char, Option<char>)> {
    let mut chars = pattern.chars();
    std::iter::from_fn(move || {
        let sign = chars.next()?;
        Some((sign, (sign == '\\').then(|| chars.next()).flatten()))
    })
}

/// The sentence at the end of the report of the regex parser, which repeats the pattern before it.
fn last_line(report: &str) -> String {
    let line = report.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;
    use crate::testing::text;

    #[test]
    fn the_escapes_are_the_backslash_and_the_two_quotes() {
        let read = |written: &str| unquote(&text(written), 0..written.len());
        assert_eq!(read(r#"'a\\b\'c\"d'"#).unwrap(), "a\\b'c\"d");
        assert_eq!(read(r#""é""#).unwrap(), "é");
        let fault = read(r"'a\n'").unwrap_err();
        assert_eq!((fault.message.as_str(), fault.span.start, fault.span.end), (r"`\n` is not an escape", 2, 4));
    }

    #[test]
    fn a_regular_expression_keeps_its_escapes_but_that_of_the_enclosing_quote() {
        let read = |written: &str| regex(&text(written), 0..written.len()).map(|regex| regex.as_str().to_owned());
        assert_eq!(read(r"'\d\'\\x'").unwrap(), r"\d'\\x");
        assert_eq!(read(r#""\"\'""#).unwrap(), r#""\'"#);
        assert_eq!(read("'(a'").unwrap_err().message, "this regular expression cannot be used: unclosed group");
        let huge = read(r"'(\pL{500}){500}'").unwrap_err().message;
        assert!(huge.ends_with("it takes more than 1048576 bytes compiled"), "{huge}");
    }
}
