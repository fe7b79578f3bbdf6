//! What is exchanged: a message and its content parts.

mod encoding;

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};

use crate::content::{Media, More, PromptRequest, Resource, ResourceRef, TextPart, ToolCall, ToolResult};
use crate::request::{AgentRequest, HttpRequest, LlmRequest};

pub use encoding::PartKind;

/// The payload of every CMF hook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagePayload {
    /// The message.
    pub message: Message,
}

/// One message of the Common Message Format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The version of the format, `2.0`; a message of another is not read.
    #[serde(deserialize_with = "version")]
    pub schema_version: Cow<'static, str>,
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<ContentPart>,
    /// The channel, where the provider has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// The version of the format.
const VERSION: &str = "2.0";

impl Message {
    /// A message of the current version.
    #[must_use]
    pub fn new(role: Role, content: Vec<ContentPart>) -> Self {
        Self { schema_version: Cow::Borrowed(VERSION), role, content, channel: None }
    }

    /// How many parts it holds, those of the messages of its prompt results among them.
    #[must_use]
    pub fn parts(&self) -> usize {
        let inner = |part: &ContentPart| match part {
            ContentPart::PromptResult(result) => result.messages.iter().map(Self::parts).sum(),
            _ => 0,
        };
        self.content.iter().map(|part| 1 + inner(part)).sum()
    }

    /// The tool calls among the parts.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.content.iter().filter_map(|part| match part {
            ContentPart::ToolCall(call) => Some(call),
            _ => None,
        })
    }
}

/// Who speaks in a [`Message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The operator of the conversation.
    System,
    /// The developer of the application.
    Developer,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// A tool.
    Tool,
}

/// What a [`Message`] is to whoever reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Thought on the way to an answer.
    Analysis,
    /// Remarks about what is being done.
    Commentary,
    /// The answer.
    Final,
}

/// One part of a message, tagged by `content_type`. A part of an unknown tag is kept and encoded unchanged, and
/// so are the members of a known one that the format does not have.
#[derive(Clone, Debug, PartialEq)]
pub enum ContentPart {
    /// `text`.
    Text(TextPart),
    /// `thinking`.
    Thinking(TextPart),
    /// `tool_call`.
    ToolCall(ToolCall),
    /// `tool_result`.
    ToolResult(ToolResult),
    /// `prompt_request`.
    PromptRequest(PromptRequest),
    /// `prompt_result`.
    PromptResult(PromptResult),
    /// `resource`.
    Resource(Box<Resource>),
    /// `resource_ref`.
    ResourceRef(ResourceRef),
    /// `image`.
    Image(Box<Media>),
    /// `video`.
    Video(Box<Media>),
    /// `audio`.
    Audio(Box<Media>),
    /// `document`.
    Document(Box<Media>),
    /// `llm_request`.
    LlmRequest(LlmRequest),
    /// `agent_request`.
    AgentRequest(AgentRequest),
    /// `http_request`.
    HttpRequest(HttpRequest),
    /// Any other tag, with all its members.
    Other(Map<String, Json>),
}

/// What a prompt was rendered to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromptResult {
    /// The identifier of the request.
    pub prompt_request_id: String,
    /// The name of the prompt.
    pub prompt_name: String,
    /// The messages it consists of.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// The text it consists of, where it is one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Whether it could not be rendered.
    #[serde(default)]
    pub is_error: bool,
    /// Why it could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

impl PromptResult {
    /// What that prompt was rendered to.
    #[must_use]
    pub fn new(prompt_request_id: impl Into<String>, prompt_name: impl Into<String>, messages: Vec<Message>) -> Self {
        Self {
            prompt_request_id: prompt_request_id.into(),
            prompt_name: prompt_name.into(),
            messages,
            content: None,
            is_error: false,
            error_message: None,
            more: More::default(),
        }
    }
}

impl ContentPart {
    /// That text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextPart::new(text))
    }

    /// The arguments of what it asks for; none of a part that asks for nothing, or for a resource.
    #[must_use]
    pub const fn arguments(&self) -> Option<&Map<String, Json>> {
        match self {
            Self::ToolCall(call) => Some(&call.arguments),
            Self::PromptRequest(request) => Some(&request.arguments),
            Self::LlmRequest(request) => Some(&request.arguments),
            Self::AgentRequest(request) => Some(&request.arguments),
            Self::HttpRequest(request) => Some(&request.arguments),
            _ => None,
        }
    }

    /// The same, to be changed.
    #[must_use]
    pub const fn arguments_mut(&mut self) -> Option<&mut Map<String, Json>> {
        match self {
            Self::ToolCall(call) => Some(&mut call.arguments),
            Self::PromptRequest(request) => Some(&mut request.arguments),
            Self::LlmRequest(request) => Some(&mut request.arguments),
            Self::AgentRequest(request) => Some(&mut request.arguments),
            Self::HttpRequest(request) => Some(&mut request.arguments),
            _ => None,
        }
    }

    /// Its members that the format does not have; none of a part of an unknown tag, all of whose members are unknown.
    #[must_use]
    pub fn more(&self) -> Option<&More> {
        Some(match self {
            Self::Text(part) | Self::Thinking(part) => &part.more,
            Self::ToolCall(part) => &part.more,
            Self::ToolResult(part) => &part.more,
            Self::PromptRequest(part) => &part.more,
            Self::PromptResult(part) => &part.more,
            Self::Resource(part) => &part.more,
            Self::ResourceRef(part) => &part.more,
            Self::Image(part) | Self::Video(part) | Self::Audio(part) | Self::Document(part) => &part.more,
            Self::LlmRequest(part) => &part.more,
            Self::AgentRequest(part) => &part.more,
            Self::HttpRequest(part) => &part.more,
            Self::Other(_) => return None,
        })
    }

    /// The part with nothing but the name of what it asks for; none of a part that asks for nothing.
    pub(crate) fn asking(&self) -> Option<Self> {
        Some(match self {
            Self::ToolCall(call) => {
                Self::ToolCall(ToolCall::new(call.tool_call_id.as_str(), call.name.as_str(), Map::new()))
            }
            Self::PromptRequest(request) => Self::PromptRequest(PromptRequest::new(
                request.prompt_request_id.as_str(),
                request.name.as_str(),
                Map::new(),
            )),
            Self::Resource(resource) => Self::ResourceRef(resource.reference()),
            Self::ResourceRef(reference) => {
                Self::ResourceRef(ResourceRef { more: More::default(), ..reference.clone() })
            }
            Self::LlmRequest(request) => Self::LlmRequest(request.asking()),
            Self::AgentRequest(request) => Self::AgentRequest(request.asking()),
            Self::HttpRequest(request) => Self::HttpRequest(request.asking()),
            Self::Text(_)
            | Self::Thinking(_)
            | Self::ToolResult(_)
            | Self::PromptResult(_)
            | Self::Image(_)
            | Self::Video(_)
            | Self::Audio(_)
            | Self::Document(_)
            | Self::Other(_) => return None,
        })
    }
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'static, str>, D::Error> {
    let version = Cow::<str>::deserialize(deserializer)?;
    if version == VERSION {
        return Ok(Cow::Borrowed(VERSION));
    }
    Err(D::Error::custom(format_args!("a message is of version `{VERSION}`")))
}
