//! A field pipeline: stages that validate or transform the values a field path leads to.

use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::codes;
use crate::condition::ConditionFault;
use crate::context::{Context, Declared};
use crate::diagnostic::Diagnostic;
use crate::fact::{Facts, Vocabulary};
use crate::node::Text;

/// A compiled pipeline of one field.
#[derive(Debug)]
pub struct Rewrite<A> {
    /// Whether the field is of the arguments or of the result.
    pub side: Side,
    /// The field path as written.
    pub field: Arc<str>,
    attributes: PhantomData<A>,
}

/// Which payload a pipeline works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The arguments, before the operation.
    Args,
    /// The result, after it.
    Result,
}

/// A pipeline with the conditions of its stages decided for one operation.
#[derive(Debug)]
pub struct ActiveRewrite<'p, A> {
    /// The pipeline.
    pub rewrite: &'p Rewrite<A>,
    active: u64,
}

/// Why a pipeline refuses a value; never says the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RewriteFault {
    /// A value is not of the form a stage asks for: `args.invalid` or `result.invalid`.
    Invalid {
        /// What the field must be, such as `a number` or `at most 64 characters`.
        expected: String,
    },
    /// A value cannot be treated and may not be passed on untreated: `result.unreadable`, `args.invalid`.
    Unreadable,
}

/// Refuses every pipeline: there are no stages.
pub(crate) fn compile<V: Vocabulary, D: Declared>(
    field: &Text,
    _pipeline: &Text,
    _side: Side,
    _context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Rewrite<V::Attribute>> {
    let message = "field pipelines are not available in this version of APL";
    faults.push(Diagnostic::new(codes::UNAVAILABLE, field.span, message));
    None
}

impl<A> Rewrite<A> {
    /// The pipeline with its conditions decided.
    pub(crate) fn activate<F: Facts<Attribute = A>>(&self, _facts: &F) -> Result<ActiveRewrite<'_, A>, ConditionFault> {
        Ok(ActiveRewrite { rewrite: self, active: 0 })
    }

    /// Every attribute its conditions mention.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        std::iter::empty()
    }
}

impl<A> ActiveRewrite<'_, A> {
    /// Treats a structured value in place and says whether it changed.
    ///
    /// # Errors
    /// The fault of the first value that a stage refuses; the value is then partly treated and must not be released.
    pub fn apply(&self, value: &mut Json) -> Result<bool, RewriteFault> {
        let _ = (value, self.active);
        Err(RewriteFault::Unreadable)
    }

    /// Whether a stage in force could change a value, so that a payload it cannot read must be withheld.
    #[must_use]
    pub fn could_transform(&self) -> bool {
        true
    }
}
