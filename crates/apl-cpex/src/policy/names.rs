//! The texts of a selector, each a pattern.

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Text};
use apl_core::span::Span;

use crate::code;
use crate::pattern::{Pattern, PatternError};

/// What stands under a key of a selector.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The patterns, each with its place.
    pub(super) patterns: Vec<(Span, Pattern)>,
    /// The texts as written, those that are no patterns too.
    pub(super) shown: String,
}

/// Reads a text or a list of texts, each as one pattern.
pub(super) fn read(
    entry: &Entry,
    pattern: fn(&Text) -> Result<Pattern, Diagnostic>,
    faults: &mut Vec<Diagnostic>,
) -> Names {
    let texts = entry.value.one_or_many();
    if texts.is_empty() {
        let message = format!("`{}` names nothing, so this route protects nothing", entry.key.value);
        faults.push(Diagnostic::new(code::SELECTOR, entry.key.span, message));
    }
    let mut patterns = Vec::with_capacity(texts.len());
    let mut shown = Vec::with_capacity(texts.len());
    for text in texts.iter().filter_map(Node::text) {
        shown.push(text.value.as_str());
        match pattern(text) {
            Ok(pattern) => patterns.push((text.span, pattern)),
            Err(fault) => faults.push(fault),
        }
    }
    Names { patterns, shown: shown.join(",") }
}

/// What is wrong with a text that is no pattern.
pub(super) fn fault(text: &Text, error: PatternError) -> Diagnostic {
    Diagnostic::new(code::PATTERN, text.span, error.to_string())
}
