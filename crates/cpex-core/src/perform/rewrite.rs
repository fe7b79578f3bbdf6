//! Field pipelines: treats every form of the payload that will be passed on.

mod http;
mod treats;

use std::sync::Arc;

use apl_cmf::{
    AgentRequest, Author, Change, ContentPart, EntityKind, LlmRequest, PromptRequest, PromptResult, ResourceRef, Side,
    TextPart, ToolCall, ToolResult,
};
use apl_core::{ActiveRewrite, Denial, Reply, RewriteFault, Rule, Side as FieldSide};
use apl_cpex::Attribute;
use cpex_sdk::code;
use serde_json::{Map, Value as Json};

use super::taint;
use crate::road::state::Identified;
use treats::{check_rest, treat_arguments};

pub(super) use treats::Treats;

pub(super) fn perform(active: &ActiveRewrite<'_, Attribute>, rule: &Rule, identified: &mut Identified<'_>) -> Reply {
    let rewrite = active.rewrite;
    let side = match rewrite.side {
        FieldSide::Args => Side::Args,
        FieldSide::Result => Side::Result,
    };
    if let Some(reads) = identified.passage.reads() {
        reads.note_field(side.slot().name(), &rewrite.field);
    }
    let mut fault = None;
    let kind = identified.passage.kind();
    let mut edit = |parts: &mut [ContentPart]| match treat(&mut &*active, side, kind, parts) {
        Ok(changed) => changed,
        Err(refused) => {
            fault = Some(refused);
            // Parts before the faulty one may have been edited; the payload is not released, and the ledger says so.
            true
        }
    };
    let author = Author::Policy(Arc::clone(&rule.id));
    let change = Change::Edit { side, path: Arc::clone(&rewrite.field), edit: &mut edit };
    let applied = identified.envelope.apply(&author, change);
    if let Some(trace) = &mut identified.passage.trace {
        trace.treated(active.deeds());
    }
    if applied.is_err() {
        return Reply::Refused(Denial::new(code::POLICY_PROTOCOL));
    }
    // Labels of what was found stay, whatever the stages after it say.
    for label in active.labels() {
        if let refused @ Reply::Refused(_) = taint::perform(label, rule, identified) {
            return refused;
        }
    }
    match fault {
        None => Reply::Performed,
        Some(RewriteFault::Unreadable) if withhold(identified, &author, side) => Reply::Performed,
        Some(fault) => Reply::Refused(denial(side, &rewrite.field, &fault)),
    }
}

/// Treats each part; answers whether any changed.
pub(super) fn treat<T: Treats>(
    active: &mut T,
    side: Side,
    kind: Option<EntityKind>,
    parts: &mut [ContentPart],
) -> Result<bool, RewriteFault> {
    let mut readable = false;
    let changed = match side {
        Side::Args if kind == Some(EntityKind::Http) => http::treat(active, parts, &mut readable),
        Side::Args => treat_request(active, kind, parts, &mut readable),
        Side::Result => treat_answer(active, parts, &mut readable),
    }?;
    if !readable {
        // Nothing holds the field: what an empty payload may lack is for the pipeline to say.
        active.apply(&mut Json::Null)?;
    }
    Ok(changed)
}

/// Treats the arguments of what is asked for. Any other part goes to the capability as it is, or not at all.
fn treat_request<T: Treats>(
    active: &mut T,
    kind: Option<EntityKind>,
    parts: &mut [ContentPart],
    readable: &mut bool,
) -> Result<bool, RewriteFault> {
    let mut changed = false;
    for part in parts {
        check_rest(active, part)?;
        match (kind, part) {
            (Some(EntityKind::Tool), ContentPart::ToolCall(ToolCall { arguments, .. }))
            | (Some(EntityKind::Prompt), ContentPart::PromptRequest(PromptRequest { arguments, .. }))
            | (Some(EntityKind::Agent), ContentPart::AgentRequest(AgentRequest { arguments, .. })) => {
                *readable = true;
                changed |= treat_arguments(active, arguments)?;
            }
            (Some(EntityKind::Llm), ContentPart::LlmRequest(request)) => {
                *readable = true;
                changed |= treat_inference(active, request)?;
            }
            (Some(EntityKind::Resource), ContentPart::ResourceRef(ResourceRef { uri, .. })) => {
                *readable = true;
                check_uri(active, uri)?;
            }
            (Some(EntityKind::Resource), ContentPart::Resource(resource)) => {
                *readable = true;
                check_uri(active, &resource.uri)?;
            }
            _ if active.could_transform() => return Err(RewriteFault::Unreadable),
            _ => {}
        }
    }
    Ok(changed)
}

/// The model chose the route, so that a pipeline may refuse it and not make another of it.
fn treat_inference<T: Treats>(active: &mut T, request: &mut LlmRequest) -> Result<bool, RewriteFault> {
    let model = request.model().map(str::to_owned);
    let changed = treat_arguments(active, &mut request.arguments)?;
    if request.model() == model.as_deref() { Ok(changed) } else { Err(RewriteFault::Unreadable) }
}

