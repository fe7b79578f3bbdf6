//! A field pipeline: stages that validate or transform the values a field path leads to.
//!
//! A pipeline is compiled once, has its conditions decided once an operation ([`Rewrite::activate`]) and is then applied to
//! each form of the payload that the caller will receive: structured values in place, and JSON text byte by byte.
//! What is not there passes, but for `required`, which asks: each member named on the way, from the top or from what `**`
//! found, is there and not `null`; each value the path leads to is not `null`; and, where the path has `**`, it leads to at
//! least one. A list without elements has none that lacks anything.

mod compile;
mod pass;

use std::sync::Arc;

use serde_json::Value as Json;

use crate::condition::{Condition, ConditionFault};
use crate::fact::Facts;
use crate::field::{Field, walk};
use crate::splice::{self, Spliced};
use crate::stage::{Kind, Stage};
pub(crate) use compile::compile;
use pass::Pass;

/// A compiled pipeline of one field.
#[derive(Debug)]
pub struct Rewrite<A> {
    /// Whether the field is of the arguments or of the result.
    pub side: Side,
    /// The field path as written.
    pub field: Arc<str>,
    path: Field,
    links: Box<[Link]>,
    /// INVARIANT: at most 64, each guarding one stage that transforms.
    conditions: Box<[Condition<A>]>,
}

/// A stage in its place in a pipeline.
#[derive(Debug)]
struct Link {
    stage: Box<dyn Stage>,
    kind: Kind,
    /// The bit of its condition; none where it has no condition.
    guard: u64,
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
    /// The bits of the conditions that hold.
    holding: u64,
    max_depth: usize,
}

/// Why a pipeline refuses a value; never says the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RewriteFault {
    /// A value is not of the form a stage asks for: `args.invalid` or `result.invalid`.
    Invalid {
        /// What the field must be, such as `a number` or `text of at most 64 characters`.
        expected: String,
    },
    /// A value cannot be treated and may not be passed on untreated: `result.unreadable`, `args.invalid`.
    Unreadable,
}

/// How deeply maps and lists may nest at most: as deeply as JSON is read.
const MAX_DEPTH: usize = 127;

impl<A> Rewrite<A> {
    /// The pipeline with its conditions decided.
    ///
    /// # Errors
    /// When a condition is neither true nor false.
    pub fn activate<F: Facts<Attribute = A>>(&self, facts: &F) -> Result<ActiveRewrite<'_, A>, ConditionFault> {
        let mut holding = 0;
        for (bit, condition) in self.conditions.iter().enumerate() {
            holding |= u64::from(condition.test(facts)?) << bit;
        }
        Ok(ActiveRewrite { rewrite: self, holding, max_depth: MAX_DEPTH })
    }

    /// Every attribute its conditions mention, in written order; one that is mentioned twice comes twice.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        self.conditions.iter().flat_map(Condition::attributes)
    }
}

impl<'p, A> ActiveRewrite<'p, A> {
    /// The same for values whose maps and lists nest at most so deeply; 127 is the most there is. A value found to nest
    /// deeper is refused as [`RewriteFault::Unreadable`], by whatever stages.
    #[must_use]
    pub fn within(self, max_depth: usize) -> Self {
        Self { max_depth: max_depth.min(MAX_DEPTH), ..self }
    }

    /// Treats a structured value in place and says whether it changed. `null` stands for a payload that holds nothing.
    ///
    /// # Errors
    /// The fault of the first value that a stage refuses; the value is then partly treated and must not be released.
    pub fn apply(&self, value: &mut Json) -> Result<bool, RewriteFault> {
        if !self.acts() {
            return Ok(false);
        }
        let mut pass = Pass::new(self);
        let changed = walk::walk(&self.rewrite.path, value, self.max_depth, &mut pass)?;
        pass.finish()?;
        Ok(changed)
    }

    /// Treats a text that holds a JSON object or array and gives the text to put in its place, if there is anything to
    /// change. Bytes outside the treated values stay as they are.
    ///
    /// # Errors
    /// The fault of the first value that a stage refuses; and [`RewriteFault::Unreadable`] where a text holds no JSON object
    /// or array while [`Self::could_transform`], or one that nests too deeply.
    pub fn apply_text(&self, text: &str) -> Result<Option<String>, RewriteFault> {
        if !self.acts() {
            return Ok(None);
        }
        let mut pass = Pass::new(self);
        let changed = match splice::splice(&self.rewrite.path, text, self.max_depth, &mut pass)? {
            Spliced::Unread if self.could_transform() => return Err(RewriteFault::Unreadable),
            Spliced::Unread => return Ok(None),
            Spliced::Same => None,
            Spliced::Changed(text) => Some(text),
        };
        pass.finish()?;
        Ok(changed)
    }

    /// Whether a text can be asked for the field: it holds a JSON object or array. A pipeline that requires a field and meets
    /// no part that can be asked is to be applied to `null`; one that requires none is content with any text, unread.
    #[must_use]
    pub fn can_read(&self, text: &str) -> bool {
        !self.is_required() || splice::is_document(text, self.max_depth)
    }

    /// Whether a stage in force could change a value, so that a payload it cannot read must be withheld.
    #[must_use]
    pub fn could_transform(&self) -> bool {
        self.links().any(|link| link.kind == Kind::Transform)
    }

    /// Whether any stage is in force.
    fn acts(&self) -> bool {
        self.links().next().is_some()
    }

    fn is_required(&self) -> bool {
        self.links().any(|link| link.kind == Kind::Presence)
    }

    /// The stages in force, in written order.
    fn links(&self) -> impl Iterator<Item = &'p Link> {
        let holding = self.holding;
        self.rewrite.links.iter().filter(move |link| link.guard == 0 || link.guard & holding != 0)
    }
}

#[cfg(test)]
mod tests;
