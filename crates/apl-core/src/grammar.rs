//! The parser of the strings of policy, and its refusals in words.
//!
//! A parser knows only what it tried, by the names of its rules. Here a refusal is turned into what a person would say:
//! what stands there, and what kind of thing was expected.

use std::ops::Range;

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pairs;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::node::Text;
use crate::scan;

/// The parser generated from `apl.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "apl.pest"]
struct Grammar;

pub(crate) use self::Rule as GrammarRule;

/// Parses a part of a text by one rule of the grammar. Offsets of the pairs count from the start of that part.
///
/// # Errors
/// Where the text departs from the grammar, and how.
pub(crate) fn parse(rule: GrammarRule, text: &Text, range: Range<usize>) -> Result<Pairs<'_, GrammarRule>, Diagnostic> {
    // Refuses unpaired quotes and brackets, and bounds the depth the parser goes to.
    scan::top_level(text, range.clone())?;
    let part = text.value.get(range.clone()).unwrap_or_default();
    Grammar::parse(rule, part).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let expected = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => expected(positives),
            ErrorVariant::CustomError { .. } => None,
        };
        refusal(text, range, at, expected)
    })
}

fn refusal(text: &Text, range: Range<usize>, at: usize, expected: Option<&str>) -> Diagnostic {
    let part = text.value.get(range.clone()).unwrap_or_default();
    let rest = part.get(at..).unwrap_or_default();
    let found = token(rest.trim_start());
    let start = range.start + at + (rest.len() - rest.trim_start().len());
    let message = match (found, expected) {
        ("", Some(expected)) => format!("this ends where {expected} is expected"),
        ("", None) => "this ends too early".to_owned(),
        (found, Some(expected)) => format!("`{found}` stands where {expected} is expected"),
        (found, None) => format!("`{found}` cannot stand here"),
    };
    let fault = Diagnostic::new(codes::SYNTAX, text.span_of(start..start + found.len()), message);
    match advice(part.get(..at).unwrap_or_default(), rest.trim_start()) {
        Some(advice) => fault.help(advice),
        None => fault,
    }
}

/// What the parser would have taken, as people call it.
fn expected(positives: &[GrammarRule]) -> Option<&'static str> {
    use GrammarRule as R;
    let tried = |rules: &[R]| positives.iter().any(|positive| rules.contains(positive));
    if tried(&[R::any, R::all, R::not, R::test, R::operand]) {
        Some("an attribute or a value")
    } else if tried(&[R::integer]) {
        Some("an index, a quoted key or an attribute")
    } else if tried(&[R::path, R::ident]) {
        Some("an attribute")
    } else if tried(&[R::segment]) {
        Some("a name")
    } else if tried(&[R::operator, R::compare, R::and, R::or]) {
        Some("an operator such as `&` or `==`")
    } else if tried(&[R::argument, R::bare, R::string]) {
        Some("a name or a quoted text")
    } else {
        None
    }
}

/// What to do about the mistakes that are common at such a place.
fn advice(before: &str, rest: &str) -> Option<&'static str> {
    let next = rest.chars().next()?;
    let in_word = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    match next {
        '.' | '[' if before.ends_with(char::is_whitespace) => Some("a path has no blanks but within `[ ]`"),
        c if !c.is_ascii() && in_word => Some("a name outside ASCII is written `['name']`, as in `args['größe']`"),
        '+' | '*' | '/' | '%' => Some("there is no arithmetic in expressions"),
        _ => None,
    }
}

/// The word or operator a text begins with, or its first character.
fn token(rest: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word = rest.len() - rest.trim_start_matches(is_word).len();
    let sign = ["==", "!=", "<=", ">=", "&&", "||"].into_iter().find(|sign| rest.starts_with(sign));
    let length = match (word, sign) {
        (0, Some(sign)) => sign.len(),
        (0, None) => rest.chars().next().map_or(0, char::len_utf8),
        (word, _) => word,
    };
    rest.get(..length).unwrap_or_default()
}
