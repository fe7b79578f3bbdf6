//! Operations that wait for a person: what an answer is bound to, kept until it is used or expires.
//!
//! The operation itself is not kept. Its call is repeated, and an answer counts only if the repeated call is bound alike:
//! the same caller, on the same route, under the same policy, about the same arguments.

mod memory;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apl_cmf::Envelope;
use cpex_sdk::elicitation::QuestionId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use crate::session::principal;
pub use memory::MemoryElicitations;

/// How many operations may wait at once.
const MAX_WAITING: usize = 100_000;

/// Whose operation it is, and under what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    principal: [u8; 32],
    route: Option<Arc<str>>,
    policy: Arc<str>,
}

/// One question of a suspended operation.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The rule that asks, by its id.
    pub(crate) rule: Arc<str>,
    /// Who was asked.
    pub(crate) approver: Arc<str>,
    /// The arguments it was asked about, as a keyed digest; none where a scope says what the answer is good for.
    pub(crate) arguments: Option<[u8; 32]>,
    /// When the answer is worth nothing any more, in milliseconds since the Unix epoch.
    pub(crate) expires_ms: u64,
}

/// What a question is called by: the digest of the operation's identifier and of the rule that asks.
pub(crate) fn question(id: &str, rule: &str) -> QuestionId {
    let mut hash = Sha256::new();
    for part in ["question", id, rule] {
        // Each part goes with its length, so that no two lists of parts give one input.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    QuestionId(hash.finalize().into())
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

/// The operations that wait.
pub(crate) struct Suspensions {
    waiting: Mutex<HashMap<Arc<str>, Suspended>>,
    /// What the digests of arguments are made under; none where the system has no randomness.
    key: Option<Hmac<Sha256>>,
}

struct Suspended {
    binding: Binding,
    asked: Vec<Asked>,
    is_used: bool,
}

impl Binding {
    /// What an approval of this operation is bound to; none where nobody is identified.
    pub(crate) fn of(envelope: &Envelope, route: Option<&Arc<str>>, policy: &Arc<str>) -> Option<Self> {
        let (kind, issuer, id) = principal(envelope)?;
        let mut hash = Sha256::new();
        for part in [kind, issuer.unwrap_or_default(), id] {
            // Each part goes with its length, so that no two lists of parts give one input.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Some(Self { principal: hash.finalize().into(), route: route.cloned(), policy: Arc::clone(policy) })
    }
}

impl Suspensions {
    /// The keyed digest of arguments (HMAC-SHA-256 over RFC 8785).
    pub(crate) fn digest(&self, arguments: Option<&Map<String, Json>>) -> Option<[u8; 32]> {
        let bytes = serde_json_canonicalizer::to_vec(&arguments).ok()?;
        Some(self.key.clone()?.chain_update(bytes).finalize().into_bytes().into())
    }

    /// Keeps a question; false where too many wait already.
    pub(crate) fn suspend(&self, id: &Arc<str>, binding: Binding, asked: Asked, now_ms: u64) -> bool {
        let mut waiting = self.lock();
        if let Some(suspended) = waiting.get_mut(id) {
            suspended.asked.push(asked);
            return true;
        }
        if waiting.len() >= MAX_WAITING {
            waiting.retain(|_, suspended| suspended.asked.iter().any(|asked| asked.expires_ms > now_ms));
        }
        if waiting.len() >= MAX_WAITING {
            return false;
        }
        waiting.insert(Arc::clone(id), Suspended { binding, asked: vec![asked], is_used: false });
        true
    }

    /// What is known of the question of a rule.
    pub(crate) fn find(&self, id: &str, binding: &Binding, rule: &str) -> Found {
        let waiting = self.lock();
        let Some(suspended) = waiting.get(id).filter(|suspended| suspended.binding == *binding) else {
            return Found::Unknown;
        };
        if suspended.is_used {
            return Found::Used;
        }
        match suspended.asked.iter().find(|asked| *asked.rule == *rule) {
            Some(asked) => Found::Asked(asked.clone()),
            None => Found::NotAsked,
        }
    }

    /// Uses the approvals of an operation up; false where they were used before.
    pub(crate) fn consume(&self, id: &str) -> bool {
        match self.lock().get_mut(id) {
            Some(suspended) if !suspended.is_used => {
                suspended.is_used = true;
                true
            }
            _ => false,
        }
    }

    /// A panic while the lock is held cannot make an approval good twice: each change is one assignment.
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Suspended>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Suspensions {
    fn default() -> Self {
        let mut key = [0; 32];
        let key = getrandom::fill(&mut key).ok().and_then(|()| Hmac::new_from_slice(&key).ok());
        Self { waiting: Mutex::default(), key }
    }
}

impl fmt::Debug for Suspensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspensions").field("waiting", &self.lock().len()).finish_non_exhaustive()
    }
}
