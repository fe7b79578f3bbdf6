//! The process's own clock, identifiers and secrets: what runs where a host brings none.

use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use apl_cmf::Secret;
use cpex_sdk::config::SecretSource;
use cpex_sdk::{Clock, IdSource, SecretError, SecretReader};

/// The system's clock.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock port's one reader of the system clock")]
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock port's one reader of the system clock")]
    fn now_ms(&self) -> u64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
    }

    fn monotonic_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Identifiers from the operating system's randomness and a counter: unique, not secret. Those that nobody may guess are
/// that randomness itself.
#[derive(Debug)]
pub struct RandomIds {
    process: u64,
    start: u64,
    count: AtomicU64,
}

impl Default for RandomIds {
    fn default() -> Self {
        // Each `RandomState` is keyed anew from the system's randomness, which is all that the hashes are here for.
        let random = || RandomState::new().hash_one(std::process::id());
        Self { process: random(), start: random(), count: AtomicU64::new(0) }
    }
}

impl IdSource for RandomIds {
    fn next(&self) -> u128 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        u128::from(self.process) << 64 | u128::from(self.start.wrapping_add(count))
    }

    fn next_secret(&self) -> Option<u128> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        Some(u128::from_be_bytes(bytes))
    }
}

/// Reads secrets from the environment and from files under the document's directory.
#[derive(Debug)]
pub struct ProcessSecrets {
    /// The directory relative paths start from.
    pub directory: PathBuf,
}

impl SecretReader for ProcessSecrets {
    fn read(&self, source: &SecretSource) -> Result<Secret, SecretError> {
        match source {
            SecretSource::EnvVar { name } => std::env::var(name)
                .map(Secret::new)
                .map_err(|_| SecretError(format!("the environment variable `{name}` is not set or is not text"))),
            SecretSource::File { path } => std::fs::read_to_string(self.directory.join(path))
                .map(|text| Secret::from(text.trim_end_matches(['\r', '\n'])))
                .map_err(|error| SecretError(format!("cannot read `{}`: {}", path.display(), error.kind()))),
            SecretSource::Literal { secret } => Ok(secret.clone()),
            SecretSource::Named { name } => Err(SecretError(format!("no document has a secret named `{name}`"))),
        }
    }
}
