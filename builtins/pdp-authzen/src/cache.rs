//! Decisions that serve again, and requests that are under way and are waited for.
//!
//! Keys are digests under a key of this process, over everything that is asked. An error is told to those who waited for it
//! and to nobody else.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use cpex_sdk::Clock;
use cpex_sdk::engine::EngineError;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What decisions are found by.
type Key = [u8; 32];

type Outcome = Result<bool, EngineError>;

/// Decisions that serve again.
pub(crate) struct Cache {
    clock: Arc<dyn Clock>,
    ttl: Duration,
    max_entries: usize,
    key: Hmac<Sha256>,
    entries: Mutex<HashMap<Key, Arc<Entry>>>,
}

/// One request, under way or answered.
#[derive(Default)]
struct Entry {
    /// Whoever has it asks, unless it was asked meanwhile.
    asking: tokio::sync::Mutex<()>,
    ended: OnceLock<Ended>,
}

struct Ended {
    outcome: Outcome,
    /// When it serves no more, by the monotonic clock.
    end: u64,
}

impl Cache {
    /// None where the system gives no random key.
    pub(crate) fn new(clock: Arc<dyn Clock>, ttl: Duration, max_entries: usize) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key).ok()?;
        let key = Hmac::new_from_slice(&*key).ok()?;
        Some(Self { clock, ttl, max_entries, key, entries: Mutex::default() })
    }

    /// The decision on what is asked: the one that is kept, the one that is under way, or else what `ask` gets.
    pub(crate) async fn decided(&self, asked: &[u8], ask: impl Future<Output = Outcome> + Send) -> Outcome {
        let Some(entry) = self.entry(asked) else { return ask.await };
        if let Some(ended) = entry.ended.get() {
            return ended.outcome.clone();
        }
        let _asking = entry.asking.lock().await;
        if let Some(ended) = entry.ended.get() {
            return ended.outcome.clone();
        }
        let began = self.clock.monotonic_ns();
        let outcome = ask.await;
        let served = if outcome.is_ok() { self.ttl } else { Duration::ZERO };
        let end = began.saturating_add(u64::try_from(served.as_nanos()).unwrap_or(u64::MAX));
        entry.ended.get_or_init(|| Ended { outcome, end }).outcome.clone()
    }

    /// The entry of what is asked; none where there is none and no room for it.
    fn entry(&self, asked: &[u8]) -> Option<Arc<Entry>> {
        let key = self.key.clone().chain_update(asked).finalize().into_bytes().into();
        let now = self.clock.monotonic_ns();
        let mut entries = self.entries();
        if let Some(entry) = entries.get(&key).filter(|entry| entry.serves(now)) {
            return Some(Arc::clone(entry));
        }
        let is_new = !entries.contains_key(&key);
        if is_new && entries.len() >= self.max_entries && !make_room(&mut entries, self.max_entries, now) {
            return None;
        }
        let entry = Arc::<Entry>::default();
        entries.insert(key, Arc::clone(&entry));
        Some(entry)
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn serves(&self, now: u64) -> bool {
        self.ended.get().is_none_or(|ended| now < ended.end)
    }
}

/// Drops what serves no more and what nobody waits for; where that is little, the quarter of the decisions that ends first as
/// well, so that who asks ever new things does not have all looked through each time. Whether there is room for one more.
fn make_room(entries: &mut HashMap<Key, Arc<Entry>>, max_entries: usize, now: u64) -> bool {
    entries.retain(|_, entry| match entry.ended.get() {
        Some(ended) => now < ended.end,
        None => Arc::strong_count(entry) > 1,
    });
    let mut ends: Vec<u64> = entries.values().filter_map(|entry| Some(entry.ended.get()?.end)).collect();
    if entries.len() > 3 * max_entries / 4 && !ends.is_empty() {
        let quarter = ends.len() / 4;
        let last = *ends.select_nth_unstable(quarter).1;
        entries.retain(|_, entry| entry.ended.get().is_none_or(|ended| last < ended.end));
    }
    entries.len() < max_entries
}

#[cfg(test)]
mod tests;
