//! What is exchanged: a message and its content parts.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

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

const TAG: &str = "content_type";

impl Serialize for ContentPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "content_type", rename_all = "snake_case")]
        enum Tagged<'a> {
            Text(&'a TextPart),
            ToolCall(&'a ToolCall),
            ToolResult(&'a ToolResult),
        }
        match self {
            Self::Text(part) => Tagged::Text(part).serialize(serializer),
            Self::ToolCall(part) => Tagged::ToolCall(part).serialize(serializer),
            Self::ToolResult(part) => Tagged::ToolResult(part).serialize(serializer),
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
        if !matches!(tag.as_str(), "text" | "tool_call" | "tool_result") {
            return Ok(Self::Other(members));
        }
        members.remove(TAG);
        let members = Json::Object(members);
        match tag.as_str() {
            "text" => serde_json::from_value(members).map(Self::Text),
            "tool_call" => serde_json::from_value(members).map(Self::ToolCall),
            _ => serde_json::from_value(members).map(Self::ToolResult),
        }
        .map_err(|error| D::Error::custom(format_args!("{tag}: {error}")))
    }
}
