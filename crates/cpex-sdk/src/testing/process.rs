//! Doubles of the ports to the process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use apl_cmf::Secret;

use crate::config::SecretSource;
use crate::process::{Clock, FileError, FileReader, IdSource, SecretError, SecretReader};

/// Where the clocks of tests start: 2026-01-01T00:00:00Z, in milliseconds since the Unix epoch.
pub const START_MS: u64 = 1_767_225_600_000;

/// A clock that moves only when told.
#[derive(Debug)]
pub struct ManualClock {
    now_ms: AtomicU64,
    monotonic_ns: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at that time, in milliseconds since the Unix epoch.
    #[must_use]
    pub const fn at(now_ms: u64) -> Self {
        Self { now_ms: AtomicU64::new(now_ms), monotonic_ns: AtomicU64::new(0) }
    }

    /// Lets time pass on both readings: whole milliseconds on the wall clock, nanoseconds on the monotonic one.
    pub fn advance(&self, by: Duration) {
        self.now_ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
        self.monotonic_ns.fetch_add(u64::try_from(by.as_nanos()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Sets the wall clock alone, as an operator or a time server does, forward or back.
    pub fn set(&self, now_ms: u64) {
        self.now_ms.store(now_ms, Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::at(START_MS)
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    fn monotonic_ns(&self) -> u64 {
        self.monotonic_ns.load(Ordering::SeqCst)
    }
}

/// Identifiers 1, 2, 3 and so on.
#[derive(Debug, Default)]
pub struct SequentialIds {
    last: AtomicU64,
}

impl IdSource for SequentialIds {
    fn next(&self) -> u128 {
        u128::from(self.last.fetch_add(1, Ordering::SeqCst)) + 1
    }

    /// The next one, so that what happens in a test is the same each time.
    fn next_secret(&self) -> Option<u128> {
        Some(self.next())
    }
}

/// Secrets the test names; no environment and no file is read.
#[derive(Clone, Debug, Default)]
pub struct FixedSecrets {
    secrets: BTreeMap<String, Secret>,
}

impl FixedSecrets {
    /// The same with one more: the name is that of an environment variable, or the path of a file.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.secrets.insert(name.into(), secret.into());
        self
    }
}

impl SecretReader for FixedSecrets {
    fn read(&self, source: &SecretSource) -> Result<Secret, SecretError> {
        let name = match source {
            SecretSource::EnvVar { name } | SecretSource::Named { name } => name.clone(),
            SecretSource::File { path } => path.display().to_string(),
            SecretSource::Literal { secret } => return Ok(secret.clone()),
        };
        self.secrets.get(&name).cloned().ok_or_else(|| SecretError(format!("there is no secret `{name}`")))
    }
}

/// Files the test names; none is read from a disk.
#[derive(Clone, Debug, Default)]
pub struct FixedFiles {
    texts: BTreeMap<String, Arc<str>>,
}

impl FixedFiles {
    /// The same with one more.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        self.texts.insert(path.into(), text.into());
        self
    }
}

impl FileReader for FixedFiles {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        self.texts.get(path).cloned().ok_or_else(|| FileError("there is no such file".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_only_when_told() {
        let clock = ManualClock::default();
        clock.advance(Duration::from_micros(1500));
        assert_eq!((clock.now_ms(), clock.monotonic_ns()), (START_MS + 1, 1_500_000));
        clock.set(5);
        assert_eq!((clock.now_ms(), clock.monotonic_ns()), (5, 1_500_000));
    }

    #[test]
    fn identifiers_count_from_one() {
        let ids = SequentialIds::default();
        assert_eq!([ids.next(), ids.next()], [1, 2]);
    }

    #[test]
    fn files_are_those_of_the_test() {
        let files = FixedFiles::default().with("a.rego", "package a");
        assert_eq!(files.read("a.rego").as_deref(), Ok("package a"));
        assert_eq!(files.read("b.rego"), Err(FileError("there is no such file".to_owned())));
    }

    #[test]
    fn secrets_are_those_of_the_test_and_never_printed() {
        let secrets = FixedSecrets::default().with("TOKEN", "hush").with("keys/a.pem", "quiet");
        let named = |name: &str| SecretSource::EnvVar { name: name.to_owned() };
        assert_eq!(secrets.read(&named("TOKEN")), Ok(Secret::from("hush")));
        assert_eq!(secrets.read(&SecretSource::File { path: "keys/a.pem".into() }), Ok(Secret::from("quiet")));
        assert_eq!(secrets.read(&named("OTHER")), Err(SecretError("there is no secret `OTHER`".to_owned())));
        assert!(!format!("{secrets:?}").contains("hush"));
    }
}
