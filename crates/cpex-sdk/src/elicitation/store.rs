//! Where what waits for a person is kept, so that every replica that shares the store can go on with it; and what makes an
//! approval good for one operation among all of them.

use std::time::Duration;

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::session::StoreError;

/// Keeps what may be used once.
#[async_trait]
pub trait OnceStore: Send + Sync + 'static {
    /// Takes a key, atomically among all who share the store. It stays taken for at least that time.
    ///
    /// # Errors
    /// Whether it was taken before cannot be told; nothing may be used then.
    async fn take(&self, key: &StoreKey, ttl: Duration) -> Result<Turn, StoreError>;

    /// Whether a key was taken.
    ///
    /// # Errors
    /// That cannot be told; nothing may be used then.
    async fn is_taken(&self, key: &StoreKey) -> Result<bool, StoreError>;
}

/// Keeps what operations that wait for a person need to go on.
///
/// An entry is kept for its time and never dropped before: a full store refuses new ones.
#[async_trait]
pub trait ElicitationStore: OnceStore {
    /// Keeps an entry unless one is there under its key, atomically among all who share the store.
    ///
    /// # Errors
    /// It may not have been kept.
    async fn put(&self, entry: Entry<'_>) -> Result<Turn, StoreError>;

    /// Keeps an entry in place of the one under its key, if there is one.
    ///
    /// # Errors
    /// It may not have been kept.
    async fn replace(&self, entry: Entry<'_>) -> Result<(), StoreError>;

    /// The value under a key; none where there is none, or its time is over.
    ///
    /// # Errors
    /// The store cannot answer.
    async fn get(&self, key: &StoreKey) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError>;

    /// The values on a shelf, those whose time ends first before the others, and no more than so many.
    ///
    /// # Errors
    /// The store cannot answer.
    async fn list(&self, shelf: &StoreKey, most: usize) -> Result<Vec<Zeroizing<Vec<u8>>>, StoreError>;

    /// Drops an entry; one that is not there is gone already.
    ///
    /// # Errors
    /// It may still be there.
    async fn remove(&self, key: &StoreKey) -> Result<(), StoreError>;
}

/// What a thing is kept under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoreKey {
    /// What sort of thing it is, such as `inbox.question`; each sort has keys of its own.
    pub sort: &'static str,
    /// A digest of what names it among its sort. No two things have one digest, and it tells nothing of either.
    pub digest: [u8; 32],
}

/// A thing that is kept.
#[derive(Clone, Copy)]
pub struct Entry<'e> {
    /// What it is had by.
    pub key: &'e StoreKey,
    /// The list it is found on beside, where it is to be found without its key.
    pub shelf: Option<&'e StoreKey>,
    /// The thing, as bytes.
    pub value: &'e [u8],
    /// How long it is kept.
    pub ttl: Duration,
}

/// Whether one was the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Turn {
    /// Nobody was there before.
    First,
    /// Somebody was.
    Again,
}

impl std::fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("key", &self.key).field("ttl", &self.ttl).finish_non_exhaustive()
    }
}
