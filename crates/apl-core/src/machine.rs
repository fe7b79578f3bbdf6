//! The resumable evaluator. It asks for effects and is told how they ended; it performs none itself.

use std::sync::Arc;

use crate::condition::ConditionFault;
use crate::decision::{Decision, Denial, Denied};
use crate::effect::Effect;
use crate::fact::Facts;
use crate::program::{Program, RuleIndex, Statement};
use crate::rule::Rule;
use crate::trace::Trace;

/// What bounds one run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many statements may be executed before the phase is denied `policy.limit`.
    pub max_steps: u32,
}

/// A run over the programs of the layers in force, in order. It borrows the programs only, never the facts.
#[derive(Debug)]
pub struct Run<'p, A> {
    /// Those still to run; the first is the one at hand.
    programs: &'p [Arc<Program<A>>],
    /// The next statement of the program at hand.
    at: usize,
    steps_left: u32,
    state: State,
    rule: Option<&'p Rule>,
    nameless: Rule,
}

/// What the run needs next.
#[derive(Debug)]
#[must_use = "the run goes on only when the effect was performed"]
pub enum Step<'p, A> {
    /// Perform this effect and resume with its reply.
    Perform(Effect<'p, A>),
    /// The run is over.
    Done(Decision),
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

/// Which replies a run takes.
#[derive(Clone, Copy, Debug)]
enum State {
    New,
    Waiting,
    Over,
}

impl<'p, A> Run<'p, A> {
    /// A run at the beginning of the programs.
    #[must_use]
    pub fn new(programs: &'p [Arc<Program<A>>], limits: Limits) -> Self {
        let steps_left = limits.max_steps;
        Self { programs, at: 0, steps_left, state: State::New, rule: None, nameless: Rule::default() }
    }

    /// Goes on until the next effect or the end. A reply that does not fit what was asked denies `policy.protocol`, and so
    /// does every resume of a run that is over.
    pub fn resume<F: Facts<Attribute = A>>(&mut self, facts: &F, reply: Reply) -> Step<'p, A> {
        self.resume_traced(facts, reply, &mut ())
    }

    /// The same, what is asked, asked for and decided on the way being told.
    pub fn resume_traced<F, T>(&mut self, facts: &F, reply: Reply, trace: &mut T) -> Step<'p, A>
    where
        F: Facts<Attribute = A>,
        T: Trace<A>,
    {
        let step = match (self.state, reply) {
            (State::New, Reply::Begin) | (State::Waiting, Reply::Performed) => self.walk(facts, trace),
            (State::Waiting, Reply::Refused(denial)) => deny(denial, self.rule),
            (State::New | State::Waiting | State::Over, _) => deny(Denial::new("policy.protocol"), None),
        };
        self.state = match &step {
            Step::Perform(effect) => {
                trace.performs(self.rule(), effect);
                State::Waiting
            }
            Step::Done(decision) => {
                trace.ended(decision);
                State::Over
            }
        };
        step
    }

    /// The rule whose effect the run asked for last; before it asked for one, a rule without name and place.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        self.rule.unwrap_or(&self.nameless)
    }

    fn walk<F: Facts<Attribute = A>, T: Trace<A>>(&mut self, facts: &F, trace: &mut T) -> Step<'p, A> {
        while let Some((program, rest)) = self.programs.split_first() {
            while let Some(statement) = program.code.get(self.at) {
                let Some(left) = self.steps_left.checked_sub(1) else { return deny(Denial::new("policy.limit"), None) };
                self.steps_left = left;
                self.at += 1;
                match self.execute(program, statement, facts, trace) {
                    Ok(None) => {}
                    Ok(Some(step)) => return step,
                    Err((fault, rule)) => return deny(Denial::new(fault.code), program.rules.get(rule)),
                }
            }
            (self.programs, self.at) = (rest, 0);
        }
        Step::Done(Decision::Allow)
    }

    fn execute<F: Facts<Attribute = A>, T: Trace<A>>(
        &mut self,
        program: &'p Program<A>,
        statement: &'p Statement<A>,
        facts: &F,
        trace: &mut T,
    ) -> Result<Option<Step<'p, A>>, (ConditionFault, RuleIndex)> {
        match statement {
            Statement::Unless(condition, target, rule) => {
                let named = program.rules.get(*rule).unwrap_or(&self.nameless);
                if !condition.test_traced(facts, named, trace).map_err(|fault| (fault, *rule))? {
                    self.at = *target;
                }
                Ok(None)
            }
            Statement::Deny(denial, rule) => Ok(Some(deny(denial.clone(), program.rules.get(*rule)))),
            Statement::Perform(action, rule) => {
                self.rule = program.rules.get(*rule);
                let effect = action.activate(facts, self.rule(), trace).map_err(|fault| (fault, *rule))?;
                Ok(Some(Step::Perform(effect)))
            }
        }
    }
}

fn deny<'p, A>(denial: Denial, rule: Option<&Rule>) -> Step<'p, A> {
    Step::Done(Decision::Deny(Denied { denial, rule: rule.cloned() }))
}

#[cfg(test)]
mod tests;
