//! The identity port: from credentials to principals.

use apl_cmf::{Credentials, Draft, Principal, Secret};
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
    Verified(Box<Verified>),
    /// There is no credential of its kind.
    Nothing,
    /// There is one, and it is not acceptable.
    Failed(AuthFailure),
}

/// A principal that was verified.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Who it is.
    pub principal: Principal,
    /// The token it was identified by, where that may be exchanged for another: what a delegator mints by. None where it was
    /// identified by a key, or otherwise.
    pub token: Option<Secret>,
}

impl Resolution {
    /// A principal that was identified by that token.
    #[must_use]
    pub fn by_token(principal: Principal, token: &str) -> Self {
        Self::Verified(Box::new(Verified { principal, token: Some(Secret::from(token)) }))
    }

    /// A principal that was identified by what cannot be exchanged for a token.
    #[must_use]
    pub fn verified(principal: Principal) -> Self {
        Self::Verified(Box::new(Verified { principal, token: None }))
    }
}

/// Why a credential is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthFailure {
    /// A code of the table, `auth.*`.
    pub code: &'static str,
    /// What failed, for the record: issuer, key id and check, never the credential.
    pub note: String,
}
