//! Ports to the process: time, identifiers, secrets.

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

/// Why a secret cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SecretError(pub String);
