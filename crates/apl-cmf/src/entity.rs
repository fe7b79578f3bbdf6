//! What an operation is about.

use std::fmt;

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

impl fmt::Display for Entity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.name)
    }
}
