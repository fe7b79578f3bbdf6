//! What is asked of models, of other agents and by HTTP: the content parts of requests that have no name of a tool or prompt.
//!
//! Each holds its arguments as one map, which is the namespace `args` of policy.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::content::More;

/// A request for inference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LlmRequest {
    /// The identifier the answer refers to.
    pub llm_request_id: String,
    /// What is asked: `model`, `messages` and `parameters`, in words of the provider.
    pub arguments: Map<String, Json>,
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// A request to another agent (A2A).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentRequest {
    /// The identifier the answer refers to.
    pub agent_request_id: String,
    /// The agent, or `agent/method`.
    pub name: String,
    /// What is asked: `messages` and `parameters`.
    #[serde(default)]
    pub arguments: Map<String, Json>,
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// An HTTP request, but for what [`crate::HttpContext`] says of it. A body that is no JSON, or whose bytes are to stay, is a
/// part beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// The identifier the answer refers to.
    pub http_request_id: String,
    /// `query`, by name; and `body`, where it is JSON.
    #[serde(default)]
    pub arguments: Map<String, Json>,
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

impl LlmRequest {
    /// The argument that names the model.
    pub const MODEL: &'static str = "model";

    /// A request to that model.
    #[must_use]
    pub fn new(llm_request_id: impl Into<String>, model: &str, mut arguments: Map<String, Json>) -> Self {
        arguments.insert(Self::MODEL.to_owned(), Json::from(model));
        Self { llm_request_id: llm_request_id.into(), arguments, more: More::default() }
    }

    /// The model; none where the request does not name it by a text.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.arguments.get(Self::MODEL)?.as_str()
    }

    /// The request with nothing but its model.
    pub(crate) fn asking(&self) -> Self {
        let model = self.arguments.get_key_value(Self::MODEL);
        let arguments = model.into_iter().map(|(name, model)| (name.clone(), model.clone())).collect();
        Self { llm_request_id: self.llm_request_id.clone(), arguments, more: More::default() }
    }
}

impl AgentRequest {
    /// A request to that agent.
    #[must_use]
    pub fn new(agent_request_id: impl Into<String>, name: impl Into<String>, arguments: Map<String, Json>) -> Self {
        let (agent_request_id, name) = (agent_request_id.into(), name.into());
        Self { agent_request_id, name, arguments, more: More::default() }
    }

    /// The agent, without the method.
    #[must_use]
    pub fn agent(&self) -> &str {
        agent_of(&self.name)
    }

    /// The request with nothing but its name.
    pub(crate) fn asking(&self) -> Self {
        Self::new(self.agent_request_id.as_str(), self.name.as_str(), Map::new())
    }
}

impl HttpRequest {
    /// The argument that is the query, by name.
    pub const QUERY: &'static str = "query";

    /// The argument that is the body.
    pub const BODY: &'static str = "body";

    /// A request of that query and body.
    #[must_use]
    pub fn new(http_request_id: impl Into<String>, arguments: Map<String, Json>) -> Self {
        Self { http_request_id: http_request_id.into(), arguments, more: More::default() }
    }

    /// The request with nothing of its own.
    pub(crate) fn asking(&self) -> Self {
        Self::new(self.http_request_id.as_str(), Map::new())
    }
}

/// The agent of `agent` or `agent/method`.
#[must_use]
pub fn agent_of(name: &str) -> &str {
    name.split_once('/').map_or(name, |(agent, _)| agent)
}
