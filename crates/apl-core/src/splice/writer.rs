//! A text with some of its ranges replaced.

use std::fmt::{Display, Write as _};
use std::ops::Range;

/// Copies a text up to each replaced range; without a replacement nothing is copied.
pub(super) struct Writer<'t> {
    text: &'t str,
    out: Option<String>,
    /// How many bytes of the text are in `out`, or replaced there.
    copied: usize,
}

impl<'t> Writer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, out: None, copied: 0 }
    }

    /// Puts other text in the place of a range, which lies behind all before it.
    pub(super) fn replace(&mut self, range: Range<usize>, replacement: impl Display) {
        // A little room for a replacement that is longer than what it replaces.
        let out = self.out.get_or_insert_with(|| String::with_capacity(self.text.len() + 64));
        out.push_str(self.text.get(self.copied..range.start).unwrap_or_default());
        // Writing to a string does not fail.
        let _ = write!(out, "{replacement}");
        self.copied = range.end;
    }

    /// The text that came of it, if anything was replaced.
    pub(super) fn finish(self) -> Option<String> {
        let mut out = self.out?;
        out.push_str(self.text.get(self.copied..).unwrap_or_default());
        Some(out)
    }
}
