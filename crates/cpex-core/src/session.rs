//! Which session an operation belongs to, and the store of labels that needs no server.

mod memory;

use apl_cmf::{Client, Envelope};
use apl_core::compile::HashKey;
use cpex_sdk::SessionKey;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::document::{ClaimPath, SessionSource};

pub use memory::MemoryStore;

/// The key of the session an operation belongs to: of the first source that yields. It is the caller's own, whatever the
/// source, so an anonymous caller has none.
#[must_use]
pub(crate) fn session_key(sources: &[SessionSource], envelope: &Envelope) -> Option<SessionKey> {
    let (kind, issuer, principal) = principal(envelope)?;
    let id = sources.iter().find_map(|source| id(source, envelope))?;
    let mut key = Key(Sha256::new()).text(kind).optional(issuer).text(principal);
    key = match id {
        Id::Agent(id) => key.text("agent").text(id),
        Id::Text(path, id) => key.text("claim").text(path).text("text").text(id),
        Id::Integer(path, id) => key.text("claim").text(path).text("integer").bytes(&id.to_be_bytes()),
        Id::Client(client) => key.text("client").optional(issuer_of(client)).text(&client.id),
        Id::Workload(id) => key.text("workload").text(id),
    };
    Some(SessionKey(key.0.finalize().into()))
}

/// What tells apart on records the sessions the host vouches for, without saying which they are: keyed where there is a key.
#[must_use]
pub(crate) fn pseudonym(envelope: &Envelope, key: Option<&HashKey>) -> Option<String> {
    let id = envelope.agent().session_id.as_deref()?;
    let (kind, issuer, principal) = principal(envelope).unwrap_or(("anonymous", None, ""));
    if let Some(key) = key {
        return key.of_json(&json!(["session", kind, issuer, principal, id]));
    }
    let digest = Key(Sha256::new()).text("session pseudonym").text(kind).optional(issuer).text(principal).text(id);
    Some(digest.0.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

/// What tells apart on records the sessions that labels are kept for.
#[must_use]
pub(crate) fn pseudonym_of(session: &SessionKey, key: Option<&HashKey>) -> String {
    let digest: [u8; 32] = Key(Sha256::new()).text("label pseudonym").bytes(&session.0).0.finalize().into();
    let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    key.and_then(|key| key.of_json(&json!(["labels", digest]))).unwrap_or(digest)
}

/// What a source yields.
enum Id<'e> {
    Agent(&'e str),
    Text(&'e str, &'e str),
    Integer(&'e str, i128),
    Client(&'e Client),
    Workload(&'e str),
}

/// What tells the sessions of one caller apart. A text that is empty tells nothing.
fn id<'e>(source: &'e SessionSource, envelope: &'e Envelope) -> Option<Id<'e>> {
    let identity = envelope.identity();
    match source {
        SessionSource::AgentSession => {
            envelope.agent().session_id.as_deref().filter(|id| !id.is_empty()).map(Id::Agent)
        }
        SessionSource::Claim(path) => claim(path, envelope),
        SessionSource::ClientAndSubject => identity.subject.as_ref().and(identity.client.as_ref()).map(Id::Client),
        SessionSource::Workload => identity.caller_workload.as_ref().map(|it| Id::Workload(&it.spiffe_id)),
    }
}

/// A claim of the user, else of the client. Where there is a user, a claim of the client says nothing of the session: many
/// users may share that.
fn claim<'e>(path: &'e ClaimPath, envelope: &'e Envelope) -> Option<Id<'e>> {
    let identity = envelope.identity();
    let client = || identity.client.as_ref().map(|client| &client.claims);
    let claims = identity.subject.as_ref().map(|subject| &subject.claims).or_else(client)?;
    match path.find(claims)? {
        Json::String(id) if !id.is_empty() => Some(Id::Text(path.as_str(), id)),
        Json::Number(id) => {
            let id = id.as_i64().map(i128::from).or_else(|| id.as_u64().map(i128::from))?;
            Some(Id::Integer(path.as_str(), id))
        }
        _ => None,
    }
}

/// A hash of parts. Each goes in with its length, so that no two lists of parts give one input.
struct Key(Sha256);

impl Key {
    fn text(self, part: &str) -> Self {
        self.bytes(part.as_bytes())
    }

    /// One that is not there differs from one that is empty.
    fn optional(mut self, part: Option<&str>) -> Self {
        match part {
            Some(part) => self.text(part),
            None => {
                self.0.update(u64::MAX.to_be_bytes());
                self
            }
        }
    }

    fn bytes(mut self, part: &[u8]) -> Self {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }
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

#[cfg(test)]
mod tests;
