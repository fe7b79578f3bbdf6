//! Operations that wait for a person: what an answer is bound to, kept in a store until it is used or expires.
//!
//! The operation itself is not kept. Its call is repeated, and an answer counts only if the repeated call is bound alike:
//! the same caller, on the same route, under the same policy, about the same arguments. Every replica that shares the store
//! can go on with it, and one of them does, once.
//!
//! Whoever reads the store learns that something waits, until when, and no more: all else in it, the keys too, is a keyed
//! digest (HMAC-SHA-256), and the key is the identifier of the suspended operation, which only its client has.

mod asked;
mod memory;
mod suspension;

use std::time::Duration;

use cpex_sdk::elicitation::{Entry, Turn};

use crate::snapshot::Snapshot;
use crate::stored::ask_elicitations;
pub(crate) use asked::Asked;
use asked::Suspended;
pub use memory::MemoryElicitations;
pub(crate) use suspension::{Binding, Suspension};

/// How long a question stands where the policy does not say.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// How long entries outlive what they are of, so that what expired is told from what never was, and so that an approval that
/// was used is known as such while anybody could come with it.
const AFTERWARDS: Duration = Duration::from_secs(3600);

/// A question that is to be kept.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    /// The rule that asks, by its id.
    pub(crate) rule: &'q str,
    pub(crate) asked: &'q Asked,
    /// How long it stands.
    pub(crate) timeout: Duration,
}

/// What is known of a question.
pub(crate) enum Found {
    /// It was asked.
    Asked(Asked),
    /// The operation waits, and this was not asked yet.
    NotAsked,
    /// The operation went on already.
    Used,
    /// There is no such operation, or it is another's.
    Unknown,
}

/// What is known of the question of a rule.
pub(crate) async fn find(
    suspension: &Suspension,
    binding: &Binding<'_>,
    rule: &str,
    snapshot: &Snapshot,
) -> Result<Found, String> {
    let store = &snapshot.host.elicitations;
    let (operation, used) = (suspension.operation_key(), suspension.used_key());
    let Some(suspended) = ask_elicitations(snapshot, "get", async { store.get(&operation).await }).await? else {
        return Ok(Found::Unknown);
    };
    let Suspended { binding: bound } = asked::read(&suspended)?;
    if bound != suspension.binding(binding) {
        return Ok(Found::Unknown);
    }
    if ask_elicitations(snapshot, "is_taken", async { store.is_taken(&used).await }).await? {
        return Ok(Found::Used);
    }
    let question = suspension.question_key(rule);
    match ask_elicitations(snapshot, "get", async { store.get(&question).await }).await? {
        Some(asked) => Ok(Found::Asked(asked::read(&asked)?)),
        None => Ok(Found::NotAsked),
    }
}

/// Keeps a question of an operation that waits already, or waits from now on. Another replica may have asked it meanwhile.
pub(crate) async fn suspend(
    suspension: &Suspension,
    binding: &Binding<'_>,
    question: &Question<'_>,
    snapshot: &Snapshot,
) -> Result<Turn, String> {
    let store = &snapshot.host.elicitations;
    let (key, ttl) = (suspension.operation_key(), snapshot.longest_wait.saturating_add(AFTERWARDS));
    let value = asked::write(&Suspended { binding: suspension.binding(binding) })?;
    let operation = Entry { key: &key, shelf: None, value: &value, ttl };
    // An operation that waits already waits as long as the latest question of it.
    ask_elicitations(snapshot, "replace", async { store.replace(operation).await }).await?;
    let (key, value) = (suspension.question_key(question.rule), asked::write(question.asked)?);
    let ttl = question.timeout.saturating_add(AFTERWARDS);
    let asked = Entry { key: &key, shelf: None, value: &value, ttl };
    ask_elicitations(snapshot, "put", async { store.put(asked).await }).await
}

/// Uses the approvals of an operation up, for all who share the store. Whoever comes second may not go on.
pub(crate) async fn consume(suspension: &Suspension, snapshot: &Snapshot) -> Result<Turn, String> {
    let store = &snapshot.host.elicitations;
    // No question of the operation that was asked before now stands longer.
    let (used, ttl) = (suspension.used_key(), snapshot.longest_wait.saturating_add(AFTERWARDS));
    ask_elicitations(snapshot, "take", async { store.take(&used, ttl).await }).await
}
