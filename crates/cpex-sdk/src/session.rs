//! The session port: labels that outlive an operation.

use std::sync::Arc;

use apl_cmf::NameSet;
use async_trait::async_trait;

/// The key labels are kept under: a digest of issuer, subject and session id, so that one caller's session id never
/// reads or poisons another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey(pub [u8; 32]);

/// Keeps the labels of sessions. Labels only grow: the port has no way to remove one.
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
}

/// A failure of a store. Its text is recorded, never shown to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);
