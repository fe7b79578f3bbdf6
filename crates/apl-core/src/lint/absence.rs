//! What becomes of an expression when an attribute is absent.

use std::collections::HashSet;

use super::step::{Act, Step};
use crate::expr::{Expr, Operand};
use crate::path::{Path, Segment};

/// How many single tests an expression may have to be looked into.
const MAX_TESTS: usize = 128;

/// The answer of an expression when the attribute of that name is absent; none where others decide.
pub(super) fn answer(expr: &Expr, name: &str) -> Option<bool> {
    match expr {
        Expr::Not(inner) => answer(inner, name).map(|answer| !answer),
        Expr::All(parts) => fold(parts, name, false),
        Expr::Any(parts) => fold(parts, name, true),
        test => paths_of_test(test).into_iter().any(|path| stands_on(path, name)).then_some(false),
    }
}

/// The names of attributes without which no operation gets past the steps.
pub(super) fn needed(steps: &[Step<'_>]) -> HashSet<String> {
    let mut needed = HashSet::new();
    for step in steps {
        match &step.act {
            Act::Require(_, demanded) => demanded.iter().for_each(|expr| add(expr, false, &mut needed)),
            Act::When(_, expr, then) if then.iter().any(Step::ends) => add(expr, true, &mut needed),
            Act::Sequence(steps) => needed.extend(self::needed(steps)),
            Act::Deny | Act::Taint(..) | Act::Mint | Act::When(..) | Act::Other(_) => {}
        }
    }
    needed
}

/// Adds the names of the attributes whose absence gives the expression that answer.
fn add(expr: &Expr, wanted: bool, needed: &mut HashSet<String>) {
    if !is_readable(expr) {
        return;
    }
    let mut names = Vec::new();
    tests(expr).into_iter().flat_map(paths_of_test).for_each(|path| stood_on(path, &mut names));
    needed.extend(names.into_iter().filter(|name| answer(expr, name) == Some(wanted)));
}

/// The names of a path, of what it lies in, and of what it looks up.
fn stood_on(path: &Path, names: &mut Vec<String>) {
    for end in 2..=path.segments.len() {
        let segments = path.segments.iter().take(end).cloned().collect();
        names.push(Path { segments, range: path.range.clone() }.to_string());
    }
    for segment in &path.segments {
        if let Segment::Lookup(inner) = segment {
            stood_on(inner, names);
        }
    }
}

/// Whether a person can have written the expression. Of one that was generated, nobody reads warnings.
pub(super) fn is_readable(expr: &Expr) -> bool {
    tests(expr).len() <= MAX_TESTS
}

/// Whether the expression asks somewhere if the attribute exists: then its author has thought of it.
pub(super) fn asks_existence(expr: &Expr, name: &str) -> bool {
    tests(expr).into_iter().any(|test| matches!(test, Expr::Exists(path) if stands_on(path, name)))
}

/// The attributes that the expression compares. Others are not missed where they are absent: what is not there is not true,
/// and holds no text or member that one looks for.
pub(super) fn compared(expr: &Expr) -> Vec<&Path> {
    let is_compared =
        |test: &&Expr| matches!(test, Expr::Equal(..) | Expr::Ordered(..) | Expr::In(..) | Expr::Among(..));
    tests(expr).into_iter().filter(is_compared).flat_map(paths_of_test).collect()
}

/// The parts of which each makes the expression hold, and whether each is negated.
pub(super) fn alternatives(expr: &Expr, is_negated: bool) -> Vec<(&Expr, bool)> {
    match (expr, is_negated) {
        (Expr::Not(inner), _) => alternatives(inner, !is_negated),
        (Expr::Any(parts), false) | (Expr::All(parts), true) => {
            parts.iter().flat_map(|part| alternatives(part, is_negated)).collect()
        }
        _ => vec![(expr, is_negated)],
    }
}

/// The single tests of an expression.
pub(super) fn tests(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Not(inner) => tests(inner),
        Expr::All(parts) | Expr::Any(parts) => parts.iter().flat_map(tests).collect(),
        test => vec![test],
    }
}

/// The attributes of a single test.
pub(super) fn paths_of_test(test: &Expr) -> Vec<&Path> {
    match test {
        Expr::Any(_) | Expr::All(_) | Expr::Not(_) => Vec::new(),
        Expr::Truthy(path) | Expr::Exists(path) => vec![path],
        Expr::Equal(left, right) | Expr::Ordered(left, _, right) | Expr::Contains(left, right) => {
            of(left).into_iter().chain(of(right)).collect()
        }
        Expr::In(left, path) => of(left).into_iter().chain([path]).collect(),
        Expr::Among(only, _) | Expr::Matches(only, _) => of(only).into_iter().collect(),
    }
}

fn of(operand: &Operand) -> Option<&Path> {
    match operand {
        Operand::Path(path) => Some(path),
        Operand::Literal(_) => None,
    }
}

/// `Any` where `decides` is true, `All` where it is false: the first part that decides does.
fn fold(parts: &[Expr], name: &str, decides: bool) -> Option<bool> {
    let answers: Vec<Option<bool>> = parts.iter().map(|part| answer(part, name)).collect();
    if answers.contains(&Some(decides)) {
        return Some(decides);
    }
    answers.iter().all(|answer| *answer == Some(!decides)).then_some(!decides)
}

/// Whether the path has no value where the attribute of that name has none.
fn stands_on(path: &Path, name: &str) -> bool {
    let rest = path.to_string().strip_prefix(name).map(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let looks_up = |segment: &Segment| matches!(segment, Segment::Lookup(inner) if stands_on(inner, name));
    rest == Some(true) || path.segments.iter().any(looks_up)
}
