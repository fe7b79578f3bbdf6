//! `taint(label[, session|message])`: adds a label.

use std::sync::Arc;

/// Adds a taint label to the session or to this operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    /// The label, `[A-Za-z0-9_.:-]+`.
    pub label: Arc<str>,
    /// How long it lasts.
    pub scope: Scope,
}

/// How long a label lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The life of the caller's session; the default.
    Session,
    /// One operation, both sides of it.
    Message,
}
