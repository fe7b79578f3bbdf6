//! A field pipeline: stages that validate or transform the values a field path leads to.
//!
//! A pipeline is compiled once, has its conditions decided once an operation ([`Rewrite::activate`]) and is then applied to
//! each form of the payload that the caller will receive: structured values in place, and JSON text byte by byte, as a whole or
//! as it comes.
//! What is not there passes, but for `required`, which asks: each member named on the way, from the top or from what `**`
//! found, is there and not `null`; each value the path leads to is not `null`; and, where the path has `**`, it leads to at
//! least one. A list without elements has none that lacks anything.

mod compile;
mod dispatch;
mod pass;
mod pipeline;
mod stream;
mod watch;

use serde_json::Value as Json;

use crate::field::{RewriteFault, walk};
use crate::splice::{self, Spliced};
use pass::Pass;

pub(crate) use compile::{Part, compile};
pub use dispatch::{RunField, Treatment};
pub use pipeline::{ActiveRewrite, Rewrite, Side, StageOutline};
pub use stream::{RewriteStream, Streamed};
pub use watch::Deeds;

impl<A> ActiveRewrite<'_, A> {
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
        let (before, labels) = (self.watch.clone(), self.labels.borrow().len());
        let spliced = splice::splice(&self.rewrite.path, text, self.max_depth, &mut pass)?;
        if spliced == Spliced::Unread {
            // What was met on the way were no values.
            self.watch.restore(&before);
            self.labels.borrow_mut().truncate(labels);
        }
        let changed = match spliced {
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
}

#[cfg(test)]
mod tests;
