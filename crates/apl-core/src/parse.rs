//! Reads expressions into trees.
//!
//! What the grammar takes only to be able to name it is refused here. Reading goes on after such a mistake, so that every
//! mistake of an expression is found.

mod operand;
mod place;

use std::ops::Range;

use pest::iterators::Pair;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::expr::{Expr, Operand, Order};
use crate::grammar::{self, GrammarRule};
use crate::literal;
use crate::node::Text;
use crate::path::Path;
use operand::{Side, side};
use place::Place;

/// Reads a part of a text as an expression. Every mistake is added to `faults`; with one there is no expression.
pub(crate) fn expression(text: &Text, range: Range<usize>, faults: &mut Vec<Diagnostic>) -> Option<Expr> {
    if range.is_empty() {
        faults.push(Diagnostic::new(codes::SYNTAX, text.span_of(range), "an expression is missing here"));
        return None;
    }
    read(GrammarRule::expression, text, range, faults)?.pop()
}

/// Reads a part of a text as `require(expression, …)`; the expressions may be none. Every mistake is added to `faults`.
pub(crate) fn requirements(text: &Text, range: Range<usize>, faults: &mut Vec<Diagnostic>) -> Option<Vec<Expr>> {
    read(GrammarRule::requirements, text, range, faults)
}

/// Reads a part of a text as the path of an attribute. Every mistake is added to `faults`; with one there is no path.
pub(crate) fn path(text: &Text, range: Range<usize>, faults: &mut Vec<Diagnostic>) -> Option<Path> {
    let span = text.span_of(range.clone());
    match expression(text, range, faults)? {
        Expr::Truthy(path) => Some(path),
        _ => {
            let message = "the path of an attribute is expected here, not an expression";
            faults.push(Diagnostic::new(codes::SYNTAX, span, message).help("write one, as in `claim.manager`"));
            None
        }
    }
}

fn read(rule: GrammarRule, text: &Text, range: Range<usize>, faults: &mut Vec<Diagnostic>) -> Option<Vec<Expr>> {
    let place = Place { text, start: range.start };
    let pairs = grammar::parse(rule, text, range).map_err(|fault| faults.push(fault)).ok()?;
    let before = faults.len();
    let exprs = all_of(pairs.filter(|pair| pair.as_rule() == GrammarRule::any).map(|pair| any(place, pair, faults)));
    // A mistake may leave a tree behind that does not mean what was written.
    exprs.filter(|_| faults.len() == before)
}

fn any(place: Place<'_>, pair: Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Expr> {
    let parts = all_of(pair.into_inner().filter_map(|part| match part.as_rule() {
        GrammarRule::or => {
            check_spelling(place, &part, "|", faults);
            None
        }
        _ => Some(all(place, part, faults)),
    }))?;
    Some(single_or(parts, Expr::Any))
}

fn all(place: Place<'_>, pair: Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Expr> {
    let parts = all_of(pair.into_inner().filter_map(|part| match part.as_rule() {
        GrammarRule::and => {
            check_spelling(place, &part, "&", faults);
            None
        }
        _ => Some(not(place, part, faults)),
    }))?;
    Some(single_or(parts, Expr::All))
}

fn not(place: Place<'_>, pair: Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Expr> {
    let mut negations = Vec::new();
    let mut result = None;
    for part in pair.into_inner() {
        if part.as_rule() == GrammarRule::bang {
            check_spelling(place, &part, "!", faults);
            negations.push(part);
            continue;
        }
        let compares = part.clone().into_inner().any(|inner| inner.as_rule() == GrammarRule::operator);
        if let Some(last) = negations.last().filter(|_| compares) {
            let message = format!("`{}` stands directly before a comparison", last.as_str());
            let help = format!("write `!({})`", part.as_str().trim());
            faults.push(Diagnostic::new(codes::SYNTAX, place.span(last), message).help(help));
        }
        result = test(place, part, faults);
    }
    match negations.len() % 2 {
        0 => result,
        _ => result.map(|expr| Expr::Not(Box::new(expr))),
    }
}

fn test(place: Place<'_>, pair: Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Expr> {
    let whole = pair.clone();
    let mut parts = pair.into_inner();
    let first = parts.next()?;
    match (first.as_rule(), parts.next(), parts.next()) {
        (GrammarRule::any, ..) => any(place, first, faults),
        (GrammarRule::exists, Some(asked), _) => operand::path(place, asked, faults).map(Expr::Exists),
        (_, Some(operator), Some(right)) => {
            let expr = comparison(place, &first, operator, &right, faults)?;
            if is_constant(&expr) {
                let message = "both sides are values, so the answer is always the same";
                faults.push(Diagnostic::new(codes::CONSTANT, place.span(&whole), message));
            }
            Some(expr)
        }
        _ => alone(place, &first, faults),
    }
}

