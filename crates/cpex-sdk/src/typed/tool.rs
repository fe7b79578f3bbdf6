//! Payloads of the hooks around a tool call.

use apl_cmf::{ContentPart, MessagePayload, Role, ToolCall, ToolResult};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::part::{apart, only, said_by, same, together, tool_call};
use crate::payload::{HookPayload, PayloadFault};

/// A tool call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolPreInvokePayload {
    /// The name of the tool.
    pub name: String,
    /// Its arguments.
    #[serde(default)]
    pub args: Map<String, Json>,
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolPostInvokePayload {
    /// The name of the tool.
    pub name: String,
    /// The structured answer; null where there is none.
    pub result: Json,
    /// The rest of the answer, such as its texts.
    #[serde(default)]
    pub parts: Vec<ContentPart>,
}

impl HookPayload for ToolPreInvokePayload {
    fn read(payload: &MessagePayload, _entity: &str) -> Result<Self, PayloadFault> {
        let calls = payload.message.content.iter().filter_map(tool_call).collect();
        let call: &ToolCall = only(calls, "tool calls")?;
        Ok(Self { name: call.name.clone(), args: call.arguments.clone() })
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        for part in &mut payload.message.content {
            if let ContentPart::ToolCall(call) = part {
                same(&self.name, &call.name)?;
                call.arguments = self.args;
                return Ok(());
            }
        }
        Err(PayloadFault("the message holds no tool call".to_owned()))
    }

    fn into_message(self) -> MessagePayload {
        let Self { name, args } = self;
        let call = ToolCall::new("", name, args);
        said_by(Role::Assistant, vec![ContentPart::ToolCall(call)])
    }
}

impl HookPayload for ToolPostInvokePayload {
    fn read(payload: &MessagePayload, _entity: &str) -> Result<Self, PayloadFault> {
        let (found, parts) = apart(payload, |part| tool_result(part).cloned());
        let ToolResult { tool_name, content, .. } = only(found, "tool results")?;
        Ok(Self { name: tool_name, result: content, parts })
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        let found = payload.message.content.iter().filter_map(tool_result).collect();
        let before: &ToolResult = only(found, "tool results")?;
        same(&self.name, &before.tool_name)?;
        let result = ToolResult { content: self.result, ..before.clone() };
        let shown = vec![ContentPart::ToolResult(result)];
        together(payload, |part| tool_result(part).is_some(), shown, self.parts);
        Ok(())
    }

    fn into_message(self) -> MessagePayload {
        let Self { name, result, parts } = self;
        let result = ToolResult::new("", name, result);
        let content = std::iter::once(ContentPart::ToolResult(result)).chain(parts);
        said_by(Role::Tool, content.collect())
    }
}

fn tool_result(part: &ContentPart) -> Option<&ToolResult> {
    match part {
        ContentPart::ToolResult(result) => Some(result),
        _ => None,
    }
}
