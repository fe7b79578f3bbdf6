//! The content parts that hold no message of their own.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};

/// Plain text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextPart {
    /// The text.
    pub text: String,
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// A request to run a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// A request for a prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// A resource with its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// A reference to a resource: what a request to read one holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// A picture, a video, a sound or a document, or where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// What `data` is.
    #[serde(rename = "type")]
    pub source: MediaSource,
    /// The URL (RFC 3986), or the content in base64 (RFC 4648, section 4).
    pub data: String,
    /// The media type (RFC 6838).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Of a video or a sound: how long it is, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Of a document: its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the format does not have.
    #[serde(flatten)]
    pub more: More,
}

/// What the `data` of a [`Media`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaSource {
    /// A URL.
    Url,
    /// The content itself.
    Base64,
}

/// Members of a part that the format does not have: kept, and encoded as they came. Policy and plugins read none of them, and
/// a pipeline that could transform refuses a part that has any.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct More(Map<String, Json>);

/// The member that says what a part is.
pub(crate) const TAG: &str = "content_type";

impl More {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<'de> Deserialize<'de> for More {
    // A part is tagged once, by what it was read as.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::deserialize(deserializer)?;
        match members.keys().find(|name| name.eq_ignore_ascii_case(TAG)) {
            None => Ok(Self(members)),
            Some(name) => Err(D::Error::custom(format_args!("the member `{name}` is not expected here"))),
        }
    }
}

impl Media {
    /// Where it is, if it is not here.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        (self.source == MediaSource::Url).then_some(self.data.as_str())
    }
}

impl TextPart {
    /// That text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), more: More::default() }
    }
}

impl ToolCall {
    /// A call of that tool.
    #[must_use]
    pub fn new(tool_call_id: impl Into<String>, name: impl Into<String>, arguments: Map<String, Json>) -> Self {
        let (tool_call_id, name) = (tool_call_id.into(), name.into());
        Self { tool_call_id, name, arguments, namespace: None, more: More::default() }
    }
}

impl ToolResult {
    /// What that tool answered to that call.
    #[must_use]
    pub fn new(tool_call_id: impl Into<String>, tool_name: impl Into<String>, content: Json) -> Self {
        let (tool_call_id, tool_name) = (tool_call_id.into(), tool_name.into());
        Self { tool_call_id, tool_name, content, is_error: false, more: More::default() }
    }
}

impl PromptRequest {
    /// A request for that prompt.
    #[must_use]
    pub fn new(prompt_request_id: impl Into<String>, name: impl Into<String>, arguments: Map<String, Json>) -> Self {
        let (prompt_request_id, name) = (prompt_request_id.into(), name.into());
        Self { prompt_request_id, name, arguments, server_id: None, more: More::default() }
    }
}

impl ResourceRef {
    /// A reference to all of that resource.
    #[must_use]
    pub fn new(
        resource_request_id: impl Into<String>,
        uri: impl Into<String>,
        resource_type: impl Into<String>,
    ) -> Self {
        Self {
            resource_request_id: resource_request_id.into(),
            uri: uri.into(),
            name: None,
            resource_type: resource_type.into(),
            range_start: None,
            range_end: None,
            selector: None,
            more: More::default(),
        }
    }
}

impl Resource {
    /// A resource of which nothing more is known.
    #[must_use]
    pub fn new(
        resource_request_id: impl Into<String>,
        uri: impl Into<String>,
        resource_type: impl Into<String>,
    ) -> Self {
        Self {
            resource_request_id: resource_request_id.into(),
            uri: uri.into(),
            name: None,
            description: None,
            resource_type: resource_type.into(),
            content: None,
            blob: None,
            mime_type: None,
            size_bytes: None,
            annotations: Map::new(),
            version: None,
            more: More::default(),
        }
    }

    /// A reference to it.
    #[must_use]
    pub fn reference(&self) -> ResourceRef {
        ResourceRef::new(self.resource_request_id.as_str(), self.uri.as_str(), self.resource_type.as_str())
    }
}
