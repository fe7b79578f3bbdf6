//! Finding and replacing the parts of a message that a typed payload shows.

use std::borrow::Cow;

use apl_cmf::{ContentPart, Message, MessagePayload, Role, ToolCall};

use crate::payload::PayloadFault;

/// The parts that are of the sort a payload shows, and the others, each in order.
pub(super) fn apart<T>(
    payload: &MessagePayload,
    shown: impl Fn(&ContentPart) -> Option<T>,
) -> (Vec<T>, Vec<ContentPart>) {
    let (mut found, mut rest) = (Vec::new(), Vec::new());
    for part in &payload.message.content {
        match shown(part) {
            Some(one) => found.push(one),
            None => rest.push(part.clone()),
        }
    }
    (found, rest)
}

/// The one part of its sort.
pub(super) fn only<T>(found: Vec<T>, what: &str) -> Result<T, PayloadFault> {
    let count = found.len();
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(PayloadFault(format!("the message holds {count} {what}, and this payload shows one"))),
    }
}

/// Puts the parts a payload shows in the places of those it was read from, and its rest in the places of the rest.
pub(super) fn together(
    payload: &mut MessagePayload,
    is_shown: impl Fn(&ContentPart) -> bool,
    shown: Vec<ContentPart>,
    rest: Vec<ContentPart>,
) {
    let (mut shown, mut rest) = (shown.into_iter(), rest.into_iter());
    let mut content = Vec::new();
    for part in &payload.message.content {
        content.extend(if is_shown(part) { shown.next() } else { rest.next() });
    }
    content.extend(shown.chain(rest));
    payload.message.content = content;
}

/// Refuses a payload that names something else than the message does.
pub(super) fn same(stated: &str, of_message: &str) -> Result<(), PayloadFault> {
    if stated == of_message { Ok(()) } else { Err(another()) }
}

pub(super) fn another() -> PayloadFault {
    PayloadFault("it changed what the operation is about, which only the host may state".to_owned())
}

pub(super) const fn said_by(role: Role, content: Vec<ContentPart>) -> MessagePayload {
    MessagePayload { message: Message { schema_version: Cow::Borrowed("2.0"), role, content, channel: None } }
}

pub(super) fn tool_call(part: &ContentPart) -> Option<&ToolCall> {
    match part {
        ContentPart::ToolCall(call) => Some(call),
        _ => None,
    }
}
