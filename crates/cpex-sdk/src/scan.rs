//! The scanning port: finding what a text should not hold.

use std::ops::Range;

/// Finds something in texts. It is a pure function of the text and keeps nothing.
pub trait ContentScanner: Send + Sync + 'static {
    /// Where in the text something was found, as byte ranges on character boundaries, in any order; they may overlap.
    fn scan(&self, text: &str) -> Vec<Range<usize>>;
}

/// What a scanner looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scan {
    /// Personal data.
    Pii,
    /// Text that tries to instruct a model.
    Injection,
}

impl Scan {
    /// Everything that is scanned for.
    pub const ALL: [Self; 2] = [Self::Pii, Self::Injection];

    /// The cargo feature of the `cpex` crate that compiles its scanner in, which is also the label of what is found.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pii => "pii",
            Self::Injection => "injection",
        }
    }
}
