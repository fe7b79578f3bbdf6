//! Session labels in this process: bounded, forgotten after a time, never evicted while they live. A lost label would be a
//! wrong allow, so a full store refuses new sessions.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apl_cmf::NameSet;
use async_trait::async_trait;
use cpex_sdk::{Clock, Declassification, SessionKey, SessionStore, StoreError};

use crate::document::MemoryBounds;

/// A store of labels in this process.
pub struct MemoryStore {
    kept: Arc<Kept>,
    clock: Arc<dyn Clock>,
    max_sessions: usize,
    ttl_ms: u64,
}

/// The sessions themselves, shared by the stores that differ in their bounds alone.
struct Kept {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    /// How many sessions all shards hold, expired ones included.
    count: AtomicUsize,
}

#[derive(Default)]
struct Shard {
    sessions: HashMap<SessionKey, Session>,
    /// No session expires before this.
    earliest_ms: u64,
}

struct Session {
    labels: NameSet,
    expires_ms: u64,
}

const SHARDS: usize = 16;

impl MemoryStore {
    /// A store of 100,000 sessions of a day.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let kept = Kept { shards: Default::default(), hasher: RandomState::new(), count: AtomicUsize::new(0) };
        Self { kept: Arc::new(kept), clock, max_sessions: 0, ttl_ms: 0 }.within(MemoryBounds::default())
    }

    /// The same sessions within other bounds. Those that are kept stay as long as they would have; of more than there
    /// may be, none is dropped.
    #[must_use]
    pub fn within(&self, bounds: MemoryBounds) -> Self {
        Self {
            kept: Arc::clone(&self.kept),
            clock: Arc::clone(&self.clock),
            max_sessions: bounds.max_sessions,
            ttl_ms: u64::try_from(bounds.ttl.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Takes room for one more session, if there is some or expired sessions leave some.
    fn reserve(&self, now_ms: u64) -> Result<(), StoreError> {
        if self.take_room() {
            return Ok(());
        }
        let removed: usize = self.kept.shards.iter().map(|shard| lock(shard).forget_expired(now_ms)).sum();
        self.kept.count.fetch_sub(removed, Ordering::AcqRel);
        if self.take_room() { Ok(()) } else { Err(StoreError("the session store is full".to_owned())) }
    }

    fn take_room(&self) -> bool {
        let more = |count: usize| (count < self.max_sessions).then_some(count + 1);
        self.kept.count.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }
}

impl Kept {
    fn shard(&self, key: &SessionKey) -> Result<MutexGuard<'_, Shard>, StoreError> {
        let index = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        self.shards.get(index).map(lock).ok_or_else(|| StoreError("no such shard".to_owned()))
    }
}

impl Shard {
    fn live(&mut self, key: &SessionKey, now_ms: u64) -> Option<&mut Session> {
        self.sessions.get_mut(key).filter(|session| session.expires_ms > now_ms)
    }

    /// How many sessions were removed. Nothing is looked through before one can have expired, so that a full store
    /// refuses cheaply.
    fn forget_expired(&mut self, now_ms: u64) -> usize {
        if now_ms < self.earliest_ms {
            return 0;
        }
        let before = self.sessions.len();
        self.sessions.retain(|_, session| session.expires_ms > now_ms);
        self.earliest_ms = self.sessions.values().map(|session| session.expires_ms).min().unwrap_or(u64::MAX);
        before - self.sessions.len()
    }
}

/// A panic while the lock is held cannot leave a label out: each change is one insertion.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn load(&self, key: &SessionKey) -> Result<NameSet, StoreError> {
        let now_ms = self.clock.now_ms();
        let mut shard = self.kept.shard(key)?;
        Ok(shard.live(key, now_ms).map(|session| session.labels.clone()).unwrap_or_default())
    }

    async fn append(&self, key: &SessionKey, labels: &[Arc<str>]) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let expires_ms = now_ms.saturating_add(self.ttl_ms);
        let added = |kept: &NameSet| labels.iter().fold(kept.clone(), |set, label| set.with(Arc::clone(label)));
        if let Some(session) = self.kept.shard(key)?.live(key, now_ms) {
            session.labels = added(&session.labels);
            session.expires_ms = session.expires_ms.max(expires_ms);
            return Ok(());
        }
        self.reserve(now_ms)?;
        let mut shard = self.kept.shard(key)?;
        // Somebody else may have begun the session meanwhile; what expired under its key gives its room back.
        let known = shard.live(key, now_ms).map(|session| session.labels.clone()).unwrap_or_default();
        let session = Session { labels: added(&known), expires_ms };
        if shard.sessions.insert(*key, session).is_some() {
            self.kept.count.fetch_sub(1, Ordering::AcqRel);
        }
        shard.earliest_ms = shard.earliest_ms.min(expires_ms);
        Ok(())
    }

    async fn declassify(&self, key: &SessionKey, label: &str, _by: Declassification) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        if let Some(session) = self.kept.shard(key)?.live(key, now_ms) {
            session.labels = session.labels.as_slice().iter().filter(|kept| &***kept != label).cloned().collect();
        }
        Ok(())
    }

    async fn expire(&self, key: &SessionKey) -> Result<(), StoreError> {
        let ended = self.kept.shard(key)?.sessions.remove(key);
        if ended.is_some() {
            self.kept.count.fetch_sub(1, Ordering::AcqRel);
        }
        Ok(())
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { max_sessions, ttl_ms, .. } = self;
        f.debug_struct("MemoryStore")
            .field("max_sessions", max_sessions)
            .field("ttl_ms", ttl_ms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
