//! The compiled form of policy: flat programs of statements, and the rules their decisions are named after.

use std::sync::Arc;

use crate::condition::Condition;
use crate::decision::Denial;
use crate::effect::{Rewrite, Run, Taint};

/// The compiled steps of one phase of one layer. Routes share the programs of the layers they stand in.
#[derive(Debug)]
pub struct Program<A> {
    pub(crate) code: Box<[Statement<A>]>,
    pub(crate) rules: Box<[Rule]>,
}

/// A place in the document that can decide.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The innermost `id`, or the default name `<layer>.<phase>[n]`.
    pub id: Arc<str>,
    /// `file:line:column`, for records and traces, never for the caller.
    pub at: Arc<str>,
}

/// One statement. Jump targets are indexes into the same program.
#[derive(Debug)]
pub(crate) enum Statement<A> {
    /// Goes on at the target when the condition does not hold.
    Unless(Condition<A>, usize),
    /// Halts with a denial.
    Deny(Denial, RuleIndex),
    /// Asks the engine to do something and waits for its reply.
    Perform(Action<A>, RuleIndex),
}

/// What a statement asks the engine to perform. One file per kind under `effect`.
#[derive(Debug)]
pub(crate) enum Action<A> {
    Taint(Taint),
    Run(Run),
    Rewrite(Rewrite<A>),
}

/// Index of a rule within its program.
pub(crate) type RuleIndex = u32;
