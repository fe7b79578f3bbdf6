//! Which operations a hooked plugin runs on.

/// Some operations. Of an entity that is tried against a list, one element must match; a list that is empty asks nothing.
///
/// The names of entities and users may be patterns, as selectors of routes are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// The server the operation goes to, as the host says.
    pub server_ids: Vec<String>,
    /// The tenant of the caller, or the one the host names for the request.
    pub tenant_ids: Vec<String>,
    /// Names of tools.
    pub tools: Vec<String>,
    /// Names of prompts.
    pub prompts: Vec<String>,
    /// URIs of resources.
    pub resources: Vec<String>,
    /// Names of agents.
    pub agents: Vec<String>,
    /// The verified subject.
    pub user_patterns: Vec<String>,
    /// Media types of what the payload holds.
    pub content_types: Vec<String>,
}
