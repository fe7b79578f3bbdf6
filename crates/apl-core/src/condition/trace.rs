//! Watching conditions: what each asked and read, and its answer.

use std::fmt;

use super::fault::ConditionFault;
use super::predicate::Predicate;
use crate::fact::Facts;
use crate::rule::Rule;

/// Told what conditions ask, in order. `()` is told and does nothing, so that what runs under it is compiled as if nothing
/// were told.
pub trait ConditionTrace<A> {
    /// A condition of the rule, shown as written, is about to be asked.
    fn asks(&mut self, rule: &Rule, written: &str);

    /// One of its predicates was asked. The facts are as the predicate read them.
    fn tested<F: Facts<Attribute = A>>(&mut self, test: Tested<'_, A>, facts: &F);

    /// The condition was answered: whether what is written holds, or why it has no truth value.
    fn answered(&mut self, outcome: Result<bool, ConditionFault>);
}

/// A predicate that was asked, and its answer. It is shown in the language, as it was compiled: `a != b` is `a == b`,
/// asked for the opposite.
#[derive(Debug)]
pub struct Tested<'t, A> {
    pub(super) predicate: &'t Predicate<A>,
    /// Whether it holds, or why it has no truth value.
    pub outcome: Result<bool, ConditionFault>,
}

impl<A> Tested<'_, A> {
    /// The attributes it reads, in written order.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        self.predicate.attributes()
    }
}

impl<A: fmt::Display> fmt::Display for Tested<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.predicate.fmt(f)
    }
}

impl<A> ConditionTrace<A> for () {
    #[inline]
    fn asks(&mut self, _: &Rule, _: &str) {}

    #[inline]
    fn tested<F: Facts<Attribute = A>>(&mut self, _: Tested<'_, A>, _: &F) {}

    #[inline]
    fn answered(&mut self, _: Result<bool, ConditionFault>) {}
}
