//! Tokens that were minted and serve again, and mints that are under way and are waited for.
//!
//! Keys are digests under a key of this process, over everything that made the token. A failure is told to those who waited
//! for it and to nobody else.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use apl_cmf::Secret;
use cpex_sdk::Clock;
use cpex_sdk::delegation::MintError;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// How many tokens are kept at most, those under way included.
const MAX_TOKENS: usize = 4096;

/// How long before its end a token serves no more: it has yet to reach the backend.
const MARGIN: Duration = Duration::from_secs(30);

/// What was minted.
pub(crate) struct Issued {
    pub(crate) token: Secret,
    pub(crate) scopes: Vec<Arc<str>>,
    /// How long it lives, from when it was asked for; unknown where that is not said.
    pub(crate) lifetime: Option<Duration>,
    /// Whether it says who acts.
    pub(crate) names_actor: bool,
}

/// What a token is found by.
pub(crate) type Key = [u8; 32];

/// Tokens that serve again.
pub(crate) struct Cache {
    clock: Arc<dyn Clock>,
    ceiling: Duration,
    key: Hmac<Sha256>,
    entries: Mutex<HashMap<Key, Entry>>,
}

enum Entry {
    Held(Held),
    UnderWay(Arc<Flight>),
}

struct Held {
    issued: Arc<Issued>,
    /// When it serves no more, by the monotonic clock.
    end: u64,
}

/// One mint: who has its lock mints, or finds how it ended.
type Flight = tokio::sync::Mutex<Option<Outcome>>;

type Outcome = Result<Arc<Issued>, MintError>;

enum Found {
    Held(Arc<Issued>),
    UnderWay(Arc<Flight>),
    /// Nothing, and no room for it.
    Nothing,
}

impl Cache {
    /// None where the system gives no random key.
    pub(crate) fn new(clock: Arc<dyn Clock>, ceiling: Duration) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key).ok()?;
        let key = Hmac::new_from_slice(&*key).ok()?;
        Some(Self { clock, ceiling, key, entries: Mutex::default() })
    }

    /// The digest of what makes a token, each part with its length.
    pub(crate) fn key<'p>(&self, parts: impl Iterator<Item = &'p str>) -> Key {
        let mut mac = self.key.clone();
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// The token of that key: the one that is there, the one that is under way, or else that of this mint.
    pub(crate) async fn issued(
        &self,
        key: Key,
        mint: impl Future<Output = Result<Issued, MintError>> + Send,
    ) -> Result<Arc<Issued>, MintError> {
        let flight = match self.find(key) {
            Found::Held(issued) => return Ok(issued),
            Found::Nothing => return mint.await.map(Arc::new),
            Found::UnderWay(flight) => flight,
        };
        let mut outcome = flight.lock().await;
        if let Some(ended) = &*outcome {
            return ended.clone();
        }
        let asked = self.clock.monotonic_ns();
        let ended = mint.await.map(Arc::new);
        *outcome = Some(ended.clone());
        self.keep(key, &flight, asked, ended.as_ref().ok());
        ended
    }

    fn find(&self, key: Key) -> Found {
        let now = self.clock.monotonic_ns();
        let mut entries = self.entries();
        match entries.get(&key) {
            Some(Entry::Held(held)) if now < held.end => return Found::Held(Arc::clone(&held.issued)),
            Some(Entry::UnderWay(flight)) => return Found::UnderWay(Arc::clone(flight)),
            Some(Entry::Held(_)) | None => {}
        }
        if entries.len() >= MAX_TOKENS {
            make_room(&mut entries, now);
        }
        if entries.len() >= MAX_TOKENS {
            return Found::Nothing;
        }
        let flight = Arc::<Flight>::default();
        entries.insert(key, Entry::UnderWay(Arc::clone(&flight)));
        Found::UnderWay(flight)
    }

    /// Puts what was minted in the place of its mint; nothing where it failed or does not serve long enough.
    fn keep(&self, key: Key, flight: &Arc<Flight>, asked: u64, issued: Option<&Arc<Issued>>) {
        let mut entries = self.entries();
        let is_ours = |entry: &Entry| matches!(entry, Entry::UnderWay(other) if Arc::ptr_eq(other, flight));
        if !entries.get(&key).is_some_and(is_ours) {
            return;
        }
        let held = issued.and_then(|issued| {
            let served = issued.lifetime?.saturating_sub(MARGIN).min(self.ceiling);
            let end = asked.saturating_add(u64::try_from(served.as_nanos()).unwrap_or(u64::MAX));
            (!served.is_zero()).then(|| Held { issued: Arc::clone(issued), end })
        });
        match held {
            Some(held) => entries.insert(key, Entry::Held(held)),
            None => entries.remove(&key),
        };
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops what serves no more and what nobody waits for; if that is nothing, the token that ends first.
fn make_room(entries: &mut HashMap<Key, Entry>, now: u64) {
    entries.retain(|_, entry| match entry {
        Entry::Held(held) => now < held.end,
        Entry::UnderWay(flight) => Arc::strong_count(flight) > 1,
    });
    if entries.len() < MAX_TOKENS {
        return;
    }
    let held = entries.iter().filter_map(|(key, entry)| match entry {
        Entry::Held(held) => Some((held.end, *key)),
        Entry::UnderWay(_) => None,
    });
    if let Some((_, first)) = held.min() {
        entries.remove(&first);
    }
}

#[cfg(test)]
mod tests;
