//! What was found in one file.

use std::path::PathBuf;

use cpex::apl::diagnostic::Diagnostic;
use cpex::apl::span::{Position, Sources, Span};

/// What was found in one file.
pub(super) struct Checked {
    pub(super) file: PathBuf,
    pub(super) sources: Sources,
    pub(super) findings: Vec<Diagnostic>,
}

impl Checked {
    /// Where a finding begins, and the place behind its last character.
    pub(super) fn range(&self, finding: &Diagnostic) -> (Position, Position) {
        let behind = Span { start: finding.span.end, ..finding.span };
        (self.sources.position(finding.span), self.sources.position(behind))
    }
}
