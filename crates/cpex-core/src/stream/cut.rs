//! What a host is told where the rest of a result is withheld.

/// Nothing more of the text is released: cut the stream to the caller. Why is told by
/// [`ResultStream::finish`](crate::ResultStream::finish).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the result is denied: cut the stream, and finish it to learn why")]
pub struct Cut;
