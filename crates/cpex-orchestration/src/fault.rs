//! How a foreign call fails to answer.

use std::error::Error;
use std::fmt;

/// Why a foreign call has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It had not ended when its time was over.
    Timeout,
    /// It panicked.
    Panic,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "did not end in time",
            Self::Panic => "panicked",
        })
    }
}

impl Error for Fault {}
