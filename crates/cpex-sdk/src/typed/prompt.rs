//! Payloads of the hooks around a prompt.

use apl_cmf::{ContentPart, Message, MessagePayload, PromptRequest, PromptResult, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::part::{apart, only, said_by, same, together};
use crate::payload::{HookPayload, PayloadFault};

/// A request for a prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptPreFetchPayload {
    /// The name of the prompt.
    pub prompt_id: String,
    /// Its arguments.
    #[serde(default)]
    pub args: Map<String, Json>,
}

/// What a prompt was rendered to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptPostFetchPayload {
    /// The name of the prompt.
    pub prompt_id: String,
    /// The messages it consists of.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// The text it consists of, where it is one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The rest of the answer.
    #[serde(default)]
    pub parts: Vec<ContentPart>,
}

impl HookPayload for PromptPreFetchPayload {
    fn read(payload: &MessagePayload, _entity: &str) -> Result<Self, PayloadFault> {
        let requests = payload.message.content.iter().filter_map(prompt_request).collect();
        let request: &PromptRequest = only(requests, "requests for prompts")?;
        Ok(Self { prompt_id: request.name.clone(), args: request.arguments.clone() })
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        for part in &mut payload.message.content {
            if let ContentPart::PromptRequest(request) = part {
                same(&self.prompt_id, &request.name)?;
                request.arguments = self.args;
                return Ok(());
            }
        }
        Err(PayloadFault("the message holds no request for a prompt".to_owned()))
    }

    fn into_message(self) -> MessagePayload {
        let Self { prompt_id, args } = self;
        let request = PromptRequest::new("", prompt_id, args);
        said_by(Role::User, vec![ContentPart::PromptRequest(request)])
    }
}

impl HookPayload for PromptPostFetchPayload {
    fn read(payload: &MessagePayload, _entity: &str) -> Result<Self, PayloadFault> {
        let (found, parts) = apart(payload, |part| prompt_result(part).cloned());
        let PromptResult { prompt_name, messages, content, .. } = only(found, "rendered prompts")?;
        Ok(Self { prompt_id: prompt_name, messages, content, parts })
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        let found = payload.message.content.iter().filter_map(prompt_result).collect();
        let before: &PromptResult = only(found, "rendered prompts")?;
        same(&self.prompt_id, &before.prompt_name)?;
        let result = PromptResult { messages: self.messages, content: self.content, ..before.clone() };
        let shown = vec![ContentPart::PromptResult(result)];
        together(payload, |part| prompt_result(part).is_some(), shown, self.parts);
        Ok(())
    }

    fn into_message(self) -> MessagePayload {
        let result = PromptResult { content: self.content, ..PromptResult::new("", self.prompt_id, self.messages) };
        let content = std::iter::once(ContentPart::PromptResult(result)).chain(self.parts);
        said_by(Role::Tool, content.collect())
    }
}

fn prompt_request(part: &ContentPart) -> Option<&PromptRequest> {
    match part {
        ContentPart::PromptRequest(request) => Some(request),
        _ => None,
    }
}

fn prompt_result(part: &ContentPart) -> Option<&PromptResult> {
    match part {
        ContentPart::PromptResult(result) => Some(result),
        _ => None,
    }
}
