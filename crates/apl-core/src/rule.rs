//! What decisions are named after.

use std::sync::Arc;

/// A place in the document that can decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The innermost `id`, or the default name `<layer>.<phase>[n]`.
    pub id: Arc<str>,
    /// `file:line:column`, for records and traces, never for the caller.
    pub at: Arc<str>,
}
