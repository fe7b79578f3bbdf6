//! The compiled form of policy: flat programs of statements, and the rules their decisions are named after.

use crate::condition::Condition;
use crate::decision::Denial;
use crate::effect::Action;
use crate::rule::Rule;

/// The compiled steps of one phase of one layer. Routes share the programs of the layers they stand in.
#[derive(Debug)]
pub struct Program<A> {
    pub(crate) code: Box<[Statement<A>]>,
    pub(crate) rules: Box<[Rule]>,
}

/// One statement. Jump targets are indexes into the same program and lie behind the statement.
#[derive(Debug)]
pub(crate) enum Statement<A> {
    /// Goes on at the target when the condition does not hold.
    Unless(Condition<A>, usize, RuleIndex),
    /// Halts with a denial.
    Deny(Denial, RuleIndex),
    /// Asks the engine to do something and waits for its reply.
    Perform(Action<A>, RuleIndex),
}

/// Index of a rule within its program.
pub(crate) type RuleIndex = usize;

impl<A> Program<A> {
    /// Everything it may ask an engine to perform, in written order.
    pub fn actions(&self) -> impl Iterator<Item = &Action<A>> {
        self.code.iter().filter_map(|statement| match statement {
            Statement::Perform(action, _) => Some(action),
            Statement::Unless(..) | Statement::Deny(..) => None,
        })
    }

    /// Every attribute its conditions mention, those inside field pipelines included; one may come more than once.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        self.code.iter().flat_map(|statement| {
            let (condition, rewrite) = match statement {
                Statement::Unless(condition, ..) => (Some(condition), None),
                Statement::Perform(Action::Rewrite(rewrite), _) => (None, Some(rewrite)),
                Statement::Perform(..) | Statement::Deny(..) => (None, None),
            };
            let of_condition = condition.into_iter().flat_map(Condition::attributes);
            of_condition.chain(rewrite.into_iter().flat_map(|rewrite| rewrite.attributes()))
        })
    }

    /// Every place in it that can decide, in written order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// Whether it neither decides nor asks for anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }
}
