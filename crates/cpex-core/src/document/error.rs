//! Why a document does not load: every mistake, with its place.

use std::fmt;

use apl_core::diagnostic::{Diagnostic, Severity};
use apl_core::span::Sources;

/// What was found in a document, in the order of the text.
///
/// Shown, each finding is `FILE:LINE:COLUMN: error[CODE]: text` with the line it stands on underlined and advice where
/// there is some; the last line counts them.
#[derive(Clone, Debug)]
pub struct LoadError {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl LoadError {
    /// The findings on a document, in any order.
    #[must_use]
    pub fn new(sources: Sources, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by(|left, right| {
            let key = |finding: &Diagnostic| (finding.span, finding.code.name);
            key(left).cmp(&key(right)).then_with(|| left.message.cmp(&right.message))
        });
        Self { sources, diagnostics }
    }

    /// The findings, in the order of the text.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The texts the findings point into, secrets masked.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.diagnostics {
            writeln!(f, "{}", finding.render(&self.sources))?;
        }
        let errors = self.diagnostics.iter().filter(|finding| finding.code.severity == Severity::Error).count();
        let warnings = self.diagnostics.len() - errors;
        match (errors, warnings) {
            (0, warnings) => f.write_str(&count(warnings, "warning")),
            (errors, 0) => write!(f, "the document is refused: {}", count(errors, "error")),
            (errors, _) => {
                write!(f, "the document is refused: {}, {}", count(errors, "error"), count(warnings, "warning"))
            }
        }
    }
}

impl std::error::Error for LoadError {}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
