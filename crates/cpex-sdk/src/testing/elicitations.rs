//! A double of the store of what waits for a person.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::elicitation::{ElicitationStore, Entry, OnceStore, StoreKey, Turn};
use crate::process::Clock;
use crate::session::StoreError;

/// Keeps entries in this process, for their time on the clock it is given. Copies share them, as replicas do.
#[derive(Clone)]
pub struct KeptElicitations {
    clock: Arc<dyn Clock>,
    kept: Arc<Mutex<HashMap<StoreKey, Kept>>>,
}

struct Kept {
    value: Vec<u8>,
    shelf: Option<StoreKey>,
    expires_ms: u64,
}

impl KeptElicitations {
    /// An empty store.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Arc::default() }
    }

    /// What is kept now.
    fn live(&self) -> MutexGuard<'_, HashMap<StoreKey, Kept>> {
        let now_ms = self.clock.now_ms();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, entry| entry.expires_ms > now_ms);
        kept
    }

    fn kept(&self, entry: &Entry<'_>) -> Kept {
        let ttl_ms = u64::try_from(entry.ttl.as_millis()).unwrap_or(u64::MAX);
        let expires_ms = self.clock.now_ms().saturating_add(ttl_ms);
        Kept { value: entry.value.to_vec(), shelf: entry.shelf.copied(), expires_ms }
    }
}

#[async_trait]
impl OnceStore for KeptElicitations {
    async fn take(&self, key: &StoreKey, ttl: Duration) -> Result<Turn, StoreError> {
        self.put(Entry { key, shelf: None, value: &[], ttl }).await
    }

    async fn is_taken(&self, key: &StoreKey) -> Result<bool, StoreError> {
        Ok(self.live().contains_key(key))
    }
}

#[async_trait]
impl ElicitationStore for KeptElicitations {
    async fn put(&self, entry: Entry<'_>) -> Result<Turn, StoreError> {
        let mut live = self.live();
        if live.contains_key(entry.key) {
            return Ok(Turn::Again);
        }
        live.insert(*entry.key, self.kept(&entry));
        Ok(Turn::First)
    }

    async fn replace(&self, entry: Entry<'_>) -> Result<(), StoreError> {
        self.live().insert(*entry.key, self.kept(&entry));
        Ok(())
    }

    async fn get(&self, key: &StoreKey) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        Ok(self.live().get(key).map(|kept| Zeroizing::new(kept.value.clone())))
    }

    async fn list(&self, shelf: &StoreKey, most: usize) -> Result<Vec<Zeroizing<Vec<u8>>>, StoreError> {
        let live = self.live();
        let mut found: Vec<(&StoreKey, &Kept)> =
            live.iter().filter(|(_, kept)| kept.shelf.as_ref() == Some(shelf)).collect();
        found.sort_by_key(|(key, kept)| (kept.expires_ms, key.digest));
        Ok(found.into_iter().take(most).map(|(_, kept)| Zeroizing::new(kept.value.clone())).collect())
    }

    async fn remove(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.live().remove(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ManualClock, block_on};

    const KEY: StoreKey = StoreKey { sort: "test.entry", digest: [1; 32] };
    const SHELF: StoreKey = StoreKey { sort: "test.shelf", digest: [2; 32] };

    fn entry(value: &[u8]) -> Entry<'_> {
        Entry { key: &KEY, shelf: Some(&SHELF), value, ttl: Duration::from_secs(1) }
    }

    #[test]
    fn the_first_entry_of_a_key_stays_until_its_time_is_over() {
        let clock = Arc::new(ManualClock::default());
        let store = KeptElicitations::new(Arc::clone(&clock) as _);
        let replica = store.clone();
        assert_eq!(block_on(store.put(entry(b"one"))), Ok(Turn::First));
        assert_eq!(block_on(replica.put(entry(b"two"))), Ok(Turn::Again));
        assert_eq!(block_on(replica.list(&SHELF, 9)), Ok(vec![Zeroizing::new(b"one".to_vec())]));
        clock.advance(Duration::from_secs(1));
        assert_eq!(block_on(replica.get(&KEY)), Ok(None));
        assert_eq!(block_on(store.take(&KEY, Duration::from_secs(1))), Ok(Turn::First));
    }
}
