//! The resumable evaluator. It asks for effects and is told how they ended; it performs none itself.

use std::sync::Arc;

use crate::condition::ConditionFault;
use crate::decision::{Decision, Denial, Denied};
use crate::effect::{Action, Effect};
use crate::fact::Facts;
use crate::program::{Branch, Program, RuleIndex, Statement};
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
    max_steps: u32,
    steps_left: u32,
    state: State,
    rule: Option<&'p Rule>,
    nameless: Rule,
    /// What the decision engine that denied last denied with.
    asked: Option<Denial>,
}

/// What the run needs next.
#[derive(Debug)]
#[must_use = "the run goes on only when what it asks for was done"]
pub enum Step<'p, A> {
    /// Perform this effect and resume with its reply.
    Perform(Effect<'p, A>),
    /// Run these branches side by side and resume with [`Reply::Joined`].
    Fork(Fork<'p, A>),
    /// The run is over.
    Done(Decision),
}

/// Branches to run side by side, all from the state at the fork.
#[derive(Debug)]
pub struct Fork<'p, A> {
    branches: &'p [Branch<A>],
    limits: Limits,
}

/// How what was asked for ended.
#[derive(Debug)]
pub enum Reply {
    /// Nothing was asked yet: the first resume of a run.
    Begin,
    /// The effect was performed; of a person, that the answer is yes.
    Performed,
    /// The effect could not be performed or denies the operation.
    Refused(Denial),
    /// A person was asked and has not answered yet.
    Pending,
    /// What a decision engine decided.
    Decided(Verdict),
    /// How the branches of a fork ended.
    Joined(Joined),
}

/// What a decision engine decided.
#[derive(Debug)]
pub enum Verdict {
    /// It permits.
    Permit,
    /// It denies, with this where nothing else denies before.
    Deny(Denial),
}

/// How the branches of a fork ended.
#[derive(Debug)]
pub struct Joined {
    /// The first denial in written order.
    pub denied: Option<Denied>,
    /// How many statements all of them executed.
    pub steps: u32,
}

/// Which replies a run takes.
#[derive(Clone, Copy, Debug)]
enum State {
    New,
    /// An effect is being performed.
    Performing,
    /// A person is being asked.
    Eliciting,
    /// A decision engine is asked; the statement to go on at when it denies.
    Asking(Option<usize>),
    /// Branches are running.
    Forked,
    Over,
}

impl<'p, A> Run<'p, A> {
    /// A run at the beginning of the programs.
    #[must_use]
    pub fn new(programs: &'p [Arc<Program<A>>], limits: Limits) -> Self {
        let max_steps = limits.max_steps;
        let (state, nameless) = (State::New, Rule::default());
        Self { programs, at: 0, max_steps, steps_left: max_steps, state, rule: None, nameless, asked: None }
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
        let step = match self.take(reply) {
            Ok(()) => self.walk(facts, trace),
            Err(step) => step,
        };
        match &step {
            Step::Perform(effect) => {
                self.state = match effect {
                    Effect::Elicit(_) => State::Eliciting,
                    // The statement that asks says where a denial leads.
                    Effect::Ask(_) => self.state,
                    _ => State::Performing,
                };
                trace.performs(self.rule(), effect);
            }
            Step::Fork(fork) => {
                self.state = State::Forked;
                trace.forks(self.rule(), fork.branches.len());
            }
            Step::Done(decision) => {
                self.state = State::Over;
                trace.ended(decision);
            }
        }
        step
    }

    /// The rule whose effect the run asked for last; before it asked for one, a rule without name and place.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        self.rule.unwrap_or(&self.nameless)
    }

    /// How many statements it executed so far.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.max_steps - self.steps_left
    }

    /// Takes a reply, if it fits what was asked for; otherwise that is the end.
    fn take(&mut self, reply: Reply) -> Result<(), Step<'p, A>> {
        match (self.state, reply) {
            (State::New, Reply::Begin) | (State::Performing | State::Eliciting, Reply::Performed) => Ok(()),
            (State::Asking(_), Reply::Decided(Verdict::Permit)) => Ok(()),
            (State::Asking(Some(target)), Reply::Decided(Verdict::Deny(denial))) => {
                (self.at, self.asked) = (target, Some(denial));
                Ok(())
            }
            (State::Asking(None), Reply::Decided(Verdict::Deny(denial)))
            | (State::Performing | State::Eliciting | State::Asking(_), Reply::Refused(denial)) => {
                Err(deny(denial, self.rule))
            }
            (State::Eliciting, Reply::Pending) => Err(Step::Done(Decision::Pending(self.rule().clone()))),
            (State::Forked, Reply::Joined(Joined { denied, steps })) => {
                let left = self.steps_left.checked_sub(steps);
                self.steps_left = left.unwrap_or(0);
                match (denied, left) {
                    (Some(denied), _) => Err(Step::Done(Decision::Deny(denied))),
                    (None, None) => Err(deny(Denial::new("policy.limit"), None)),
                    (None, Some(_)) => Ok(()),
                }
            }
            _ => Err(deny(Denial::new("policy.protocol"), None)),
        }
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
        Ok(Some(match statement {
            Statement::Unless(condition, target, rule) => {
                let named = program.rules.get(*rule).unwrap_or(&self.nameless);
                if !condition.test_traced(facts, named, trace).map_err(|fault| (fault, *rule))? {
                    self.at = *target;
                }
                return Ok(None);
            }
            Statement::Jump(target) => {
                self.at = *target;
                return Ok(None);
            }
            Statement::Deny(denial, rule) => deny(denial.clone(), program.rules.get(*rule)),
            Statement::DenyAsked(rule) => {
                let denial = self.asked.take().unwrap_or_else(|| Denial::new("policy.protocol"));
                deny(denial, program.rules.get(*rule))
            }
            Statement::Perform(action, rule) => {
                self.rule = program.rules.get(*rule);
                Step::Perform(self.activate(action, facts, trace).map_err(|fault| (fault, *rule))?)
            }
            Statement::Ask(ask, target, rule) => {
                self.rule = program.rules.get(*rule);
                self.state = State::Asking(*target);
                Step::Perform(Effect::Ask(ask))
            }
            Statement::Fork(branches, rule) => {
                self.rule = program.rules.get(*rule);
                Step::Fork(Fork { branches, limits: Limits { max_steps: self.steps_left } })
            }
        }))
    }

    fn activate<F: Facts<Attribute = A>, T: Trace<A>>(
        &self,
        action: &'p Action<A>,
        facts: &F,
        trace: &mut T,
    ) -> Result<Effect<'p, A>, ConditionFault> {
        action.activate(facts, self.rule(), trace)
    }
}

impl<'p, A> Fork<'p, A> {
    /// A run for each branch, in written order.
    pub fn runs(&self) -> impl Iterator<Item = Run<'p, A>> {
        let limits = self.limits;
        self.branches.iter().map(move |branch| Run::new(branch, limits))
    }
}

fn deny<'p, A>(denial: Denial, rule: Option<&Rule>) -> Step<'p, A> {
    Step::Done(Decision::Deny(Denied { denial, rule: rule.cloned() }))
}

#[cfg(test)]
mod tests;
