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
    /// The kind of capability it asks for, as far as its parts say. Where they name several, a tool comes before a prompt
    /// and a prompt before a resource, which may accompany either as content.
    #[must_use]
    pub fn asks_for(&self) -> Option<EntityKind> {
        self.content.iter().filter_map(asked).map(|entity| entity.kind).min()
    }

    /// The entity it is about on a hook of that kind: the one tool call or prompt request it makes, or the one resource it
    /// names. None if it asks for nothing, for several, or for another kind.
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
        ContentPart::ToolCall(call) => (EntityKind::Tool, &call.name),
        ContentPart::PromptRequest(request) => (EntityKind::Prompt, &request.name),
        ContentPart::Resource(resource) => (EntityKind::Resource, &resource.uri),
        ContentPart::ResourceRef(reference) => (EntityKind::Resource, &reference.uri),
        ContentPart::Text(_) | ContentPart::ToolResult(_) | ContentPart::PromptResult(_) | ContentPart::Other(_) => {
            return None;
        }
    };
    Some(Entity { kind, name })
}

impl fmt::Display for Entity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.name)
    }
}
