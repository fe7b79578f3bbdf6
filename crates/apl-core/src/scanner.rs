//! Scanners of texts, which a pipeline asks and whoever embeds the language brings.

use std::ops::Range;

/// Finds something in texts: a pure function of the text.
pub trait Scanner: Send + Sync {
    /// Where in the text something was found, as byte ranges on character boundaries, in any order; they may overlap. None
    /// where that cannot be told: the text is then taken for one that holds something.
    fn scan(&self, text: &str) -> Option<Vec<Range<usize>>>;
}

/// What a scanner looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// Personal data.
    Pii,
    /// Text that tries to instruct a model.
    Injection,
}

impl Scan {
    /// The label of what it finds.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Pii => "pii",
            Self::Injection => "injection",
        }
    }
}
