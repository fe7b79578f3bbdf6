//! Why a token is refused.

use cpex_sdk::{AuthFailure, code};

/// A code of the table and the check that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    // INVARIANT: a text of this program, so nothing of a token gets into a record.
    pub(crate) check: &'static str,
}

impl Refusal {
    pub(crate) const fn new(code: &'static str, check: &'static str) -> Self {
        Self { code, check }
    }

    /// Not readable as what it should be.
    pub(crate) const fn malformed(check: &'static str) -> Self {
        Self::new(code::AUTH_MALFORMED, check)
    }

    /// Readable, and not acceptable for a reason that has no code of its own.
    pub(crate) const fn invalid(check: &'static str) -> Self {
        Self::new(code::AUTH_INVALID, check)
    }
}

impl From<Refusal> for AuthFailure {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code, note: refusal.check.to_owned() }
    }
}
