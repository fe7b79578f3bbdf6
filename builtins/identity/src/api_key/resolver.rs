//! The resolver of an `identity/api-key`.

use std::sync::Arc;

use apl_cmf::{Principal, Secret, Subject};
use cpex_sdk::{Accepts, IdentityResolver, Inbound, Resolution, async_trait, code};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::config::Settings;
use super::hash::CostlyHash;
use crate::refusal::Refusal;

/// How long a key may be, in bytes.
const MAX_BYTES: usize = 512;

/// How many costly hashes are made at once.
const MAX_AT_ONCE: usize = 2;

const UNKNOWN: Refusal = Refusal::invalid("the key is none of those that are listed");
const UNAVAILABLE: Refusal = Refusal::new(code::AUTH_UNAVAILABLE, "the key could not be hashed");

/// Recognises the key of one place.
pub(super) struct Resolver {
    settings: Settings,
    turns: Arc<Semaphore>,
}

impl Resolver {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, turns: Arc::new(Semaphore::new(MAX_AT_ONCE)) }
    }

    async fn recognise(&self, key: &str) -> Result<Subject, Refusal> {
        if key.len() > MAX_BYTES {
            return Err(Refusal::malformed("the key is longer than 512 bytes"));
        }
        if let Some(subject) = self.settings.ring.random(key) {
            return Ok(subject.clone());
        }
        let (hash, subject) = self.settings.ring.costly(key).ok_or(UNKNOWN)?;
        if self.is_of(hash, key).await? { Ok(subject.clone()) } else { Err(UNKNOWN) }
    }

    /// Whether the hash is that of the key, found out on a thread that may block. Who gives up waiting leaves the work, which
    /// keeps its turn until it ends.
    async fn is_of(&self, hash: &CostlyHash, key: &str) -> Result<bool, Refusal> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| UNAVAILABLE)?;
        let runtime = Handle::try_current().map_err(|_| UNAVAILABLE)?;
        let (hash, key) = (hash.clone(), Secret::from(key));
        let work = move || {
            let _turn = turn;
            hash.is_of(key.expose())
        };
        runtime.spawn_blocking(work).await.map_err(|_| UNAVAILABLE)
    }
}

#[async_trait]
impl IdentityResolver for Resolver {
    fn accepts(&self) -> Option<Accepts> {
        Some(self.settings.place.accepts(Vec::new(), false))
    }

    async fn resolve(&self, inbound: Inbound<'_>) -> Resolution {
        let answer = match self.settings.place.find(inbound.credentials) {
            Ok(None) => return Resolution::Nothing,
            Ok(Some(key)) => self.recognise(key).await,
            Err(refusal) => Err(refusal),
        };
        match answer {
            Ok(subject) => Resolution::verified(Principal::Subject(subject)),
            Err(refusal) => Resolution::Failed(refusal.into()),
        }
    }
}
