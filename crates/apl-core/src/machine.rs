//! The resumable evaluator. It asks for effects and is told how they ended; it performs none itself.

use std::sync::Arc;

use crate::decision::{Decision, Denial};
use crate::effect::{ActiveRewrite, Run as RunEffect, Taint};
use crate::fact::Facts;
use crate::program::Program;

/// What bounds one run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many statements may be executed before the phase is denied `policy.limit`.
    pub max_steps: u32,
}

/// A run over the programs of the layers in force, in order. It borrows the programs only, never the facts.
#[derive(Debug)]
pub struct Run<'p, A> {
    programs: &'p [Arc<Program<A>>],
}

/// What the run needs next.
#[derive(Debug)]
pub enum Step<'p, A> {
    /// Perform this effect and resume with its reply.
    Perform(Effect<'p, A>),
    /// The run is over.
    Done(Decision),
}

/// An effect to perform. Closed: an engine matches every kind.
#[derive(Debug)]
pub enum Effect<'p, A> {
    /// Add a label.
    Taint(&'p Taint),
    /// Invoke a plugin.
    Run(&'p RunEffect),
    /// Apply a field pipeline to the arguments or the result.
    Rewrite(ActiveRewrite<'p, A>),
}

/// How what was asked for ended.
#[derive(Debug)]
pub enum Reply {
    /// Nothing was asked yet: the first resume of a run.
    Begin,
    /// The effect was performed.
    Performed,
    /// The effect could not be performed or denies the operation.
    Refused(Denial),
}

impl<'p, A> Run<'p, A> {
    /// A run at the beginning of the programs.
    #[must_use]
    pub fn new(programs: &'p [Arc<Program<A>>], limits: Limits) -> Self {
        let _ = limits;
        Self { programs }
    }

    /// Goes on until the next effect or the end. A reply that does not fit what was asked denies `policy.protocol`.
    pub fn resume<F: Facts<Attribute = A>>(&mut self, facts: &F, reply: Reply) -> Step<'p, A> {
        let _ = (facts, reply, self.programs);
        Step::Done(Decision::Deny(crate::decision::Denied { denial: Denial::new("policy.protocol"), rule: None }))
    }
}
