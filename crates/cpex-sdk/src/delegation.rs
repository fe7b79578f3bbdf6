//! The delegation port: minting the credential an operation goes to its backend with.

mod header;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

pub use apl_cmf::Minted;
use apl_cmf::{PrincipalKind, View};
use async_trait::async_trait;

pub use header::OutboundHeader;

/// Mints downstream credentials.
#[async_trait]
pub trait Delegator: Send + Sync + 'static {
    /// Mints one credential. It is called once for each `delegate` step that is reached.
    ///
    /// # Errors
    /// Why there is none.
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError>;

    /// Makes ready.
    ///
    /// # Errors
    /// Why it cannot run; the document it belongs to is then not published.
    async fn initialize(&self) -> Result<(), crate::PluginError> {
        Ok(())
    }
}

/// What a `delegate` step asks for.
#[derive(Clone, Copy)]
pub struct MintRequest<'m> {
    /// The resource the credential is for (RFC 8707), where the step names one.
    pub target: Option<&'m str>,
    /// The audience it is for (RFC 8693); the target where the step names no other.
    pub audience: &'m str,
    /// The scopes asked for.
    pub permissions: &'m [Arc<str>],
    /// On whose behalf.
    pub subject: Party,
    /// Who acts for the subject, where the step names one.
    pub actor: Option<Party>,
    /// The operation it is for.
    pub operation: View<'m>,
    /// What the record is to say of a credential that was minted all the same.
    pub notes: &'m Notes,
}

/// Remarks on a mint for the record; none of them reaches the caller, and none holds a credential.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Vec<String>>);

impl Notes {
    /// Adds one.
    pub fn add(&self, note: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(note.into());
    }

    /// All of them, in the order they were added.
    #[must_use]
    pub fn into_vec(self) -> Vec<String> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A party of a delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// The verified subject.
    User,
    /// The verified OAuth client.
    Client,
    /// The attested workload that calls.
    CallerWorkload,
    /// This process.
    ThisWorkload,
}

impl Party {
    /// What the party is to the operation; none of this process, which calls nobody's operation.
    #[must_use]
    pub const fn principal(self) -> Option<PrincipalKind> {
        match self {
            Self::User => Some(PrincipalKind::Subject),
            Self::Client => Some(PrincipalKind::Client),
            Self::CallerWorkload => Some(PrincipalKind::CallerWorkload),
            Self::ThisWorkload => None,
        }
    }

    /// The spelling of documents and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::CallerWorkload => "caller_workload",
            Self::ThisWorkload => "this_workload",
        }
    }
}

/// Why a credential could not be minted. The text goes to the record, never to the caller, and holds no credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MintError(pub String);

impl fmt::Debug for MintRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MintRequest").field("audience", &self.audience).finish_non_exhaustive()
    }
}
