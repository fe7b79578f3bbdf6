//! A compiled expression: a flat list of tests, evaluated without suspending.
//!
//! Each test names the test that follows when it holds and when it does not, so that `&`, `|` and `!` cost nothing when an
//! operation is decided. A fault ends the evaluation wherever it occurs: neither `!` nor `|` turns it into a truth value.

mod fault;
mod lower;
mod predicate;
mod value;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::expr::Expr;
use crate::fact::{Facts, Vocabulary};
use crate::node::Text;
use crate::parse;

pub use fault::ConditionFault;
use lower::Lowering;
use predicate::{Next, Test};

/// An expression of the language over attributes of type `A`.
#[derive(Debug)]
pub struct Condition<A> {
    /// INVARIANT: not empty; the last test is asked first, and every test leads to one of a lower index or to an answer.
    tests: Box<[Test<A>]>,
}

/// Compiles a part of a text as an expression. Every mistake is added to `faults`; with one there is no condition.
pub(crate) fn compile<V: Vocabulary>(
    text: &Text,
    range: Range<usize>,
    vocabulary: &V,
    faults: &mut Vec<Diagnostic>,
) -> Option<Condition<V::Attribute>> {
    let expr = parse::expression(text, range, faults)?;
    lower(expr, text, vocabulary, faults)
}

/// Compiles an expression that was read from the text. Every mistake is added to `faults`.
pub(crate) fn lower<V: Vocabulary>(
    expr: Expr,
    text: &Text,
    vocabulary: &V,
    faults: &mut Vec<Diagnostic>,
) -> Option<Condition<V::Attribute>> {
    Lowering::new(text, vocabulary, faults).finish(expr).map(|tests| Condition { tests })
}

impl<A> Condition<A> {
    /// Whether the expression holds.
    ///
    /// # Errors
    /// When a value has the wrong type or cannot be had: neither true nor false.
    pub fn test<F: Facts<Attribute = A>>(&self, facts: &F) -> Result<bool, ConditionFault> {
        let mut at = self.tests.len().saturating_sub(1);
        loop {
            let test = self.tests.get(at).ok_or(ConditionFault::TYPE)?;
            let next = if test.predicate.holds(facts)? { test.hold } else { test.fail };
            match next {
                Next::Test(next) => at = next,
                Next::Answer(answer) => return Ok(answer),
            }
        }
    }

    /// Every attribute the expression mentions, in written order; one that is mentioned twice comes twice.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        self.tests.iter().rev().flat_map(|test| test.predicate.attributes())
    }
}

#[cfg(test)]
mod tests;
