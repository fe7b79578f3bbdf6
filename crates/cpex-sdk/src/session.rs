//! The session port: labels that outlive an operation.

use std::sync::Arc;

use apl_cmf::NameSet;
use async_trait::async_trait;

use crate::plugin::PluginError;

/// The key labels are kept under: a digest of issuer, subject and session id, so that one caller's session id never
/// reads or poisons another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey(pub [u8; 32]);

/// Keeps the labels of sessions. Labels only grow, but for what policy declassifies.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// The labels of a session; an unknown session has none.
    ///
    /// # Errors
    /// The store cannot answer; the operation is denied `session.load_failed`.
    async fn load(&self, key: &SessionKey) -> Result<NameSet, StoreError>;

    /// Adds labels, atomically.
    ///
    /// # Errors
    /// The labels may not have been stored; the operation is denied `session.persist_failed`.
    async fn append(&self, key: &SessionKey, labels: &[Arc<str>]) -> Result<(), StoreError>;

    /// Removes a label, atomically; one that is not there is gone already.
    ///
    /// # Errors
    /// The label may still be there; the operation is denied `session.persist_failed`.
    async fn declassify(&self, key: &SessionKey, label: &str, by: Declassification) -> Result<(), StoreError>;

    /// Ends a session: whatever it is labelled with is forgotten, atomically. For the end of its life, such as a logout: an
    /// operation that comes under its key afterwards begins another, without labels.
    ///
    /// # Errors
    /// The labels may still be there.
    async fn expire(&self, key: &SessionKey) -> Result<(), StoreError>;

    /// Makes ready, whenever a document that uses this store is put in force.
    ///
    /// # Errors
    /// Why it must not be used; the document is then not published. A store that is merely out of reach says so when it is
    /// asked, which denies.
    async fn initialize(&self) -> Result<(), PluginError> {
        Ok(())
    }
}

/// The proof that a policy removes a label. Nothing but the engine makes one.
#[derive(Debug)]
pub struct Declassification(());

impl Declassification {
    /// For the engine alone, which makes one when a `declassify` step takes effect.
    #[doc(hidden)]
    #[must_use]
    pub const fn by_policy() -> Self {
        Self(())
    }
}

/// A failure of a store. Its text is recorded, never shown to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);
