//! What compiling a rule needs to know of the document around it.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::fact::Unresolved;
use crate::hash_key::DeclaredKey;
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

/// What a document declares that policy refers to.
pub trait Declared {
    /// The index of a plugin that a `run` may name.
    ///
    /// # Errors
    /// Why there is none.
    fn plugin(&self, name: &str) -> Result<usize, Unresolved>;

    /// The key that `hash` stages hash under.
    fn hash_key(&self) -> DeclaredKey;
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
}

impl<'c, V, D> Context<'c, V, D> {
    /// The context of a document of which no rule is compiled yet.
    #[must_use]
    pub fn new(vocabulary: &'c V, declared: &'c D, sources: &'c Sources) -> Self {
        Self { vocabulary, declared, sources, ids: RefCell::default() }
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
