//! Why a channel to people does not do what it is asked.

/// Why a person cannot be asked, or the answer not be had. The text goes to the record, never to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ElicitationError(pub String);
