//! A compiled expression: a flat list of tests, evaluated without suspending.
//!
//! Each test names the test that follows when it holds and when it does not, so that `&`, `|` and `!` cost nothing when an
//! operation is decided. A fault ends the evaluation wherever it occurs: neither `!` nor `|` turns it into a truth value.

mod fault;
mod lower;
mod predicate;
mod show;
mod trace;
mod value;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::expr::Expr;
use crate::fact::{Facts, Vocabulary};
use crate::node::Text;
use crate::parse;
use crate::rule::Rule;

pub use fault::ConditionFault;
use lower::Lowering;
use predicate::{Next, Test};
pub use trace::{ConditionTrace, Tested};

/// An expression of the language over attributes of type `A`.
#[derive(Debug)]
pub struct Condition<A> {
    /// INVARIANT: not empty; the last test is asked first, and every test leads to one of a lower index or to an answer.
    tests: Box<[Test<A>]>,
    /// What is written, for traces.
    written: Box<str>,
    sense: Sense,
}

/// How the tests answer what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    /// They ask for what is written: steps follow when it holds.
    Plain,
    /// They ask for its opposite: a denial follows when it does not hold.
    Demand,
}

/// Compiles a part of a text as an expression. Every mistake is added to `faults`; with one there is no condition.
pub(crate) fn compile<V: Vocabulary>(
    text: &Text,
    range: Range<usize>,
    vocabulary: &V,
    faults: &mut Vec<Diagnostic>,
) -> Option<Condition<V::Attribute>> {
    let expr = parse::expression(text, range.clone(), faults)?;
    let tests = Lowering::new(text, vocabulary, faults).finish(expr)?;
    Some(Condition { tests, written: written(text, range), sense: Sense::Plain })
}

/// Compiles what a part of a text demands as the condition under which it is not met. Every mistake is added to `faults`.
pub(crate) fn unmet<V: Vocabulary>(
    demanded: Vec<Expr>,
    text: &Text,
    range: Range<usize>,
    vocabulary: &V,
    faults: &mut Vec<Diagnostic>,
) -> Option<Condition<V::Attribute>> {
    let expr = Expr::Not(Box::new(Expr::All(demanded)));
    let tests = Lowering::new(text, vocabulary, faults).finish(expr)?;
    Some(Condition { tests, written: written(text, range), sense: Sense::Demand })
}

impl<A> Condition<A> {
    /// Whether the expression holds.
    ///
    /// # Errors
    /// When a value has the wrong type or cannot be had: neither true nor false.
    pub fn test<F: Facts<Attribute = A>>(&self, facts: &F) -> Result<bool, ConditionFault> {
        self.test_traced(facts, &Rule::default(), &mut ())
    }

    /// The same, the condition being told as one of the rule.
    pub(crate) fn test_traced<F, T>(&self, facts: &F, rule: &Rule, trace: &mut T) -> Result<bool, ConditionFault>
    where
        F: Facts<Attribute = A>,
        T: ConditionTrace<A>,
    {
        trace.asks(rule, &self.written);
        let outcome = self.answer(facts, trace);
        trace.answered(outcome.map(|holds| holds == (self.sense == Sense::Plain)));
        outcome
    }

    /// What is written.
    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    fn answer<F, T>(&self, facts: &F, trace: &mut T) -> Result<bool, ConditionFault>
    where
        F: Facts<Attribute = A>,
        T: ConditionTrace<A>,
    {
        let mut at = self.tests.len().saturating_sub(1);
        loop {
            let test = self.tests.get(at).ok_or(ConditionFault::TYPE)?;
            let outcome = test.predicate.holds(facts);
            trace.tested(Tested { predicate: &test.predicate, outcome }, facts);
            let next = if outcome? { test.hold } else { test.fail };
            match next {
                Next::Test(next) => at = next,
                Next::Answer(answer) => return Ok(answer),
            }
        }
    }

    /// The answer of the tests, if it is the same whatever the attributes are that are not known. A fault is no answer.
    pub(crate) fn certainly<F>(&self, facts: &F, is_known: &impl Fn(&A) -> bool) -> Option<bool>
    where
        F: Facts<Attribute = A>,
    {
        let mut answers: Vec<Option<bool>> = Vec::with_capacity(self.tests.len());
        // A test leads to tests of a lower index only.
        for Test { predicate, hold, fail } in &self.tests {
            let after = |next: &Next| match next {
                Next::Test(index) => answers.get(*index).copied().flatten(),
                Next::Answer(answer) => Some(*answer),
            };
            let (hold, fail) = (after(hold), after(fail));
            let is_told = predicate.attributes().all(is_known);
            answers.push(match is_told.then(|| predicate.holds(facts)) {
                Some(Ok(true)) => hold,
                Some(Ok(false)) => fail,
                Some(Err(_)) | None => hold.filter(|_| hold == fail),
            });
        }
        answers.last().copied().flatten()
    }

    /// Every attribute the expression mentions, in written order; one that is mentioned twice comes twice.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        self.tests.iter().rev().flat_map(|test| test.predicate.attributes())
    }
}

#[cfg(test)]
impl<A> Condition<A> {
    /// Its predicates, in written order.
    pub(crate) fn predicates(&self) -> impl Iterator<Item = String>
    where
        A: std::fmt::Display,
    {
        self.tests.iter().rev().map(|test| test.predicate.to_string())
    }
}

fn written(text: &Text, range: Range<usize>) -> Box<str> {
    text.value.get(range).unwrap_or_default().into()
}

#[cfg(test)]
mod tests;
