//! Field pipelines: treats every form of the payload that will be passed on.

use std::sync::Arc;

use apl_cmf::{Author, Change, ContentPart, Side, TextPart};
use apl_core::{ActiveRewrite, Denial, Reply, RewriteFault, Rule, Side as FieldSide};
use apl_cpex::Attribute;
use cpex_sdk::code;
use serde_json::Value as Json;

use crate::road::state::Identified;

type Active<'p> = ActiveRewrite<'p, Attribute>;

pub(super) fn perform(active: &Active<'_>, rule: &Rule, identified: &mut Identified<'_>) -> Reply {
    let rewrite = active.rewrite;
    let side = match rewrite.side {
        FieldSide::Args => Side::Args,
        FieldSide::Result => Side::Result,
    };
    let mut fault = None;
    let mut edit = |parts: &mut [ContentPart]| match treat(active, side, parts) {
        Ok(changed) => changed,
        Err(refused) => {
            fault = Some(refused);
            // Parts before the faulty one may have been edited; the payload is not released, and the ledger says so.
            true
        }
    };
    let author = Author::Policy(Arc::clone(&rule.id));
    let change = Change::Edit { side, path: Arc::clone(&rewrite.field), edit: &mut edit };
    if identified.envelope.apply(&author, change).is_err() {
        return Reply::Refused(Denial::new(code::POLICY_PROTOCOL));
    }
    match fault {
        None => Reply::Performed,
        Some(RewriteFault::Unreadable) if withhold(identified, &author, side) => Reply::Performed,
        Some(fault) => Reply::Refused(denial(side, &rewrite.field, &fault)),
    }
}

/// Treats each part; answers whether any changed.
fn treat(active: &Active<'_>, side: Side, parts: &mut [ContentPart]) -> Result<bool, RewriteFault> {
    let mut changed = false;
    let mut readable = false;
    for part in parts {
        match part {
            ContentPart::ToolCall(call) if side == Side::Args => {
                let mut arguments = Json::Object(std::mem::take(&mut call.arguments));
                let treated = active.apply(&mut arguments);
                if let Json::Object(arguments) = arguments {
                    call.arguments = arguments;
                }
                changed |= treated?;
                readable = true;
            }
            // A result without structured content holds `null` there, and its content in the other parts.
            ContentPart::ToolResult(result) if side == Side::Result && !result.content.is_null() => {
                changed |= active.apply(&mut result.content)?;
                readable = true;
            }
            ContentPart::ToolResult(_) => {}
            ContentPart::Text(TextPart { text }) if side == Side::Result => {
                readable |= active.can_read(text);
                if let Some(treated) = active.apply_text(text)? {
                    changed = true;
                    *text = treated;
                }
            }
            ContentPart::Text(_) | ContentPart::ToolCall(_) | ContentPart::Other(_) => {
                if active.could_transform() {
                    return Err(RewriteFault::Unreadable);
                }
            }
        }
    }
    if !readable {
        // Nothing holds the field: what an empty payload may lack is for the pipeline to say.
        active.apply(&mut Json::Null)?;
    }
    Ok(changed)
}

/// A result that the capability flags as an error is passed on, unread, as that flag and nothing else.
fn withhold(identified: &mut Identified<'_>, author: &Author, side: Side) -> bool {
    let Some(payload) = identified.envelope.payload(side).filter(|_| side == Side::Result) else { return false };
    let flagged = payload.message.content.iter().find_map(|part| match part {
        ContentPart::ToolResult(result) if result.is_error => Some(result.clone()),
        _ => None,
    });
    let Some(mut result) = flagged else { return false };
    result.content = Json::Null;
    let withheld = ContentPart::Text(TextPart { text: "result withheld".to_owned() });
    let content = vec![ContentPart::ToolResult(result), withheld];
    identified.envelope.apply(author, Change::Replace { side, content }).is_ok()
}

fn denial(side: Side, field: &str, fault: &RewriteFault) -> Denial {
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
    }
}
