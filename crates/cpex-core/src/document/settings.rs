//! `plugin_settings` and `global.session_store`, read.

use std::num::NonZeroUsize;
use std::time::Duration;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Text, Value};

use super::claim_path::ClaimPath;
use super::store::{self, MemoryBounds};
use super::{codes, duration, integer};

/// What a document says of the runtime. What is not written there has its default, or is none where the runtime has one.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long one call of a plugin may take.
    pub plugin_timeout: Duration,
    /// What becomes of an operation that no route matches.
    pub unmatched: Unmatched,
    /// Where session ids come from, in order.
    pub sessions: Vec<SessionSource>,
    /// The names of cost tiers, the lowest first.
    pub cost_tiers: Vec<String>,
    /// What bounds the store of session labels in this process; none where the document names no store, or another.
    pub session_store: Option<MemoryBounds>,
    /// How many statements one phase may execute.
    pub max_steps: Option<u64>,
    /// How deep a value of a payload may nest.
    pub max_depth: Option<u64>,
    /// How many tasks run in the background, and how many calls side by side.
    pub execution_pool: Option<NonZeroUsize>,
    /// How large the content of an operation may be on either side, in bytes of JSON.
    pub max_payload_bytes: Option<u64>,
}

/// What becomes of an operation that no route of a document with routes matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmatched {
    /// It is denied.
    #[default]
    Deny,
    /// It is left to the layers above routes.
    Global,
}

/// Where the session id of an operation comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionSource {
    /// `agent.session_id`, which the host vouches for.
    AgentSession,
    /// A verified claim of the user; of the client where there is no user.
    Claim(ClaimPath),
    /// The client and the user together: all operations of one user through one client are one session.
    ClientAndSubject,
    /// The attested workload that calls.
    Workload,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plugin_timeout: Duration::from_secs(30),
            unmatched: Unmatched::default(),
            sessions: vec![SessionSource::AgentSession],
            cost_tiers: Vec::new(),
            session_store: None,
            max_steps: None,
            max_depth: None,
            execution_pool: None,
            max_payload_bytes: None,
        }
    }
}

/// Checks what the shapes of the settings leave open. `bytes` is the size of the document.
pub(super) fn check(root: &Node, bytes: usize, faults: &mut Vec<Diagnostic>) {
    let Some(node) = root.get("plugin_settings") else { return };
    for always in ["routing_enabled", "short_circuit_on_deny"] {
        refuse_false(node, always, faults);
    }
    duration::check_timeout(node, "plugin_timeout", faults);
    for bound in ["execution_pool", "max_payload_bytes"] {
        refuse_zero(node, bound, faults);
    }
    warn_of_unmatched(root, node, faults);
    refuse_repeated_tiers(node, faults);
    for source in node.get("sessions").map(Node::one_or_many).unwrap_or_default() {
        refuse_broken_claim(source, faults);
    }
    let own = node.get("limits").and_then(|limits| limits.get("max_document_bytes"));
    if let Some((at, most)) = own.and_then(|node| Some((node.span, integer::read(node)?)))
        && u64::try_from(bytes).is_ok_and(|bytes| bytes > most)
    {
        let message = format!("the document has {bytes} bytes, more than its own limit of {most}");
        faults.push(Diagnostic::new(codes::LIMIT, at, message));
    }
}

/// Reads the settings of a document that was checked.
pub(super) fn read(root: &Node) -> Settings {
    let default = Settings { session_store: store::read(root), ..Settings::default() };
    let Some(node) = root.get("plugin_settings") else { return default };
    let limit = |key: &str| node.get("limits").and_then(|limits| limits.get(key)).and_then(integer::read);
    Settings {
        plugin_timeout: node.get("plugin_timeout").and_then(duration::read).unwrap_or(default.plugin_timeout),
        unmatched: match node.get("unmatched").and_then(Node::text).map(|text| text.value.as_str()) {
            Some("global") => Unmatched::Global,
            _ => Unmatched::Deny,
        },
        sessions: node.get("sessions").map_or(default.sessions, sessions),
        cost_tiers: cost_tiers(node).map(|tier| tier.value.clone()).collect(),
        session_store: default.session_store,
        max_steps: limit("max_steps"),
        max_depth: limit("max_depth"),
        execution_pool: node.get("execution_pool").and_then(integer::read).and_then(places),
        max_payload_bytes: node.get("max_payload_bytes").and_then(integer::read),
    }
}

