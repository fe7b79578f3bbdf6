//! The context a host attaches to a message. Immutable for plugins and policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::{Host, Message, NameSet, SubjectKind};

/// The request an operation belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestContext {
    /// Where the process runs, such as `production`.
    pub environment: Option<String>,
    /// The host's identifier of the request.
    pub request_id: Option<String>,
    /// When the host received it, as the host says (RFC 3339).
    pub timestamp: Option<String>,
    /// W3C trace identifier.
    pub trace_id: Option<String>,
    /// W3C span identifier.
    pub span_id: Option<String>,
}

/// The agent that acts, as the host vouches for it; never as the model says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AgentContext {
    /// What the agent was asked.
    pub input: Option<String>,
    /// The session labels are kept for.
    pub session_id: Option<String>,
    /// The conversation.
    pub conversation_id: Option<String>,
    /// The turn within the conversation, from 0.
    pub turn: Option<u64>,
    /// The agent itself.
    pub agent_id: Option<String>,
    /// The agent that called it.
    pub parent_agent_id: Option<String>,
    /// What was said before.
    pub conversation: Option<Box<Conversation>>,
}

/// What was said before, as far as the host keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conversation {
    /// The messages, oldest first.
    pub history: Vec<Message>,
    /// What they amount to.
    pub summary: Option<String>,
    /// What they are about.
    pub topics: Vec<String>,
}

/// The chain of delegation that led to the caller, as the host verified it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delegation {
    /// The hops that are known, first to last.
    pub chain: Vec<Hop>,
    /// How many hops it has; none where the caller acts for itself. A longer chain than the range holds is as deep as it
    /// gets.
    pub depth: u64,
    /// The subject it began with.
    pub origin_subject_id: Option<String>,
    /// The subject that acts now.
    pub actor_subject_id: Option<String>,
    /// How old the delegation is, in seconds.
    pub age_seconds: Option<u64>,
}

impl Delegation {
    /// The same chain, at least as deep as the hops that are known.
    #[must_use]
    pub(crate) fn counted(mut self) -> Self {
        self.depth = self.depth.max(u64::try_from(self.chain.len()).unwrap_or(u64::MAX));
        self
    }

    /// Adds a hop. The chain only grows: its depth saturates, and where it began stays, unknown too.
    pub(crate) fn append(&mut self, hop: Hop) {
        let acted = self.actor_subject_id.replace(hop.subject_id.clone());
        if self.depth == 0 {
            self.origin_subject_id = self.origin_subject_id.take().or(acted);
        }
        self.depth = self.depth.saturating_add(1);
        self.chain.push(hop);
    }
}

/// One hop of a chain of delegation: a subject that acts on behalf of the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hop {
    /// The subject that acts from here on.
    pub subject_id: String,
    /// What sort of subject that is.
    pub subject_type: Option<SubjectKind>,
    /// Whom its credential is for.
    pub audience: Option<String>,
    /// The scopes it was granted.
    pub scopes_granted: NameSet,
    /// When it was granted (RFC 3339).
    pub timestamp: Option<String>,
    /// How long it holds, in seconds.
    pub ttl_seconds: Option<u64>,
    /// How it was granted, such as `token_exchange`.
    pub strategy: Option<String>,
    /// Whether an earlier credential was used again.
    pub from_cache: bool,
}

impl From<&str> for Hop {
    fn from(subject_id: &str) -> Self {
        Self { subject_id: subject_id.to_owned(), ..Self::default() }
    }
}

/// The HTTP request that carried the operation. Headers that carry credentials are not part of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpContext {
    /// The method, case-sensitive.
    pub method: Option<String>,
    /// The path as received, without query; of an operation that is this request itself, percent-decoded once it was read.
    pub path: Option<String>,
    /// The host of the validated authority.
    pub host: Option<Host>,
    /// `http` or `https`.
    pub scheme: Option<String>,
    /// Request headers by lower-case name; repeated ones are joined by `, `.
    pub request_headers: BTreeMap<String, String>,
    /// Response headers by lower-case name.
    pub response_headers: BTreeMap<String, String>,
}

/// What the host knows of the entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Meta {
    /// Free words; never a way to join a group.
    pub tags: NameSet,
    /// The scope the host files it under.
    pub scope: Option<String>,
    /// Anything else.
    pub properties: Map<String, Json>,
}

/// Whether a header carries credentials, so that it never leaves the process with the rest.
#[must_use]
pub fn is_sensitive_header(name: &str) -> bool {
    const SENSITIVE: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];
    SENSITIVE.iter().any(|sensitive| name.eq_ignore_ascii_case(sensitive))
}

/// The headers by lower-case name, without those that carry credentials.
pub(crate) fn without_credentials(headers: BTreeMap<String, String>) -> BTreeMap<String, String> {
    headers
        .into_iter()
        .filter(|(name, _)| !is_sensitive_header(name))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect()
}
