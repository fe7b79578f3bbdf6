//! A text with some of its ranges replaced.

use std::fmt::{Display, Write as _};
use std::ops::Range;

use super::window::Window;

/// Copies a text up to each replaced range; without a replacement nothing is copied.
#[derive(Default)]
pub(super) struct Writer {
    out: Option<String>,
    /// How many bytes of the text are in `out`, released, or replaced there.
    copied: usize,
}

impl Writer {
    /// Puts other text in the place of a range, which lies behind all before it.
    pub(super) fn replace(&mut self, text: Window<'_>, range: Range<usize>, replacement: impl Display) {
        // A little room for a replacement that is longer than what it replaces.
        let out = self.out.get_or_insert_with(|| String::with_capacity(text.end() - self.copied + 64));
        out.push_str(text.get(self.copied..range.start));
        // Writing to a string does not fail.
        let _ = write!(out, "{replacement}");
        self.copied = range.end;
    }

    /// Whether anything was replaced.
    pub(super) const fn has_replaced(&self) -> bool {
        self.out.is_some()
    }

    /// Hands on what came of the text up to there.
    pub(super) fn release(&mut self, text: Window<'_>, to: usize, released: &mut String) {
        if let Some(out) = &mut self.out {
            released.push_str(out);
            out.clear();
        }
        released.push_str(text.get(self.copied..to));
        self.copied = self.copied.max(to);
    }

    /// The text that came of it, if anything was replaced.
    pub(super) fn finish(self, text: Window<'_>) -> Option<String> {
        let mut out = self.out?;
        out.push_str(text.get(self.copied..text.end()));
        Some(out)
    }
}
