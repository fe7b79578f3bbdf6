//! What waits for a person, kept in this process: bounded, forgotten after its time, never dropped while it lives.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cpex_sdk::elicitation::{ElicitationStore, Entry, OnceStore, StoreKey, Turn};
use cpex_sdk::{Clock, StoreError};
use zeroize::Zeroizing;

/// How many entries are kept at once.
const MAX_ENTRIES: usize = 400_000;

/// A store in this process. Another replica accepts what was used here once more.
pub struct MemoryElicitations {
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<StoreKey, Kept>>,
}

struct Kept {
    value: Zeroizing<Vec<u8>>,
    shelf: Option<StoreKey>,
    expires_ms: u64,
}

impl MemoryElicitations {
    /// An empty store.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    /// Keeps an entry where there is room.
    fn insert(&self, kept: &mut HashMap<StoreKey, Kept>, entry: &Entry<'_>) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        if kept.len() >= MAX_ENTRIES {
            kept.retain(|_, kept| kept.expires_ms > now_ms);
        }
        if kept.len() >= MAX_ENTRIES {
            return Err(StoreError("too many operations wait".to_owned()));
        }
        let ttl_ms = u64::try_from(entry.ttl.as_millis()).unwrap_or(u64::MAX);
        let expires_ms = now_ms.saturating_add(ttl_ms);
        let value = Zeroizing::new(entry.value.to_vec());
        kept.insert(*entry.key, Kept { value, shelf: entry.shelf.copied(), expires_ms });
        Ok(())
    }

    /// A panic while the lock is held cannot make an approval good twice: each change is one insertion.
    fn lock(&self) -> MutexGuard<'_, HashMap<StoreKey, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_live(&self, kept: &Kept) -> bool {
        kept.expires_ms > self.clock.now_ms()
    }
}

#[async_trait]
impl OnceStore for MemoryElicitations {
    async fn take(&self, key: &StoreKey, ttl: Duration) -> Result<Turn, StoreError> {
        self.put(Entry { key, shelf: None, value: &[], ttl }).await
    }

    async fn is_taken(&self, key: &StoreKey) -> Result<bool, StoreError> {
        Ok(self.lock().get(key).is_some_and(|kept| self.is_live(kept)))
    }
}

#[async_trait]
impl ElicitationStore for MemoryElicitations {
    async fn put(&self, entry: Entry<'_>) -> Result<Turn, StoreError> {
        let mut kept = self.lock();
        if kept.get(entry.key).is_some_and(|kept| self.is_live(kept)) {
            return Ok(Turn::Again);
        }
        self.insert(&mut kept, &entry).map(|()| Turn::First)
    }

    async fn replace(&self, entry: Entry<'_>) -> Result<(), StoreError> {
        self.insert(&mut self.lock(), &entry)
    }

    async fn get(&self, key: &StoreKey) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        Ok(self.lock().get(key).filter(|kept| self.is_live(kept)).map(|kept| kept.value.clone()))
    }

    async fn list(&self, shelf: &StoreKey, most: usize) -> Result<Vec<Zeroizing<Vec<u8>>>, StoreError> {
        let kept = self.lock();
        let mut found: Vec<(&StoreKey, &Kept)> =
            kept.iter().filter(|(_, kept)| kept.shelf.as_ref() == Some(shelf) && self.is_live(kept)).collect();
        found.sort_by_key(|(key, kept)| (kept.expires_ms, key.digest));
        Ok(found.into_iter().take(most).map(|(_, kept)| kept.value.clone()).collect())
    }

    async fn remove(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.lock().remove(key);
        Ok(())
    }
}

impl fmt::Debug for MemoryElicitations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryElicitations").field("kept", &self.lock().len()).finish_non_exhaustive()
    }
}
