//! Messages that ask for several things of one kind, taken apart and put together again.

use crate::entity::EntityKind;
use crate::message::{ContentPart, Message};

impl Message {
    /// How many requests for that kind of capability it makes; none where it asks for another kind besides, so that one hook
    /// could not decide all of it.
    #[must_use]
    pub fn requests(&self, kind: EntityKind) -> usize {
        let (mut own, mut other) = (0, 0);
        for part in &self.content {
            match part.asks_for() {
                Some(asked) if asked == kind => own += 1,
                // A resource may accompany a request as its content.
                Some(EntityKind::Resource) | None => {}
                Some(_) => other += 1,
            }
        }
        if other == 0 { own } else { 0 }
    }

    /// One message for each request of that kind, in order. Other parts stay with the request they stand before, the last
    /// ones with the last; [`Message::join`] gives the message back.
    #[must_use]
    pub fn split(self, kind: EntityKind) -> Vec<Self> {
        let Self { schema_version, role, content, channel } = self;
        let one = |content| Self { schema_version: schema_version.clone(), role, content, channel };
        let (mut messages, mut parts) = (Vec::new(), Vec::new());
        for part in content {
            let asks = part.asks_for() == Some(kind);
            parts.push(part);
            if asks {
                messages.push(one(std::mem::take(&mut parts)));
            }
        }
        match messages.last_mut() {
            Some(last) => last.content.append(&mut parts),
            None => messages.push(one(parts)),
        }
        messages
    }

    /// The parts of several messages as one, which is in all else the first; none of no message.
    #[must_use]
    pub fn join(messages: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut messages = messages.into_iter();
        let mut joined = messages.next()?;
        joined.content.extend(messages.flat_map(|message| message.content));
        Some(joined)
    }
}

impl ContentPart {
    /// The identifier of the request that it makes or answers; none of a part that does neither.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::ToolCall(call) => Some(&call.tool_call_id),
            Self::ToolResult(result) => Some(&result.tool_call_id),
            Self::PromptRequest(request) => Some(&request.prompt_request_id),
            Self::PromptResult(result) => Some(&result.prompt_request_id),
            Self::Resource(resource) => Some(&resource.resource_request_id),
            Self::ResourceRef(reference) => Some(&reference.resource_request_id),
            Self::LlmRequest(request) => Some(&request.llm_request_id),
            Self::AgentRequest(request) => Some(&request.agent_request_id),
            Self::HttpRequest(request) => Some(&request.http_request_id),
            _ => None,
        }
    }
}
