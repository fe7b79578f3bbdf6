//! Ports to the process: time, identifiers, secrets.

use std::sync::Arc;

use apl_cmf::Secret;

use crate::config::SecretSource;

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since the Unix epoch.
    fn now_ms(&self) -> u64;

    /// Nanoseconds on a clock that never goes back, for durations only.
    fn monotonic_ns(&self) -> u64;
}

/// Where identifiers of operations and records come from.
pub trait IdSource: Send + Sync + 'static {
    /// A value that no other operation of any process gets: 128 bits.
    fn next(&self) -> u128;

    /// A value that nobody can guess, from others of this source either: 128 bits of a secure generator. None where there is no
    /// randomness.
    fn next_secret(&self) -> Option<u128>;
}

/// Reads secret sources at load.
pub trait SecretReader: Send + Sync + 'static {
    /// The secret of a source.
    ///
    /// # Errors
    /// Why it cannot be had; never the secret.
    fn read(&self, source: &SecretSource) -> Result<Secret, SecretError>;
}

/// Reads the files that a config names, such as those of a decision engine's policies. They become part of the document: they
/// count in its digest, a change of one reloads it, and its mistakes can be placed in them. What is secret is read as a
/// [`SecretSource`] instead.
pub trait FileReader: Send + Sync + 'static {
    /// The text of the file at that path, from the directory of the document. Called from factories and from
    /// [`DecisionEngine::prepare`](crate::engine::DecisionEngine::prepare) alone: what is read later counts for nothing.
    ///
    /// # Errors
    /// That it cannot be read, is larger than a document may be, or is not UTF-8.
    fn read(&self, path: &str) -> Result<Arc<str>, FileError>;
}

/// Why a file has no text to be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileError(pub String);

/// Why a secret cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SecretError(pub String);
