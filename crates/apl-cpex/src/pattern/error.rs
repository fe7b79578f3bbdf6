//! What bounds a pattern, and why a text is none.

use std::error::Error;
use std::fmt;

/// The longest pattern, in characters.
pub const MAX_CHARS: usize = 512;

/// The most wildcards in one pattern; `**` counts once.
pub const MAX_WILDCARDS: usize = 8;

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// The text is empty.
    Empty,
    /// The text has more than [`MAX_CHARS`] characters.
    TooLong,
    /// The text has more than [`MAX_WILDCARDS`] wildcards.
    TooManyWildcards,
    /// Three or more `*` stand in a row.
    StarRun,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty name matches nothing; write `*` for every name"),
            Self::TooLong => write!(f, "a pattern has at most {MAX_CHARS} characters; shorten it"),
            Self::TooManyWildcards => write!(f, "a pattern has at most {MAX_WILDCARDS} wildcards; write fewer"),
            Self::StarRun => {
                f.write_str("`***` is no wildcard; write `*`, which stops at `/`, or `**`, which does not")
            }
        }
    }
}

impl Error for PatternError {}
