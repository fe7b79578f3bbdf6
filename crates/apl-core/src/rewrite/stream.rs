//! A pipeline over a text that comes in pieces.
//!
//! What comes of the text is what [`ActiveRewrite::apply_text`] makes of the whole, however it is cut; and so are the fault, where
//! there is one, and the labels. What a path may lead to is held back until it is treated. Where a fault means that the text is
//! withheld, nothing more of it is handed on.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use super::pass::Pass;
use super::pipeline::{ActiveRewrite, Rewrite};
use super::watch::Watch;
use crate::effect::Taint;
use crate::field::RewriteFault;
use crate::splice::{Ended, Stream};

/// A pipeline with its conditions decided, and the text as far as it came.
pub struct RewriteStream<A> {
    rewrite: Arc<Rewrite<A>>,
    holding: u64,
    max_depth: usize,
    /// None where no stage is in force: the text is handed on as it comes.
    stream: Option<Stream>,
    labels: Vec<Taint>,
    has_met: bool,
}

/// What a pipeline made of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// Whether the text it handed on differs from the one that came.
    pub is_changed: bool,
    /// The labels of what was found, in the order it was found. They stay where there is a fault.
    pub labels: Vec<Taint>,
    /// Why the text is refused, if it is.
    pub fault: Option<RewriteFault>,
}

impl<A> ActiveRewrite<'_, A> {
    /// Begins a text that comes in pieces.
    #[must_use]
    pub fn stream(&self) -> RewriteStream<A> {
        RewriteStream {
            rewrite: Arc::clone(self.rewrite),
            holding: self.holding,
            max_depth: self.max_depth,
            stream: self.acts().then(|| Stream::new(self.max_depth, self.could_transform())),
            labels: Vec::new(),
            has_met: false,
        }
    }
}

impl<A> RewriteStream<A> {
    /// The field path as written.
    #[must_use]
    pub fn field(&self) -> &Arc<str> {
        &self.rewrite.field
    }

    /// Takes the next piece, and adds to `released` what may be passed on.
    pub fn push(&mut self, piece: &str, released: &mut String) {
        let Some(mut stream) = self.stream.take() else {
            released.push_str(piece);
            return;
        };
        let active = self.active();
        let mut pass = Pass::resume(&active, self.has_met);
        stream.push(&self.rewrite.path, piece, &mut pass, released);
        let (has_met, labels) = (pass.has_met, active.labels.take());
        let found = labels.into_iter().filter(|label| !self.labels.contains(label)).cloned().collect::<Vec<_>>();
        self.has_met = has_met;
        self.labels.extend(found);
        self.stream = Some(stream);
    }

    /// Whether it is certain that the text is refused, so that nothing more of it is passed on. Why is certain at its end.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.stream.as_ref().is_some_and(Stream::is_withheld)
    }

    /// Ends the text, and adds to `released` what was held back of it, unless it is refused.
    pub fn finish(mut self, released: &mut String) -> Streamed {
        let stream = self.stream.take();
        let labels = std::mem::take(&mut self.labels);
        let Some(stream) = stream else { return Streamed { is_changed: false, labels, fault: None } };
        let mut rest = String::new();
        let active = self.active();
        let (is_changed, labels, fault) = match stream.finish(&mut rest) {
            Err(fault) => (false, labels, Some(fault)),
            // What was met on the way were no values.
            Ok(Ended::Unread) => (false, Vec::new(), active.could_transform().then_some(RewriteFault::Unreadable)),
            Ok(Ended::Read { is_changed }) => {
                let pass = Pass::resume(&active, self.has_met);
                (is_changed, labels, pass.finish().err())
            }
        };
        if fault.is_none() {
            released.push_str(&rest);
        }
        Streamed { is_changed, labels, fault }
    }

    fn active(&self) -> ActiveRewrite<'_, A> {
        ActiveRewrite {
            rewrite: &self.rewrite,
            holding: self.holding,
            max_depth: self.max_depth,
            watch: Watch::default(),
            labels: RefCell::default(),
        }
    }
}

impl<A> fmt::Debug for RewriteStream<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RewriteStream").finish_non_exhaustive()
    }
}
