//! Where the pairs of the grammar stand in the text they were read from.

use std::ops::Range;

use pest::iterators::Pair;

use crate::grammar::GrammarRule;
use crate::node::Text;
use crate::span::Span;

/// The text that is read, and where in it the parser began.
#[derive(Clone, Copy)]
pub(super) struct Place<'t> {
    pub(super) text: &'t Text,
    pub(super) start: usize,
}

impl Place<'_> {
    /// The bytes of a pair in the text, without blanks around it.
    pub(super) fn range(&self, pair: &Pair<'_, GrammarRule>) -> Range<usize> {
        let span = pair.as_span();
        let start = self.start + span.start();
        start..start + span.as_str().trim_end().len()
    }

    /// The place of a pair in the source.
    pub(super) fn span(&self, pair: &Pair<'_, GrammarRule>) -> Span {
        self.text.span_of(self.range(pair))
    }
}
