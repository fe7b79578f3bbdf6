//! Where a lint puts what it finds.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// The findings, and the code of the lint that is running.
pub(super) struct Report<'f> {
    pub(super) code: &'static Code,
    pub(super) findings: &'f mut Vec<Diagnostic>,
}

impl Report<'_> {
    /// Adds a finding with advice.
    pub(super) fn warn(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Diagnostic::new(self.code, span, message).help(help));
    }
}
