//! Watching a run: what its conditions asked, what it asked for, and how it ended.
//!
//! A run is watched by a [`Trace`] that is told every step of the way. The one that watches nothing is `()`: a run under it
//! is compiled as if nothing were told. There is one evaluator, so what is told is what was decided.

use crate::condition::ConditionTrace;
use crate::decision::Decision;
use crate::effect::Effect;
use crate::rule::Rule;

/// Told what a run does, in order.
pub trait Trace<A>: ConditionTrace<A> {
    /// The rule asks for an effect.
    fn performs(&mut self, rule: &Rule, effect: &Effect<'_, A>);

    /// The rule runs so many branches side by side.
    fn forks(&mut self, rule: &Rule, branches: usize);

    /// The run is over.
    fn ended(&mut self, decision: &Decision);
}

impl<A> Trace<A> for () {
    #[inline]
    fn performs(&mut self, _: &Rule, _: &Effect<'_, A>) {}

    #[inline]
    fn forks(&mut self, _: &Rule, _: usize) {}

    #[inline]
    fn ended(&mut self, _: &Decision) {}
}

#[cfg(test)]
mod tests;
