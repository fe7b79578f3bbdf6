//! What is exchanged: a message and its content parts.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::request::{AgentRequest, HttpRequest, LlmRequest};

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
    /// The version of the format, `2.0`.
    pub schema_version: Cow<'static, str>,
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<ContentPart>,
    /// The channel, where the provider has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

impl Message {
    /// A message of the current version.
    #[must_use]
    pub fn new(role: Role, content: Vec<ContentPart>) -> Self {
        Self { schema_version: Cow::Borrowed("2.0"), role, content, channel: None }
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

/// One part of a message, tagged by `content_type`. A part of an unknown tag is kept and encoded unchanged.
#[derive(Clone, Debug, PartialEq)]
pub enum ContentPart {
    /// `text`.
    Text(TextPart),
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
    /// `llm_request`.
    LlmRequest(LlmRequest),
    /// `agent_request`.
    AgentRequest(AgentRequest),
    /// `http_request`.
    HttpRequest(HttpRequest),
    /// Any other tag, with all its members.
    Other(Map<String, Json>),
}

/// Plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextPart {
    /// The text.
    pub text: String,
}

/// A request to run a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// The identifier the result refers to.
    pub tool_call_id: String,
    /// The name of the tool.
    pub name: String,
    /// Its arguments.
    #[serde(default)]
    pub arguments: Map<String, Json>,
    /// The namespace of the tool, where the framework has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolResult {
    /// The identifier of the call.
    pub tool_call_id: String,
    /// The name of the tool.
    pub tool_name: String,
    /// The structured answer.
    pub content: Json,
    /// Whether the tool says that it failed.
    #[serde(default)]
    pub is_error: bool,
}

/// A request for a prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptRequest {
    /// The identifier the result refers to.
    pub prompt_request_id: String,
    /// The name of the prompt.
    pub name: String,
    /// Its arguments.
    #[serde(default)]
    pub arguments: Map<String, Json>,
    /// The server it lives on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<String>,
}

/// What a prompt was rendered to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
}

/// A resource with its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// The identifier of the request it answers.
    pub resource_request_id: String,
    /// Its URI (RFC 3986).
    pub uri: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What sort of thing it is, such as `file`.
    pub resource_type: String,
    /// The content, where it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The content in base64, where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    /// The media type of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The size of the content in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Anything else the server says of it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub annotations: Map<String, Json>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A reference to a resource: what a request to read one holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceRef {
    /// The identifier the resource refers to.
    pub resource_request_id: String,
    /// Its URI (RFC 3986).
    pub uri: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What sort of thing it is, such as `file`.
    pub resource_type: String,
    /// Where the part of it that is meant begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_start: Option<u64>,
    /// Where it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_end: Option<u64>,
    /// Which part of it is meant, in words of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
}

impl ContentPart {
    /// The arguments of what it asks for; none of a part that asks for nothing, or for a resource.
    #[must_use]
    pub const fn arguments(&self) -> Option<&Map<String, Json>> {
        match self {
            Self::ToolCall(call) => Some(&call.arguments),
            Self::PromptRequest(request) => Some(&request.arguments),
            Self::LlmRequest(request) => Some(&request.arguments),
            Self::AgentRequest(request) => Some(&request.arguments),
            Self::HttpRequest(request) => Some(&request.arguments),
            Self::Text(_)
            | Self::ToolResult(_)
            | Self::PromptResult(_)
            | Self::Resource(_)
            | Self::ResourceRef(_)
            | Self::Other(_) => None,
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
            Self::Text(_)
            | Self::ToolResult(_)
            | Self::PromptResult(_)
            | Self::Resource(_)
            | Self::ResourceRef(_)
            | Self::Other(_) => None,
        }
    }

