//! Reads the sides of comparisons: attributes, values and lists.

use pest::iterators::Pair;

use super::place::Place;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::expr::{KEYWORDS, Literal};
use crate::grammar::GrammarRule;
use crate::literal;
use crate::number::Number;
use crate::path::{Path, Segment};

/// What may stand beside an operator.
pub(super) enum Side {
    Path(Path),
    Literal(Literal),
    List(Vec<Literal>),
}

/// Reads what stands beside an operator, or alone.
pub(super) fn side(place: Place<'_>, pair: &Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Side> {
    let written = pair.clone().into_inner().next()?;
    match written.as_rule() {
        GrammarRule::path => path(place, written, faults).map(Side::Path),
        GrammarRule::list => list(place, written, faults).map(Side::List),
        _ => value(place, &written, faults).map(Side::Literal),
    }
}

/// Reads an attribute path.
pub(super) fn path(place: Place<'_>, pair: Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Path> {
    let range = place.range(&pair);
    let mut segments = Vec::new();
    let mut complete = true;
    for (index, part) in pair.into_inner().enumerate() {
        if index == 0 && KEYWORDS.contains(&part.as_str()) {
            let message = format!("`{}` is a keyword and cannot begin an attribute", part.as_str());
            faults.push(Diagnostic::new(codes::SYNTAX, place.span(&part), message));
            return None;
        }
        match segment(place, part, faults) {
            Some(segment) => segments.push(segment),
            None => complete = false,
        }
    }
    complete.then_some(Path { segments, range })
}

fn segment(place: Place<'_>, part: Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Segment> {
    if part.as_rule() != GrammarRule::index {
        return Some(Segment::Name(part.as_str().to_owned()));
    }
    let inner = part.into_inner().next()?;
    match inner.as_rule() {
        GrammarRule::path => path(place, inner, faults).map(Segment::Lookup),
        GrammarRule::string => text(place, &inner, faults).map(Segment::Key),
        _ => match inner.as_str().parse() {
            Ok(index) => Some(Segment::Index(index)),
            Err(_) => {
                let message = format!("`{}` is not an index", inner.as_str());
                let help = "an index is a whole number from 0; a key is quoted, as in `['name']`";
                faults.push(Diagnostic::new(codes::LITERAL, place.span(&inner), message).help(help));
                None
            }
        },
    }
}

fn list(place: Place<'_>, pair: Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Vec<Literal>> {
    let span = place.span(&pair);
    let mut values = Vec::new();
    let mut complete = true;
    for element in pair.into_inner() {
        let Some(written) = element.into_inner().next() else { continue };
        match written.as_rule() {
            GrammarRule::path | GrammarRule::list => {
                let message = format!("a list holds texts, numbers, `true` and `false`, not `{}`", written.as_str());
                faults.push(
                    Diagnostic::new(codes::LITERAL, place.span(&written), message).help("quote it if it is a text"),
                );
                complete = false;
            }
            _ => match value(place, &written, faults) {
                Some(value) => values.push(value),
                None => complete = false,
            },
        }
    }
    if complete && values.is_empty() {
        faults.push(Diagnostic::new(codes::LITERAL, span, "a list needs at least one value"));
        return None;
    }
    complete.then_some(values)
}

fn value(place: Place<'_>, pair: &Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Literal> {
    match (pair.as_rule(), pair.as_str()) {
        (GrammarRule::string, _) => text(place, pair, faults).map(|text| Literal::Text(text.into())),
        (_, "true") => Some(Literal::Bool(true)),
        (_, "false") => Some(Literal::Bool(false)),
        (_, "null") => {
            let help = "`null` and absent are one: write `exists(a)` or `!exists(a)`";
            faults.push(
                Diagnostic::new(codes::LITERAL, place.span(pair), "`null` is no value to compare with").help(help),
            );
            None
        }
        (_, written) => {
            let number = Number::parse(written);
            if number.is_none() {
                let message = format!("`{written}` is not a number");
                let help = "numbers are written as in JSON, as in `7`, `-0.5` or `1e3`; a text is quoted";
                faults.push(Diagnostic::new(codes::LITERAL, place.span(pair), message).help(help));
            }
            number.map(Literal::Number)
        }
    }
}

fn text(place: Place<'_>, pair: &Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<String> {
    literal::unquote(place.text, place.range(pair)).map_err(|fault| faults.push(fault)).ok()
}
