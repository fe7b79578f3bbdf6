//! What compiling a rule needs to know of the document around it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::fact::Unresolved;
use crate::hash_key::DeclaredKey;
use crate::node::Node;
use crate::scanner::{Scan, Scanner};
use crate::span::{Sources, Span};

/// The phases of a route, in the order they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Field pipelines over the arguments.
    Args,
    /// Steps before the operation.
    Policy,
    /// Field pipelines over the result.
    Result,
    /// Steps after the operation.
    PostPolicy,
}

impl Phase {
    /// The key of documents, which is also the second part of default rule names.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Args => "args",
            Self::Policy => "policy",
            Self::Result => "result",
            Self::PostPolicy => "post_policy",
        }
    }
}

/// What a document declares that policy refers to. Where nothing else is said, nothing is declared.
pub trait Declared {
    /// The index of a plugin that a `run` may name.
    ///
    /// # Errors
    /// Why there is none.
    fn plugin(&self, name: &str) -> Result<usize, Unresolved>;

    /// Whether the plugin of that index may change the operation where a `run` names it.
    fn may_modify(&self, _plugin: usize) -> bool {
        true
    }

    /// The index of a delegator that a `delegate` may name.
    ///
    /// # Errors
    /// Why there is none.
    fn delegator(&self, name: &str) -> Result<usize, Unresolved> {
        Err(Unresolved::undeclared("delegator", name))
    }

    /// The index of a channel that a verb which asks a person may name.
    ///
    /// # Errors
    /// Why there is none.
    fn approver(&self, name: &str) -> Result<usize, Unresolved> {
        Err(Unresolved::undeclared("channel to people", name))
    }

    /// The index of the decision engine of a dialect.
    ///
    /// # Errors
    /// Why there is none.
    fn engine(&self, dialect: &str) -> Result<usize, Unresolved> {
        Err(Unresolved::undeclared("decision engine", dialect))
    }

    /// Whether a word is the dialect of a declared engine, so that as the key of a step it is no expression.
    fn is_dialect(&self, _word: &str) -> bool {
        false
    }

    /// How high a cost tier stands, from the lowest up.
    ///
    /// # Errors
    /// Why there is no tier of that name.
    fn cost_tier(&self, name: &str) -> Result<u64, Unresolved> {
        Err(Unresolved::undeclared("cost tier", name))
    }

    /// The names of the cost tiers that stand no higher than that, the lowest first.
    fn cost_tiers_to(&self, _rank: u64) -> Box<[Arc<str>]> {
        Box::default()
    }

    /// The scanner of a sort.
    ///
    /// # Errors
    /// Why there is none.
    fn scanner(&self, scan: Scan) -> Result<Arc<dyn Scanner>, Unresolved> {
        Err(Unresolved { message: format!("there is no scanner for `{}`", scan.label()), help: None })
    }

    /// The key that `hash` stages hash under.
    fn hash_key(&self) -> DeclaredKey;
}

/// A question for a decision engine as a document writes it.
#[derive(Clone, Debug)]
pub struct WrittenQuestion {
    /// The index of the engine.
    pub engine: usize,
    /// The map of the step.
    pub map: Node,
}

/// What compiling needs to know of the document around the rules. One context serves all rules of a document, so that
/// what must be unique in the document is compared across its layers.
#[derive(Debug)]
pub struct Context<'c, V, D> {
    /// Resolves attribute paths.
    pub vocabulary: &'c V,
    /// Resolves names of plugins.
    pub declared: &'c D,
    /// The texts, for the places of rules.
    pub sources: &'c Sources,
    ids: RefCell<HashMap<String, Span>>,
    questions: RefCell<Vec<WrittenQuestion>>,
}

impl<'c, V, D> Context<'c, V, D> {
    /// The context of a document of which no rule is compiled yet.
    #[must_use]
    pub fn new(vocabulary: &'c V, declared: &'c D, sources: &'c Sources) -> Self {
        Self { vocabulary, declared, sources, ids: RefCell::default(), questions: RefCell::default() }
    }

    /// The questions for decision engines that the compiled rules ask, each at the index its rule asks it by.
    #[must_use]
    pub fn into_questions(self) -> Vec<WrittenQuestion> {
        self.questions.into_inner()
    }

    /// Takes a question; answers the index it is asked by.
    pub(crate) fn take_question(&self, question: WrittenQuestion) -> usize {
        let mut questions = self.questions.borrow_mut();
        questions.push(question);
        questions.len() - 1
    }

    /// Takes an id for the step at that place; answers where it was taken before, if it was.
    pub(crate) fn take_id(&self, id: &str, at: Span) -> Option<Span> {
        let mut ids = self.ids.borrow_mut();
        let taken = ids.get(id).copied();
        if taken.is_none() {
            ids.insert(id.to_owned(), at);
        }
        taken
    }
}
