//! The identity port: from credentials to principals.

use apl_cmf::{Credentials, Draft, Principal};
use async_trait::async_trait;

/// Resolves one kind of credential to a principal.
#[async_trait]
pub trait IdentityResolver: Send + Sync + 'static {
    /// Looks for the credential it knows and verifies it.
    async fn resolve(&self, inbound: Inbound<'_>) -> Resolution;

    /// Makes ready.
    ///
    /// # Errors
    /// Why it cannot run; the document it belongs to is then not published.
    async fn initialize(&self) -> Result<(), crate::PluginError> {
        Ok(())
    }
}

/// What an identity resolver is given.
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'i> {
    /// The credentials the caller sent.
    pub credentials: &'i Credentials,
    /// The operation they came with.
    pub draft: &'i Draft,
}

/// What an identity resolver answers.
#[derive(Clone, Debug)]
pub enum Resolution {
    /// Its credential verified.
    Verified(Box<Principal>),
    /// There is no credential of its kind.
    Nothing,
    /// There is one, and it is not acceptable.
    Failed(AuthFailure),
}

/// Why a credential is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthFailure {
    /// A code of the table, `auth.*`.
    pub code: &'static str,
    /// What failed, for the record: issuer, key id and check, never the credential.
    pub note: String,
}
