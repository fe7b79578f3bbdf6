//! `global.session_store`, read: where session labels are kept.

use std::time::Duration;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Value};

use super::{codes, integer, keys, kinds, walk};

/// What bounds a store of session labels in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryBounds {
    /// How many sessions it holds.
    pub max_sessions: usize,
    /// How long a session is kept after its last label was added.
    pub ttl: Duration,
}

impl Default for MemoryBounds {
    /// 100,000 sessions of a day.
    fn default() -> Self {
        Self { max_sessions: 100_000, ttl: Duration::from_secs(86_400) }
    }
}

/// Checks the kind, and the config against the keys of that kind.
pub(super) fn check(root: &Node, faults: &mut Vec<Diagnostic>) {
    let Some(entry) = root.get("global").and_then(|global| global.entry("session_store")) else { return };
    // Any other shape was refused where the shapes of all keys are checked.
    let Value::Map(_) = &entry.value.value else { return };
    if let Some(kind) = entry.value.get("kind").and_then(Node::text)
        && let Err(fault) = kinds::session_store(kind)
    {
        // What its keys are is only known of a kind that is there.
        faults.push(fault);
        return;
    }
    walk::config(Some(&entry.value), entry.key.span, keys::SESSION_STORE, faults);
    for key in ["max_sessions", "ttl_seconds"] {
        if let Some(node) = entry.value.get(key).filter(|node| integer::read(node) == Some(0)) {
            let message = format!("with `{key}` of 0 no session could be kept");
            faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, message));
        }
    }
}

/// Reads the bounds of a document that was checked; none where it names no store.
pub(super) fn read(root: &Node) -> Option<MemoryBounds> {
    let store = root.get("global")?.get("session_store")?;
    let given = |key: &str| store.get(key).and_then(integer::read);
    let max_sessions = given("max_sessions").map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    let default = MemoryBounds::default();
    Some(MemoryBounds {
        max_sessions: max_sessions.unwrap_or(default.max_sessions),
        ttl: given("ttl_seconds").map_or(default.ttl, Duration::from_secs),
    })
}
