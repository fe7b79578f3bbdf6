//! What an operation is about.

use std::fmt;

use crate::{ContentPart, Message};

/// The kinds of capability an agent may invoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityKind {
    /// A tool, by name.
    Tool,
    /// A prompt, by name.
    Prompt,
    /// A resource, by URI.
    Resource,
    /// A model, by name.
    Llm,
    /// An A2A agent, by name or `agent/method`.
    Agent,
    /// An HTTP request, by path.
    Http,
}

impl EntityKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Tool, Self::Prompt, Self::Resource, Self::Llm, Self::Agent, Self::Http];

    /// The spelling of documents, attributes and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::Llm => "llm",
            Self::Agent => "agent",
            Self::Http => "http",
        }
    }
}

/// The capability one operation invokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity<'e> {
    /// Its kind.
    pub kind: EntityKind,
    /// Its name.
    pub name: &'e str,
}

impl Message {
    /// The kind of capability it asks for, as far as its parts say. Where they name several, a tool comes first, then the
    /// others in the order of [`EntityKind::ALL`], a resource last, which may accompany each as content.
    #[must_use]
    pub fn asks_for(&self) -> Option<EntityKind> {
        let kinds = self.content.iter().filter_map(asked).map(|entity| entity.kind);
        kinds.min_by_key(|kind| (*kind == EntityKind::Resource, *kind))
    }

    /// The entity it is about on a hook of that kind: the one tool call, prompt request or other request it makes, or the
    /// one resource it names. None if it asks for nothing, for several, or for another kind; and none of an HTTP request,
    /// whose path its context has.
    #[must_use]
    pub fn entity(&self, kind: EntityKind) -> Option<Entity<'_>> {
        let is_content = |entity: &Entity<'_>| entity.kind == EntityKind::Resource && kind != EntityKind::Resource;
        let mut asked = self.content.iter().filter_map(asked).filter(|entity| !is_content(entity));
        match (asked.next(), asked.next()) {
            (Some(entity), None) if entity.kind == kind && !entity.name.is_empty() => Some(entity),
            _ => None,
        }
    }
}

/// What one part asks for.
fn asked(part: &ContentPart) -> Option<Entity<'_>> {
    let (kind, name) = match part {
        ContentPart::ToolCall(call) => (EntityKind::Tool, call.name.as_str()),
        ContentPart::PromptRequest(request) => (EntityKind::Prompt, request.name.as_str()),
        ContentPart::Resource(resource) => (EntityKind::Resource, resource.uri.as_str()),
        ContentPart::ResourceRef(reference) => (EntityKind::Resource, reference.uri.as_str()),
        ContentPart::LlmRequest(request) => (EntityKind::Llm, request.model().unwrap_or_default()),
        // A method of no agent names nothing.
        ContentPart::AgentRequest(request) if request.agent().is_empty() => (EntityKind::Agent, ""),
        ContentPart::AgentRequest(request) => (EntityKind::Agent, request.name.as_str()),
        ContentPart::HttpRequest(_) => (EntityKind::Http, ""),
        ContentPart::Text(_)
        | ContentPart::Thinking(_)
        | ContentPart::ToolResult(_)
        | ContentPart::PromptResult(_)
        | ContentPart::Image(_)
        | ContentPart::Video(_)
        | ContentPart::Audio(_)
        | ContentPart::Document(_)
        | ContentPart::Other(_) => return None,
    };
    Some(Entity { kind, name })
}

impl ContentPart {
    /// The kind of capability it asks for; none of a part that asks for nothing.
    #[must_use]
    pub fn asks_for(&self) -> Option<EntityKind> {
        asked(self).map(|entity| entity.kind)
    }
}

impl fmt::Display for Entity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.name)
    }
}