/// An operand without a comparison.
fn alone(place: Place<'_>, pair: &Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Expr> {
    match side(place, pair, faults)? {
        Side::Path(path) => Some(Expr::Truthy(path)),
        Side::Literal(_) | Side::List(_) => {
            let message = format!("`{}` alone asks nothing of the operation", pair.as_str().trim());
            let help = "compare an attribute with it, as in `args.amount > 10`";
            faults.push(Diagnostic::new(codes::CONSTANT, place.span(pair), message).help(help));
            None
        }
    }
}

fn comparison(
    place: Place<'_>,
    left: &Pair<'_, GrammarRule>,
    operator: Pair<'_, GrammarRule>,
    right: &Pair<'_, GrammarRule>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    let operator = operator.into_inner().next()?;
    let left = operand(place, left, faults);
    match operator.as_rule() {
        GrammarRule::matches => pattern(place, right, faults).zip(left).map(|(regex, left)| Expr::Matches(left, regex)),
        GrammarRule::is_in => member(place, left, right, faults),
        GrammarRule::is_not_in => member(place, left, right, faults).map(|expr| Expr::Not(Box::new(expr))),
        GrammarRule::contains => {
            let (right, left) = operand(place, right, faults).zip(left)?;
            Some(Expr::Contains(left, right))
        }
        _ => {
            let (right, left) = operand(place, right, faults).zip(left)?;
            compare(place, left, &operator, right, faults)
        }
    }
}

fn compare(
    place: Place<'_>,
    left: Operand,
    operator: &Pair<'_, GrammarRule>,
    right: Operand,
    faults: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    Some(match operator.as_str() {
        "==" => Expr::Equal(left, right),
        "!=" => Expr::Not(Box::new(Expr::Equal(left, right))),
        "<" => Expr::Ordered(left, Order::Less, right),
        "<=" => Expr::Ordered(left, Order::AtMost, right),
        ">" => Expr::Ordered(left, Order::Greater, right),
        ">=" => Expr::Ordered(left, Order::AtLeast, right),
        _ => {
            check_spelling(place, operator, "==", faults);
            return None;
        }
    })
}

/// `left in right`, `right` being an attribute or a list.
fn member(
    place: Place<'_>,
    left: Option<Operand>,
    right: &Pair<'_, GrammarRule>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    match side(place, right, faults)? {
        Side::Path(path) => left.map(|left| Expr::In(left, path)),
        Side::List(values) => left.map(|left| Expr::Among(left, values)),
        Side::Literal(_) => {
            let message = "`in` takes an attribute or a list on its right";
            let help = format!("write `[{}]`, or compare with `==`", right.as_str().trim());
            faults.push(Diagnostic::new(codes::LITERAL, place.span(right), message).help(help));
            None
        }
    }
}

/// The right side of `matches`.
fn pattern(place: Place<'_>, pair: &Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<regex::Regex> {
    let written = pair.clone().into_inner().next().filter(|inner| inner.as_rule() == GrammarRule::string);
    let Some(written) = written else {
        let message = "`matches` takes a quoted regular expression on its right";
        faults.push(Diagnostic::new(codes::LITERAL, place.span(pair), message));
        return None;
    };
    literal::regex(place.text, place.range(&written)).map_err(|fault| faults.push(fault)).ok()
}

/// A side of a comparison that takes no list.
fn operand(place: Place<'_>, pair: &Pair<'_, GrammarRule>, faults: &mut Vec<Diagnostic>) -> Option<Operand> {
    match side(place, pair, faults)? {
        Side::Path(path) => Some(Operand::Path(path)),
        Side::Literal(literal) => Some(Operand::Literal(literal)),
        Side::List(_) => {
            let message = "a list can stand to the right of `in` only";
            faults.push(Diagnostic::new(codes::LITERAL, place.span(pair), message));
            None
        }
    }
}

fn is_constant(expr: &Expr) -> bool {
    use Operand::Literal as Value;
    match expr {
        Expr::Not(inner) => is_constant(inner),
        Expr::Equal(Value(_), Value(_)) | Expr::Ordered(Value(_), _, Value(_)) => true,
        Expr::Contains(Value(_), Value(_)) | Expr::Among(Value(_), _) | Expr::Matches(Value(_), _) => true,
        _ => false,
    }
}

/// Refuses an operator that is not spelled as APL does.
fn check_spelling(place: Place<'_>, operator: &Pair<'_, GrammarRule>, right: &str, faults: &mut Vec<Diagnostic>) {
    let written = operator.as_str();
    if written != right {
        let message = format!("`{written}` is written `{right}` in APL");
        faults.push(Diagnostic::new(codes::SPELLING, place.span(operator), message));
    }
}

fn single_or(mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

/// Takes every part, so that all report their mistakes, and then asks whether all succeeded.
fn all_of<T>(parts: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    parts.collect::<Vec<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests;
