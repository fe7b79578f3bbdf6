//! What a detector tells of a text: where something was found, and under which name.

use std::ops::Range;

use cpex_sdk::scan::ContentScanner;

/// Something that was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<'d> {
    /// The kind or rule that found it; never what was found.
    pub name: &'d str,
    /// Where it stands, in bytes on character boundaries.
    pub range: Range<usize>,
}

/// A scanner that also says what it found.
pub trait Detect: ContentScanner {
    /// Everything that is found in the text, in any order; findings may overlap.
    fn detect(&self, text: &str) -> Vec<Finding<'_>>;
}
