//! Which session an operation belongs to, and the store of labels that needs no server.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, PoisonError};

use apl_cmf::{Client, Envelope, NameSet};
use async_trait::async_trait;
use cpex_sdk::{Clock, SessionKey, SessionStore, StoreError};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::document::SessionSource;

/// The key of the session an operation belongs to: of the first source that yields. An anonymous caller has none.
#[must_use]
pub(crate) fn session_key(sources: &[SessionSource], envelope: &Envelope) -> Option<SessionKey> {
    let (kind, issuer, principal) = principal(envelope)?;
    let (source, id) = sources.iter().find_map(|source| match source {
        SessionSource::AgentSession => envelope.agent().session_id.as_deref().map(|id| ("agent", id)),
    })?;
    let mut hash = Sha256::new();
    for part in [kind, issuer.unwrap_or_default(), principal, source, id] {
        // Each part goes with its length, so that no two lists of parts give one input.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Some(SessionKey(hash.finalize().into()))
}

fn principal(envelope: &Envelope) -> Option<(&'static str, Option<&str>, &str)> {
    let identity = envelope.identity();
    let subject = identity.subject.as_ref().map(|subject| ("subject", subject.issuer.as_deref(), subject.id.as_str()));
    let client = || identity.client.as_ref().map(|client| ("client", issuer_of(client), client.id.as_str()));
    let workload = || identity.caller_workload.as_ref().map(|it| ("workload", None, it.spiffe_id.as_str()));
    subject.or_else(client).or_else(workload)
}

fn issuer_of(client: &Client) -> Option<&str> {
    client.claims.get("iss").and_then(Json::as_str)
}

/// How many sessions a [`MemoryStore`] holds unless told otherwise.
const MAX_SESSIONS: usize = 100_000;
/// How long a session lasts after its last label was added, in milliseconds, unless told otherwise.
const TTL_MS: u64 = 86_400_000;
const SHARDS: usize = 16;

/// Labels in this process: bounded, forgotten after a time, never evicted while they live.
pub struct MemoryStore {
    shards: Vec<Mutex<HashMap<SessionKey, Kept>>>,
    hasher: RandomState,
    clock: Arc<dyn Clock>,
    max_per_shard: usize,
    ttl_ms: u64,
}

#[derive(Debug)]
struct Kept {
    labels: NameSet,
    expires_ms: u64,
}

impl MemoryStore {
    /// A store of 100,000 sessions of a day.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::bounded(clock, MAX_SESSIONS, TTL_MS)
    }

    /// A store of that many sessions, each kept for that long after its last label was added.
    #[must_use]
    pub fn bounded(clock: Arc<dyn Clock>, max_sessions: usize, ttl_ms: u64) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, hasher: RandomState::new(), clock, max_per_shard: max_sessions.div_ceil(SHARDS), ttl_ms }
    }

    fn with<T>(
        &self,
        key: &SessionKey,
        work: impl FnOnce(&mut HashMap<SessionKey, Kept>) -> T,
    ) -> Result<T, StoreError> {
        let index = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        let shard = self.shards.get(index).ok_or_else(|| StoreError("no such shard".to_owned()))?;
        // A panic while the lock is held cannot leave a label out: each change is one insertion.
        let mut kept = shard.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(work(&mut kept))
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").field("ttl_ms", &self.ttl_ms).finish_non_exhaustive()
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn load(&self, key: &SessionKey) -> Result<NameSet, StoreError> {
        let now = self.clock.now_ms();
        self.with(key, |kept| {
            kept.get(key).filter(|kept| kept.expires_ms > now).map(|kept| kept.labels.clone()).unwrap_or_default()
        })
    }

    async fn append(&self, key: &SessionKey, labels: &[Arc<str>]) -> Result<(), StoreError> {
        let now = self.clock.now_ms();
        let expires_ms = now.saturating_add(self.ttl_ms);
        self.with(key, |kept| {
            if kept.len() >= self.max_per_shard && !kept.contains_key(key) {
                kept.retain(|_, kept| kept.expires_ms > now);
                if kept.len() >= self.max_per_shard {
                    return Err(StoreError("the session store is full".to_owned()));
                }
            }
            let session = kept.entry(*key).or_insert_with(|| Kept { labels: NameSet::default(), expires_ms });
            if session.expires_ms <= now {
                session.labels = NameSet::default();
            }
            session.labels = labels.iter().fold(session.labels.clone(), |set, label| set.with(Arc::clone(label)));
            session.expires_ms = expires_ms;
            Ok(())
        })?
    }
}
