//! The compiled form of policy: flat programs of statements, and the rules their decisions are named after.

use std::sync::Arc;

use crate::condition::Condition;
use crate::decision::Denial;
use crate::effect::{Action, Ask};
use crate::rule::Rule;
use crate::span::Span;

/// The compiled steps of one phase of one layer. Routes share the programs of the layers they stand in.
#[derive(Debug)]
pub struct Program<A> {
    pub(crate) code: Box<[Statement<A>]>,
    pub(crate) rules: Box<[Rule]>,
    /// Where each rule stands.
    pub(crate) places: Box<[Span]>,
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
    /// Asks a decision engine; goes on at the target when it denies, and halts with its denial where there is no target.
    Ask(Box<Ask<A>>, Option<usize>, RuleIndex),
    /// Halts with what the decision engine that was asked last denied with.
    DenyAsked(RuleIndex),
    /// Goes on at the target.
    Jump(usize),
    /// Runs branches side by side and waits for them.
    Fork(Box<[Branch<A>]>, RuleIndex),
}

/// A branch of a fork: one program.
pub(crate) type Branch<A> = [Arc<Program<A>>; 1];

/// Index of a rule within its program.
pub(crate) type RuleIndex = usize;

/// What a program may ask for, as seen without running it.
#[derive(Debug)]
pub enum Request<'p, A> {
    /// An effect.
    Perform(&'p Action<A>),
    /// A question for a decision engine, and what its answers may lead to.
    Ask(&'p Ask<A>),
}

/// A place in a program that asks for something.
#[derive(Debug)]
pub struct Site<'p, A> {
    /// What is asked for.
    pub request: Request<'p, A>,
    /// Where in the document.
    pub place: Span,
}

impl<A> Program<A> {
    /// Everything it may ask for, in written order, branches included.
    pub fn sites(&self) -> impl Iterator<Item = Site<'_, A>> {
        let mut sites = Vec::new();
        self.visit(&mut |program, statement| {
            let (request, rule) = match statement {
                Statement::Perform(action, rule) => (Request::Perform(action), *rule),
                Statement::Ask(ask, _, rule) => (Request::Ask(ask), *rule),
                _ => return,
            };
            sites.push(Site { request, place: program.places.get(rule).copied().unwrap_or_default() });
        });
        sites.into_iter()
    }

    /// Every effect it may ask an engine to perform, in written order, branches included.
    pub fn actions(&self) -> impl Iterator<Item = &Action<A>> {
        self.sites().filter_map(|site| match site.request {
            Request::Perform(action) => Some(action),
            Request::Ask(_) => None,
        })
    }

    /// Every attribute it mentions: in conditions, those inside field pipelines included, in questions and in effects. One
    /// may come more than once.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        let mut attributes = Vec::new();
        self.visit(&mut |_, statement| match statement {
            Statement::Unless(condition, ..) => attributes.extend(condition.attributes()),
            Statement::Perform(action, _) => attributes.extend(action.attributes()),
            Statement::Ask(ask, ..) => attributes.extend(ask.map.attributes()),
            Statement::Deny(..) | Statement::DenyAsked(_) | Statement::Jump(_) | Statement::Fork(..) => {}
        });
        attributes.into_iter()
    }

    /// Every place in it that can decide, in written order, branches included.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let mut rules: Vec<&Rule> = self.rules.iter().collect();
        self.visit(&mut |program, _| {
            if !std::ptr::eq(program, self) {
                rules.extend(program.rules.iter().filter(|rule| !rules.contains(rule)).collect::<Vec<_>>());
            }
        });
        rules.into_iter()
    }

    /// Whether it consists of field pipelines that ask no plugin, and of nothing that stands before or between them.
    #[must_use]
    pub fn is_of_pipelines(&self) -> bool {
        self.code.iter().all(|statement| matches!(statement, Statement::Perform(Action::Rewrite(_), _)))
    }

    /// Whether it neither decides nor asks for anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }

    fn visit<'p>(&'p self, visitor: &mut dyn FnMut(&'p Self, &'p Statement<A>)) {
        for statement in &self.code {
            visitor(self, statement);
            if let Statement::Fork(branches, _) = statement {
                branches.iter().flatten().for_each(|branch| branch.visit(visitor));
            }
        }
    }
}
