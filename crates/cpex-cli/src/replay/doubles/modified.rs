//! What a plugin changed, made again.

use cpex::cmf::{
    ContentPart, ExtensionChange, Hop, LabelScope, LlmRequest, MessagePayload, Minted, Secret, ToolResult,
};
use cpex::sdk::{FieldPayload, PluginResult};
use serde_json::{Map, Value as Json};

use crate::replay::answers::Answers;
use crate::replay::member::{word, words};

/// A payload that a plugin changed.
pub(super) trait Replayed: Sized + Send + Sync {
    /// Whether a reply is one to this sort of payload.
    fn is_meant(&self, reply: &Json) -> bool;

    /// What the plugin gave in its place, as far as the record holds it.
    fn replayed(&self, reply: &Json, answers: &Answers) -> PluginResult<Self>;
}

impl Replayed for MessagePayload {
    fn is_meant(&self, reply: &Json) -> bool {
        reply.get("field").is_none()
    }

    fn replayed(&self, reply: &Json, answers: &Answers) -> PluginResult<Self> {
        for namespace in words(reply, "lost") {
            answers.miss(namespace);
        }
        let mut payload = self.clone();
        let content = &mut payload.message.content;
        if let Some(Json::Object(args)) = reply.get("args") {
            content.iter_mut().for_each(|part| put_arguments(part, args));
        } else if let Some(Json::Array(parts)) = reply.get("result_parts") {
            *content = parts.iter().filter_map(|part| serde_json::from_value(part.clone()).ok()).collect();
        } else if let Some(result) = reply.get("result") {
            content.iter_mut().for_each(|part| put_result(part, result));
        } else if reply.get("is_error").is_none() {
            return PluginResult::allow();
        }
        PluginResult::modify_payload(payload)
    }
}

impl Replayed for FieldPayload {
    fn is_meant(&self, reply: &Json) -> bool {
        let side = if self.phase == "pre" { "args" } else { "result" };
        word(reply, "field").is_none_or(|field| field == format!("{side}.{}", self.path))
    }

    fn replayed(&self, reply: &Json, _answers: &Answers) -> PluginResult<Self> {
        match reply.get("values").and_then(Json::as_array) {
            Some(values) => PluginResult::modify_payload(Self { values: values.clone(), ..self.clone() }),
            // The field itself is not known, and neither is what became of it.
            None => PluginResult::allow(),
        }
    }
}

fn put_arguments(part: &mut ContentPart, args: &Map<String, Json>) {
    let Some(arguments) = part.arguments_mut() else { return };
    let model = arguments.remove(LlmRequest::MODEL);
    *arguments = args.clone();
    if let Some(model) = model {
        arguments.insert(LlmRequest::MODEL.to_owned(), model);
    }
}

fn put_result(part: &mut ContentPart, result: &Json) {
    if let ContentPart::ToolResult(ToolResult { content, .. }) = part {
        content.clone_from(result);
    }
}

/// What a plugin changed beside the payload.
pub(super) fn changes(reply: &Json) -> Vec<ExtensionChange> {
    let changes = reply.get("changes").and_then(Json::as_array);
    changes.into_iter().flatten().filter_map(change).collect()
}

fn change(change: &Json) -> Option<ExtensionChange> {
    let value = || word(change, "value").map(str::to_owned);
    if let Some(label) = word(change, "label") {
        let scope = if word(change, "scope") == Some("session") { LabelScope::Session } else { LabelScope::Message };
        return Some(ExtensionChange::Label(label.into(), scope));
    }
    if let Some(name) = word(change, "request_header") {
        return Some(ExtensionChange::RequestHeader(name.to_owned(), value()));
    }
    if let Some(name) = word(change, "response_header") {
        return Some(ExtensionChange::ResponseHeader(name.to_owned(), value()));
    }
    if let Some(hop) = change.get("hop") {
        return serde_json::from_value::<Hop>(hop.clone()).ok().map(ExtensionChange::Hop);
    }
    if let Some(header) = word(change, "token") {
        return Some(ExtensionChange::DelegatedToken(Minted {
            header: header.to_owned(),
            value: Secret::new("replayed".to_owned()),
            audience: word(change, "audience").unwrap_or_default().into(),
            permissions: words(change, "permissions").into_iter().map(Into::into).collect(),
        }));
    }
    let key = word(change, "custom")?.to_owned();
    // A value that is not kept is one that nothing may read; that there is one stays so.
    let value = (change.get("removed").is_none()).then(|| change.get("value").cloned().unwrap_or_default());
    Some(ExtensionChange::Custom(key, value))
}
