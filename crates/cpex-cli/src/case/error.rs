//! Why nothing could be run.

use std::fmt;

use cpex::InitializeError;
use cpex::document::LoadError;

/// Why nothing could be run.
#[derive(Debug)]
pub enum RunError {
    /// The test file, the request or the policy is refused.
    Document(LoadError),
    /// A plugin of the policy cannot be initialized.
    Plugin(InitializeError),
    /// There is no runtime to run on.
    Runtime(std::io::Error),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(error) => error.fmt(f),
            Self::Plugin(error) => error.fmt(f),
            Self::Runtime(error) => write!(f, "cannot start a runtime: {error}"),
        }
    }
}

impl std::error::Error for RunError {}

impl From<LoadError> for RunError {
    fn from(error: LoadError) -> Self {
        Self::Document(error)
    }
}

impl From<InitializeError> for RunError {
    fn from(error: InitializeError) -> Self {
        Self::Plugin(error)
    }
}
