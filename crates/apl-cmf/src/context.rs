//! The context a host attaches to a message. Immutable for plugins and policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::{Host, NameSet};

/// The request an operation belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestContext {
    /// Where the process runs, such as `production`.
    pub environment: Option<String>,
    /// The host's identifier of the request.
    pub request_id: Option<String>,
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
}

/// The chain of delegation that led to the caller, as the host verified it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delegation {
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
