//! Field paths from text.

use pest::Parser as _;
use pest::error::InputLocation;

use super::part::{MAX_PARTS, Part};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::literal;
use crate::node::Text;

/// The parser generated from `field.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "field.pest"]
struct Grammar;

const SHAPES: &str = "a path is names with dots between them, `[]` for each element and `**` for any depth, \
                      as in `items[].ssn`; another name stands in quotes, as in `'a.b'.ssn`";

/// The parts of a path. Every mistake is added to `faults`; with an error there are none.
pub(super) fn parts(text: &Text, faults: &mut Vec<Diagnostic>) -> Option<Vec<Part>> {
    match read(text, faults) {
        Ok(parts) => Some(parts),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

fn read(text: &Text, faults: &mut Vec<Diagnostic>) -> Result<Vec<Part>, Diagnostic> {
    let pairs = Grammar::parse(Rule::field, &text.value).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        refusal(text, at)
    })?;
    let mut parts: Vec<Part> = Vec::new();
    for pair in pairs {
        let range = pair.as_span().start()..pair.as_span().end();
        let part = match pair.as_rule() {
            Rule::any => Part::Any,
            Rule::each => Part::Each,
            Rule::quoted => Part::Name(literal::unquote(text, range)?.into()),
            Rule::name => {
                if pair.as_str().contains('*') {
                    let message = format!("`{}` is a field of exactly that name, not a pattern", pair.as_str());
                    let help = "any depth is `**`, each element `[]`; a name that has a star stands in quotes";
                    faults.push(Diagnostic::new(codes::FIELD_STAR, text.span_of(range), message).help(help));
                }
                Part::Name(pair.as_str().into())
            }
            _ => continue,
        };
        // `**.**` is any depth, as `**` is.
        if part != Part::Any || parts.last() != Some(&Part::Any) {
            parts.push(part);
        }
    }
    let whole = || text.span_of(0..text.value.len());
    if parts.iter().all(|part| *part == Part::Any) {
        let message = "`**` alone leads to everything and to nothing in particular";
        return Err(Diagnostic::new(codes::FIELD, whole(), message).help("write which field, as in `**.ssn`"));
    }
    if parts.len() > MAX_PARTS {
        return Err(Diagnostic::new(codes::FIELD, whole(), format!("a path has at most {MAX_PARTS} parts")));
    }
    Ok(parts)
}

fn refusal(text: &Text, at: usize) -> Diagnostic {
    let rest = text.value.get(at..).unwrap_or_default();
    let Some(found) = rest.chars().next() else {
        let message = if text.value.is_empty() { "the path is empty" } else { "the path ends too early" };
        return Diagnostic::new(codes::FIELD, text.span_of(at..at), message).help(SHAPES);
    };
    let message = match found {
        '[' | ']' if !rest.starts_with("[]") => "`[]` is each element, and no element can be named".to_owned(),
        '\'' => "this quoted name does not end, or does not stand between dots".to_owned(),
        found if found.is_whitespace() => "a path has no blanks".to_owned(),
        found => format!("`{found}` cannot stand here in a path"),
    };
    Diagnostic::new(codes::FIELD, text.span_of(at..at + found.len_utf8()), message).help(SHAPES)
}

#[cfg(test)]
mod tests;
