//! Payloads of the hooks around a call of another agent.

use apl_cmf::{AgentRequest, ContentPart, MessagePayload, Role, ToolCall};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::part::{apart, only, said_by, same, together, tool_call};
use crate::payload::{HookPayload, PayloadFault};

/// A request to another agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentPreInvokePayload {
    /// The agent, or `agent/method`.
    pub agent_id: String,
    /// The conversation.
    #[serde(default)]
    pub messages: Vec<Json>,
    /// The tools the agent may use.
    #[serde(default)]
    pub tools: Vec<Json>,
    /// The model it is to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it is told to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// What else it is given, in words of the provider.
    #[serde(default)]
    pub parameters: Map<String, Json>,
}

/// What another agent answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentPostInvokePayload {
    /// The agent, or `agent/method`.
    pub agent_id: String,
    /// What it said, in order, the calls left out.
    #[serde(default)]
    pub messages: Vec<ContentPart>,
    /// The tools it asks to be called.
    #[serde(default)]
    pub tool_calls: Vec<ToolCall>,
}

impl HookPayload for AgentPreInvokePayload {
    fn read(payload: &MessagePayload, _entity: &str) -> Result<Self, PayloadFault> {
        let requests = payload.message.content.iter().filter_map(agent_request).collect();
        let request: &AgentRequest = only(requests, "requests to agents")?;
        Ok(Self {
            agent_id: request.name.clone(),
            messages: argument(request, "messages")?.unwrap_or_default(),
            tools: argument(request, "tools")?.unwrap_or_default(),
            model: argument(request, "model")?,
            system_prompt: argument(request, "system_prompt")?,
            parameters: argument(request, "parameters")?.unwrap_or_default(),
        })
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        for part in &mut payload.message.content {
            if let ContentPart::AgentRequest(request) = part {
                same(&self.agent_id, &request.name)?;
                self.put(&mut request.arguments);
                return Ok(());
            }
        }
        Err(PayloadFault("the message holds no request to an agent".to_owned()))
    }

    fn into_message(self) -> MessagePayload {
        let mut request = AgentRequest::new("", self.agent_id.as_str(), Map::new());
        self.put(&mut request.arguments);
        said_by(Role::User, vec![ContentPart::AgentRequest(request)])
    }
}

impl AgentPreInvokePayload {
    /// States the arguments that the payload shows; one it has nothing of, and that was not there, stays away.
    fn put(self, arguments: &mut Map<String, Json>) {
        let Self { agent_id: _, messages, tools, model, system_prompt, parameters } = self;
        let mut put = |key: &str, value: Json, is_empty: bool| {
            if !is_empty || arguments.contains_key(key) {
                arguments.insert(key.to_owned(), value);
            }
        };
        let (no_messages, no_tools, no_parameters) = (messages.is_empty(), tools.is_empty(), parameters.is_empty());
        put("messages", Json::Array(messages), no_messages);
        put("tools", Json::Array(tools), no_tools);
        put("parameters", Json::Object(parameters), no_parameters);
        for (key, text) in [("model", model), ("system_prompt", system_prompt)] {
            match text {
                Some(text) => arguments.insert(key.to_owned(), Json::from(text)),
                None => arguments.remove(key),
            };
        }
    }
}

impl HookPayload for AgentPostInvokePayload {
    fn read(payload: &MessagePayload, entity: &str) -> Result<Self, PayloadFault> {
        let (tool_calls, messages) = apart(payload, |part| tool_call(part).cloned());
        Ok(Self { agent_id: entity.to_owned(), messages, tool_calls })
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        let shown = self.tool_calls.into_iter().map(ContentPart::ToolCall).collect();
        together(payload, |part| tool_call(part).is_some(), shown, self.messages);
        Ok(())
    }

    fn into_message(self) -> MessagePayload {
        let calls = self.tool_calls.into_iter().map(ContentPart::ToolCall);
        said_by(Role::Assistant, self.messages.into_iter().chain(calls).collect())
    }
}

fn agent_request(part: &ContentPart) -> Option<&AgentRequest> {
    match part {
        ContentPart::AgentRequest(request) => Some(request),
        _ => None,
    }
}

/// An argument of the request, which has that shape where it is there.
fn argument<T: serde::de::DeserializeOwned>(request: &AgentRequest, key: &str) -> Result<Option<T>, PayloadFault> {
    let Some(value) = request.arguments.get(key) else { return Ok(None) };
    let read = T::deserialize(value).map_err(|_| PayloadFault(format!("`{key}` of the request is of another shape")));
    read.map(Some)
}
