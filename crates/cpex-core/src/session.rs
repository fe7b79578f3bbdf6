//! Which session an operation belongs to, and the store of labels that needs no server.

mod ask;
mod memory;

use apl_cmf::{Client, Envelope};
use cpex_sdk::SessionKey;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::document::SessionSource;

pub(crate) use ask::ask_store;
pub use memory::MemoryStore;

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

/// The caller by kind, issuer and id; none for an anonymous one.
pub(crate) fn principal(envelope: &Envelope) -> Option<(&'static str, Option<&str>, &str)> {
    let identity = envelope.identity();
    let subject = identity.subject.as_ref().map(|subject| ("subject", subject.issuer.as_deref(), subject.id.as_str()));
    let client = || identity.client.as_ref().map(|client| ("client", issuer_of(client), client.id.as_str()));
    let workload = || identity.caller_workload.as_ref().map(|it| ("workload", None, it.spiffe_id.as_str()));
    subject.or_else(client).or_else(workload)
}

fn issuer_of(client: &Client) -> Option<&str> {
    client.claims.get("iss").and_then(Json::as_str)
}