fn refuse_false(node: &Node, key: &str, faults: &mut Vec<Diagnostic>) {
    if let Some(value) = node.get(key).filter(|node| matches!(node.value, Value::Bool(false))) {
        let message = format!("`{key}` cannot be turned off");
        faults.push(Diagnostic::new(codes::WRONG_VALUE, value.span, message).help("remove it"));
    }
}

/// A bound of nothing would deny everything, which nobody means: elsewhere it is how no bound is written.
fn refuse_zero(node: &Node, key: &str, faults: &mut Vec<Diagnostic>) {
    if let Some(value) = node.get(key).filter(|node| integer::read(node) == Some(0)) {
        let message = format!("`{key}` must be at least 1");
        faults.push(Diagnostic::new(codes::WRONG_VALUE, value.span, message).help("remove it"));
    }
}

/// Without a route no operation could match one, and the setting says what happens anyway.
fn warn_of_unmatched(root: &Node, node: &Node, faults: &mut Vec<Diagnostic>) {
    let has_routes = root.get("routes").is_some_and(|routes| !routes.one_or_many().is_empty());
    let is_global = |text: &&Text| text.value == "global";
    if let Some(text) = node.get("unmatched").and_then(Node::text).filter(is_global).filter(|_| has_routes) {
        let message = "operations that no route matches are left to the layers above routes, not denied";
        let help = "remove it, and admit the rest by a route `- tool: '*'` where that is meant";
        faults.push(Diagnostic::new(codes::UNMATCHED, text.span, message).help(help));
    }
}

fn cost_tiers(node: &Node) -> impl Iterator<Item = &Text> {
    node.get("cost_tiers").map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text)
}

fn refuse_repeated_tiers(node: &Node, faults: &mut Vec<Diagnostic>) {
    let mut tiers: Vec<&str> = Vec::new();
    for tier in cost_tiers(node) {
        if tiers.contains(&tier.value.as_str()) {
            let message = format!("the cost tier `{}` has a place already", tier.value);
            faults.push(
                Diagnostic::new(codes::WRONG_VALUE, tier.span, message).help("name each tier once, the lowest first"),
            );
        }
        tiers.push(&tier.value);
    }
}

fn sessions(node: &Node) -> Vec<SessionSource> {
    node.one_or_many().iter().filter_map(session_source).collect()
}

fn session_source(node: &Node) -> Option<SessionSource> {
    if let Some(path) = node.get("claim").and_then(Node::text) {
        return ClaimPath::read(&path.value).map(SessionSource::Claim);
    }
    match node.text()?.value.as_str() {
        "agent_session" => Some(SessionSource::AgentSession),
        "client_and_subject" => Some(SessionSource::ClientAndSubject),
        "workload" => Some(SessionSource::Workload),
        _ => None,
    }
}

fn refuse_broken_claim(source: &Node, faults: &mut Vec<Diagnostic>) {
    if let Some(path) = source.get("claim").and_then(Node::text).filter(|path| ClaimPath::read(&path.value).is_none()) {
        let message = format!("`{}` is not the path of a claim", path.value);
        let help = "write the names that lead to it, joined by dots, such as `session.id`";
        faults.push(Diagnostic::new(codes::WRONG_VALUE, path.span, message).help(help));
    }
}

/// None of none.
fn places(count: u64) -> Option<NonZeroUsize> {
    NonZeroUsize::new(usize::try_from(count).unwrap_or(usize::MAX))
}
