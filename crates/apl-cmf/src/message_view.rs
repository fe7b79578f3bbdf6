//! The flat projection of a message that plugins scan: one view for each part, whatever the part is.

use serde_json::{Map, Value as Json};

use crate::{ContentPart, Message, PartKind, Role, Side};

/// One part of a message, read-only and borrowed.
#[derive(Clone, Copy, Debug)]
pub struct MessageView<'m> {
    part: &'m ContentPart,
    role: Role,
    side: Side,
}

/// What a part does with what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Reads it.
    Read,
    /// States it for all that follows.
    Write,
    /// Runs it.
    Execute,
    /// Asks for it.
    Invoke,
    /// Hands it to the model or to the capability.
    Send,
    /// Brings back what was asked for.
    Receive,
    /// Says it of its own.
    Generate,
}

impl Action {
    /// Its spelling.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Execute => "execute",
            Self::Invoke => "invoke",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Generate => "generate",
        }
    }
}

impl Message {
    /// A view of each part in order, those in the messages of a prompt result after it. The side says whether the message goes to
    /// the capability or comes back from it.
    #[must_use]
    pub fn views(&self, side: Side) -> Vec<MessageView<'_>> {
        let mut views = Vec::with_capacity(self.content.len());
        self.view_into(side, &mut views);
        views
    }

    fn view_into<'m>(&'m self, side: Side, views: &mut Vec<MessageView<'m>>) {
        for part in &self.content {
            views.push(MessageView { part, role: self.role, side });
            if let ContentPart::PromptResult(result) = part {
                result.messages.iter().for_each(|message| message.view_into(side, views));
            }
        }
    }
}

impl<'m> MessageView<'m> {
    /// What the part is.
    #[must_use]
    pub const fn kind(&self) -> PartKind {
        self.part.kind()
    }

    /// Who speaks.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The part itself.
    #[must_use]
    pub const fn part(&self) -> &'m ContentPart {
        self.part
    }

    /// Whether it goes to the capability.
    #[must_use]
    pub fn is_pre(&self) -> bool {
        self.side == Side::Args
    }

    /// Whether it comes back from the capability.
    #[must_use]
    pub fn is_post(&self) -> bool {
        self.side == Side::Result
    }

    /// Whether the capability says that it failed.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        match self.part {
            ContentPart::ToolResult(result) => result.is_error,
            ContentPart::PromptResult(result) => result.is_error,
            _ => false,
        }
    }

    /// What the part does with what it is about.
    #[must_use]
    pub const fn action(&self) -> Action {
        match (self.kind(), self.role) {
            (PartKind::ToolCall, _) => Action::Execute,
            (PartKind::ToolResult | PartKind::PromptResult, _) => Action::Receive,
            (PartKind::Resource | PartKind::ResourceRef, _) => Action::Read,
            (PartKind::PromptRequest, _) => Action::Invoke,
            (PartKind::LlmRequest | PartKind::AgentRequest | PartKind::HttpRequest, _) => Action::Send,
            (_, Role::User) => Action::Send,
            (_, Role::Assistant) => Action::Generate,
            (_, Role::Tool) => Action::Receive,
            (_, Role::System | Role::Developer) => Action::Write,
        }
    }

    /// The name of what it asks for or answers, or of the resource; of a document its title.
    #[must_use]
    pub fn name(&self) -> Option<&'m str> {
        match self.part {
            ContentPart::ToolCall(call) => Some(&call.name),
            ContentPart::ToolResult(result) => Some(&result.tool_name),
            ContentPart::PromptRequest(request) => Some(&request.name),
            ContentPart::PromptResult(result) => Some(&result.prompt_name),
            ContentPart::Resource(resource) => resource.name.as_deref(),
            ContentPart::ResourceRef(reference) => reference.name.as_deref(),
            ContentPart::LlmRequest(request) => request.model(),
            ContentPart::AgentRequest(request) => Some(&request.name),
            ContentPart::Image(media)
            | ContentPart::Video(media)
            | ContentPart::Audio(media)
            | ContentPart::Document(media) => media.title.as_deref(),
            ContentPart::Text(_) | ContentPart::Thinking(_) | ContentPart::HttpRequest(_) | ContentPart::Other(_) => {
                None
            }
        }
    }

    /// The URI of a resource, or of what a picture, video, sound or document is at.
    #[must_use]
    pub fn uri(&self) -> Option<&'m str> {
        match self.part {
            ContentPart::Resource(resource) => Some(&resource.uri),
            ContentPart::ResourceRef(reference) => Some(&reference.uri),
            ContentPart::Image(media)
            | ContentPart::Video(media)
            | ContentPart::Audio(media)
            | ContentPart::Document(media) => media.url(),
            _ => None,
        }
    }

    /// Its content, where that is a text.
    #[must_use]
    pub fn text(&self) -> Option<&'m str> {
        match self.part {
            ContentPart::Text(part) | ContentPart::Thinking(part) => Some(&part.text),
            ContentPart::ToolResult(result) => result.content.as_str(),
            ContentPart::Resource(resource) => resource.content.as_deref(),
            ContentPart::PromptResult(result) => result.content.as_deref().or(result.error_message.as_deref()),
            _ => None,
        }
    }

    /// Its content, where that is structured.
    #[must_use]
    pub fn structured(&self) -> Option<&'m Json> {
        match self.part {
            ContentPart::ToolResult(result) if !result.content.is_null() => Some(&result.content),
            _ => None,
        }
    }

    /// The arguments of what it asks for.
    #[must_use]
    pub const fn arguments(&self) -> Option<&'m Map<String, Json>> {
        self.part.arguments()
    }
}
