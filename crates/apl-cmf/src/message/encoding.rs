//! The one form of a content part, whatever it is encoded in: its members beside its tag.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::ContentPart;
use crate::content::TAG;

macro_rules! parts {
    ($($variant:ident $tag:literal [$($member:literal)+]: $doc:literal;)+) => {
        /// What a [`ContentPart`] is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum PartKind {
            $(#[doc = $doc] $variant,)+
            /// A part of a tag this version does not know.
            Other,
        }

        impl PartKind {
            /// Every kind that is known, in the order of the documentation.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The tag, or `other`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $tag,)+ Self::Other => "other" }
            }

            /// One sentence for people.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)+ Self::Other => "A part of a tag this version does not know." }
            }

            /// The names of its members, beside the tag; none are known of the last.
            #[must_use]
            pub const fn members(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($member),+],)+ Self::Other => &[] }
            }

            fn of(tag: &str) -> Self {
                match tag { $($tag => Self::$variant,)+ _ => Self::Other }
            }
        }

        impl ContentPart {
            /// What it is.
            #[must_use]
            pub const fn kind(&self) -> PartKind {
                match self { $(Self::$variant(_) => PartKind::$variant,)+ Self::Other(_) => PartKind::Other }
            }
        }

        impl Serialize for ContentPart {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(part) => Tagged { content_type: $tag, part }.serialize(serializer),)+
                    Self::Other(members) => members.serialize(serializer),
                }
            }
        }

        /// Reads the members of a part of that kind, its tag among them where the kind is unknown.
        fn read(kind: PartKind, members: Map<String, Json>) -> Result<ContentPart, String> {
            match kind {
                $(PartKind::$variant => part(kind, members).map(ContentPart::$variant),)+
                PartKind::Other => Ok(ContentPart::Other(members)),
            }
        }
    };
}

parts! {
    Text "text" ["text"]: "Plain text.";
    Thinking "thinking" ["text"]: "What the model thought on the way.";
    ToolCall "tool_call" ["tool_call_id" "name" "arguments" "namespace"]: "A request to run a tool.";
    ToolResult "tool_result" ["tool_call_id" "tool_name" "content" "is_error"]: "What a tool answered: any JSON.";
    Resource "resource" [
        "resource_request_id" "uri" "name" "description" "resource_type" "content" "blob" "mime_type" "size_bytes"
        "annotations" "version"
    ]: "A resource with its content: a text, or base64 as `blob`.";
    ResourceRef "resource_ref" [
        "resource_request_id" "uri" "name" "resource_type" "range_start" "range_end" "selector"
    ]: "A reference to a resource: what a request to read one holds.";
    PromptRequest "prompt_request" ["prompt_request_id" "name" "arguments" "server_id"]: "A request for a prompt.";
    PromptResult "prompt_result" [
        "prompt_request_id" "prompt_name" "messages" "content" "is_error" "error_message"
    ]: "What a prompt was rendered to: messages, or one text.";
    Image "image" ["type" "data" "media_type" "duration_ms" "title"]: "A picture: `type` is `url` or `base64`.";
    Video "video" ["type" "data" "media_type" "duration_ms" "title"]: "A video, likewise.";
    Audio "audio" ["type" "data" "media_type" "duration_ms" "title"]: "A sound, likewise.";
    Document "document" ["type" "data" "media_type" "duration_ms" "title"]: "A document, likewise.";
    LlmRequest "llm_request" ["llm_request_id" "arguments"]: "A request for inference: `model`, `messages`, `parameters`.";
    AgentRequest "agent_request" ["agent_request_id" "name" "arguments"]: "A request to another agent.";
    HttpRequest "http_request" ["http_request_id" "arguments"]: "An HTTP request: `query`, and `body` where it is JSON.";
}

/// A part beside its tag.
#[derive(Serialize)]
struct Tagged<'p, P> {
    content_type: &'static str,
    #[serde(flatten)]
    part: &'p P,
}

impl<'de> Deserialize<'de> for ContentPart {
    // The tag decides before the members are read: a known part with a wrong member is an error, never an unknown part.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let kind = match members.get(TAG) {
            Some(Json::String(tag)) => PartKind::of(tag),
            _ => return Err(D::Error::custom(format_args!("a part says by the text `{TAG}` what it is"))),
        };
        if kind != PartKind::Other {
            members.remove(TAG);
        }
        read(kind, members).map_err(|error| D::Error::custom(format_args!("{}: {error}", kind.name())))
    }
}

/// Reads a known part. A member that a careless reader would take for a known one is refused: it would read what policy did
/// not.
fn part<P: DeserializeOwned>(kind: PartKind, members: Map<String, Json>) -> Result<P, String> {
    for name in members.keys() {
        let alike = |known: &&&str| name.eq_ignore_ascii_case(known) && name != **known;
        if let Some(known) = kind.members().iter().find(alike) {
            return Err(format!("the member `{name}` is written `{known}`"));
        }
    }
    serde_json::from_value(Json::Object(members)).map_err(|error| error.to_string())
}
