//! The part of a text that is at hand, by the offsets of the whole text.

use std::ops::Range;

/// A piece of a text and where in the text it begins, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Window<'t> {
    text: &'t str,
    begins: usize,
}

impl<'t> Window<'t> {
    pub(super) const fn new(text: &'t str, begins: usize) -> Self {
        Self { text, begins }
    }

    /// What stands there. Nothing, where not all of it is at hand.
    pub(super) fn get(self, range: Range<usize>) -> &'t str {
        let (start, end) = (range.start.checked_sub(self.begins), range.end.checked_sub(self.begins));
        start.zip(end).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// What stands from there on.
    pub(super) fn rest(self, at: usize) -> &'t [u8] {
        at.checked_sub(self.begins).and_then(|at| self.text.as_bytes().get(at..)).unwrap_or_default()
    }

    /// Where it ends.
    pub(super) const fn end(self) -> usize {
        self.begins + self.text.len()
    }
}
