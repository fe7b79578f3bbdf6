//! `global.session_store`: what keeps session labels, and the bounds of the store that needs no factory.

use std::time::Duration;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Value};

use super::kinds::{Kinds, Place};
use super::{codes, integer, keys, walk};

/// The kind of the store in this process.
pub(crate) const MEMORY: &str = "memory";

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

/// Checks that the kind is one that can be made, and the config against the keys of that kind.
pub(super) fn check(root: &Node, kinds: &Kinds<'_>, faults: &mut Vec<Diagnostic>) {
    let Some(store) = root.get("global").and_then(|global| global.entry("session_store")) else { return };
    // Any other shape was refused where the shapes of all keys are checked.
    let Value::Map(members) = &store.value.value else { return };
    let kind = store.value.get("kind").and_then(Node::text);
    let Some(kind) = kind.filter(|kind| kind.value != MEMORY) else {
        check_memory(store, faults);
        return;
    };
    match kinds.resolve(kind, Place::SessionStore) {
        // What its keys are is only known of a kind that is there.
        Err(fault) => faults.push(fault),
        Ok(factory) => {
            if let Some(keys) = factory.and_then(|factory| factory.keys(&kind.value)) {
                let config = members.iter().filter(|member| member.key.value != "kind").cloned().collect();
                let config = Node { span: store.value.span, value: Value::Map(config) };
                walk::config(Some(&config), kind.span, keys, faults);
            }
        }
    }
}

/// Reads the bounds of a document that was checked; none where it names no store, or another.
pub(super) fn read(root: &Node) -> Option<MemoryBounds> {
    let store = root.get("global")?.get("session_store")?;
    store.get("kind").and_then(Node::text).filter(|kind| kind.value == MEMORY)?;
    let given = |key: &str| store.get(key).and_then(integer::read);
    let max_sessions = given("max_sessions").map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    let default = MemoryBounds::default();
    Some(MemoryBounds {
        max_sessions: max_sessions.unwrap_or(default.max_sessions),
        ttl: given("ttl_seconds").map_or(default.ttl, Duration::from_secs),
    })
}

fn check_memory(store: &Entry, faults: &mut Vec<Diagnostic>) {
    walk::config(Some(&store.value), store.key.span, keys::SESSION_STORE, faults);
    for key in ["max_sessions", "ttl_seconds"] {
        if let Some(node) = store.value.get(key).filter(|node| integer::read(node) == Some(0)) {
            let message = format!("with `{key}` of 0 no session could be kept");
            faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, message));
        }
    }
    let given = |key: &str| store.value.get(key).and_then(|node| Some((node.span, integer::read(node)?)));
    let ttl = given("ttl_seconds").map_or(MemoryBounds::default().ttl.as_secs(), |(_, ttl)| ttl);
    if let Some((place, lifetime)) = given("max_session_lifetime_seconds").filter(|(_, lifetime)| *lifetime > ttl) {
        let message = format!("a session may live for {lifetime} seconds, and its labels are kept for {ttl}");
        let help = "keep labels for as long as a session may live: raise `ttl_seconds`";
        faults.push(Diagnostic::new(codes::FORGETFUL_STORE, place, message).help(help));
    }
}