    /// The part with nothing but the name of what it asks for; none of a part that asks for nothing.
    pub(crate) fn asking(&self) -> Option<Self> {
        match self {
            Self::ToolCall(call) => Some(Self::ToolCall(ToolCall {
                tool_call_id: call.tool_call_id.clone(),
                name: call.name.clone(),
                arguments: Map::new(),
                namespace: None,
            })),
            Self::PromptRequest(request) => Some(Self::PromptRequest(PromptRequest {
                prompt_request_id: request.prompt_request_id.clone(),
                name: request.name.clone(),
                arguments: Map::new(),
                server_id: None,
            })),
            Self::Resource(resource) => Some(Self::ResourceRef(resource.reference())),
            Self::ResourceRef(reference) => Some(Self::ResourceRef(reference.clone())),
            Self::LlmRequest(request) => Some(Self::LlmRequest(request.asking())),
            Self::AgentRequest(request) => Some(Self::AgentRequest(request.asking())),
            Self::HttpRequest(request) => Some(Self::HttpRequest(request.asking())),
            Self::Text(_) | Self::ToolResult(_) | Self::PromptResult(_) | Self::Other(_) => None,
        }
    }
}

impl Resource {
    /// A reference to it.
    #[must_use]
    pub fn reference(&self) -> ResourceRef {
        ResourceRef {
            resource_request_id: self.resource_request_id.clone(),
            uri: self.uri.clone(),
            name: None,
            resource_type: self.resource_type.clone(),
            range_start: None,
            range_end: None,
            selector: None,
        }
    }
}

const TAG: &str = "content_type";

impl Serialize for ContentPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "content_type", rename_all = "snake_case")]
        enum Tagged<'a> {
            Text(&'a TextPart),
            ToolCall(&'a ToolCall),
            ToolResult(&'a ToolResult),
            PromptRequest(&'a PromptRequest),
            PromptResult(&'a PromptResult),
            Resource(&'a Resource),
            ResourceRef(&'a ResourceRef),
            LlmRequest(&'a LlmRequest),
            AgentRequest(&'a AgentRequest),
            HttpRequest(&'a HttpRequest),
        }
        match self {
            Self::Text(part) => Tagged::Text(part).serialize(serializer),
            Self::ToolCall(part) => Tagged::ToolCall(part).serialize(serializer),
            Self::ToolResult(part) => Tagged::ToolResult(part).serialize(serializer),
            Self::PromptRequest(part) => Tagged::PromptRequest(part).serialize(serializer),
            Self::PromptResult(part) => Tagged::PromptResult(part).serialize(serializer),
            Self::Resource(part) => Tagged::Resource(part).serialize(serializer),
            Self::ResourceRef(part) => Tagged::ResourceRef(part).serialize(serializer),
            Self::LlmRequest(part) => Tagged::LlmRequest(part).serialize(serializer),
            Self::AgentRequest(part) => Tagged::AgentRequest(part).serialize(serializer),
            Self::HttpRequest(part) => Tagged::HttpRequest(part).serialize(serializer),
            Self::Other(members) => members.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ContentPart {
    // The tag decides before the members are read: a known part with a wrong member is an error, never an unknown part.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let tag = match members.get(TAG) {
            Some(Json::String(tag)) => tag.clone(),
            _ => return Err(D::Error::missing_field(TAG)),
        };
        let read = match tag.as_str() {
            "text" => |members| serde_json::from_value(members).map(Self::Text),
            "tool_call" => |members| serde_json::from_value(members).map(Self::ToolCall),
            "tool_result" => |members| serde_json::from_value(members).map(Self::ToolResult),
            "prompt_request" => |members| serde_json::from_value(members).map(Self::PromptRequest),
            "prompt_result" => |members| serde_json::from_value(members).map(Self::PromptResult),
            "resource" => |members| serde_json::from_value(members).map(Self::Resource),
            "resource_ref" => |members| serde_json::from_value(members).map(Self::ResourceRef),
            "llm_request" => |members| serde_json::from_value(members).map(Self::LlmRequest),
            "agent_request" => |members| serde_json::from_value(members).map(Self::AgentRequest),
            "http_request" => |members| serde_json::from_value(members).map(Self::HttpRequest),
            _ => return Ok(Self::Other(members)),
        };
        members.remove(TAG);
        read(Json::Object(members)).map_err(|error| D::Error::custom(format_args!("{tag}: {error}")))
    }
}