/// The URI chose the route, so that a pipeline may refuse it and not make another of it.
fn check_uri<T: Treats>(active: &mut T, uri: &str) -> Result<(), RewriteFault> {
    let mut arguments = Json::Object(Map::from_iter([("uri".to_owned(), Json::from(uri))]));
    if active.apply(&mut arguments)? { Err(RewriteFault::Unreadable) } else { Ok(()) }
}

/// Treats every form of an answer.
fn treat_answer<T: Treats>(
    active: &mut T,
    parts: &mut [ContentPart],
    readable: &mut bool,
) -> Result<bool, RewriteFault> {
    let mut changed = false;
    for part in parts {
        check_rest(active, part)?;
        changed |= match part {
            // A result without structured content holds `null` there, and its content in the other parts.
            ContentPart::ToolResult(result) if result.content.is_null() => false,
            ContentPart::ToolResult(result) => {
                *readable = true;
                active.apply(&mut result.content)?
            }
            ContentPart::PromptResult(result) => treat_prompt(active, result, readable)?,
            ContentPart::Text(TextPart { text, .. }) | ContentPart::Thinking(TextPart { text, .. }) => {
                treat_text(active, text, readable)?
            }
            ContentPart::Resource(resource) if resource.blob.is_none() => match &mut resource.content {
                Some(text) => treat_text(active, text, readable)?,
                None => false,
            },
            ContentPart::Resource(_)
            | ContentPart::ToolCall(_)
            | ContentPart::PromptRequest(_)
            | ContentPart::ResourceRef(_)
            | ContentPart::Image(_)
            | ContentPart::Video(_)
            | ContentPart::Audio(_)
            | ContentPart::Document(_)
            | ContentPart::LlmRequest(_)
            | ContentPart::AgentRequest(_)
            | ContentPart::HttpRequest(_)
            | ContentPart::Other(_) => {
                if active.could_transform() {
                    return Err(RewriteFault::Unreadable);
                }
                false
            }
        };
    }
    Ok(changed)
}

fn treat_prompt<T: Treats>(
    active: &mut T,
    result: &mut PromptResult,
    readable: &mut bool,
) -> Result<bool, RewriteFault> {
    let mut changed = false;
    for text in result.content.iter_mut().chain(&mut result.error_message) {
        changed |= treat_text(active, text, readable)?;
    }
    for message in &mut result.messages {
        changed |= treat_answer(active, &mut message.content, readable)?;
    }
    Ok(changed)
}

fn treat_text<T: Treats>(active: &mut T, text: &mut String, readable: &mut bool) -> Result<bool, RewriteFault> {
    *readable |= active.can_read(text);
    let Some(treated) = active.apply_text(text)? else { return Ok(false) };
    *text = treated;
    Ok(true)
}

/// A result that the capability flags as an error is passed on, unread, as that flag and nothing else.
pub(super) fn withhold(identified: &mut Identified<'_>, author: &Author, side: Side) -> bool {
    let Some(payload) = identified.envelope.payload(side).filter(|_| side == Side::Result) else { return false };
    let Some(flagged) = payload.message.content.iter().find_map(flag) else { return false };
    let withheld = ContentPart::text("result withheld");
    let content = vec![flagged, withheld];
    identified.envelope.apply(author, Change::Replace { side, content }).is_ok()
}

/// A part that is flagged as an error, without its content.
fn flag(part: &ContentPart) -> Option<ContentPart> {
    match part {
        ContentPart::ToolResult(result) if result.is_error => Some(ContentPart::ToolResult(ToolResult {
            is_error: true,
            ..ToolResult::new(result.tool_call_id.as_str(), result.tool_name.as_str(), Json::Null)
        })),
        ContentPart::PromptResult(result) if result.is_error => Some(ContentPart::PromptResult(PromptResult {
            is_error: true,
            ..PromptResult::new(result.prompt_request_id.as_str(), result.prompt_name.as_str(), Vec::new())
        })),
        _ => None,
    }
}

pub(super) fn denial(side: Side, field: &str, fault: &RewriteFault) -> Denial {
    match (side, fault) {
        (Side::Args, RewriteFault::Invalid { expected }) => {
            Denial::new(code::ARGS_INVALID).because(format!("`{field}` must be {expected}"))
        }
        (Side::Result, RewriteFault::Invalid { expected }) => {
            Denial::new(code::RESULT_INVALID).because(format!("`{field}` must be {expected}"))
        }
        (Side::Args, RewriteFault::Unreadable) => {
            Denial::new(code::ARGS_INVALID).because(format!("`{field}` cannot be treated in the form it came in"))
        }
        (Side::Result, RewriteFault::Unreadable) => Denial::new(code::RESULT_UNREADABLE),
        (Side::Args, RewriteFault::Found { stage }) => {
            Denial::new(code::ARGS_SCAN).because(format!("`{field}` does not pass `{stage}`"))
        }
        (Side::Result, RewriteFault::Found { stage }) => {
            Denial::new(code::RESULT_SCAN).because(format!("`{field}` does not pass `{stage}`"))
        }
    }
}
