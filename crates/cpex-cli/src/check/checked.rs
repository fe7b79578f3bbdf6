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
    /// The files that were read besides, because the checked one names them.
    pub(super) fn named(&self) -> impl Iterator<Item = PathBuf> {
        (1..=u16::MAX).map_while(|index| self.sources.source(Span::new(index, 0, 0))).map(|source| source.name().into())
    }

    /// The name of the file a finding stands in: a file that the checked one names may have mistakes of its own.
    pub(super) fn name(&self, finding: &Diagnostic) -> String {
        let own = || self.file.display().to_string();
        self.sources.source(finding.span).map_or_else(own, |source| source.name().to_owned())
    }

    /// Where a finding begins, and the place behind its last character.
    pub(super) fn range(&self, finding: &Diagnostic) -> (Position, Position) {
        let behind = Span { start: finding.span.end, ..finding.span };
        (self.sources.position(finding.span), self.sources.position(behind))
    }
}
