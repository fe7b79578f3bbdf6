//! How the cases of one file ended.

use crate::case::CaseEnd;

/// How one file ended.
pub(crate) struct FileEnd {
    pub(crate) file: String,
    /// Why it could not be run.
    pub(crate) error: Option<String>,
    pub(crate) cases: Vec<CaseEnd>,
}

impl FileEnd {
    /// How many of its cases failed.
    pub(crate) fn failed(&self) -> usize {
        self.cases.iter().filter(|case| !case.passed()).count()
    }
}
