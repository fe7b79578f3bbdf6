//! Writes a mark over everything that a detector finds in a message.

use std::ops::Range;

use cpex_sdk::cmf::{ContentPart, Message, Resource};
use cpex_sdk::scan::ContentScanner;
use serde_json::{Map, Value as Json};

use crate::inspection::MAX_DEPTH;
use crate::json_text::{self, Text};

/// What stands where something was found.
const MARK: &str = "[REDACTED]";

/// Something was found where no mark can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stuck;

/// Writes the mark over all that is found in the content of a message. What the message is about, such as the URI of a
/// resource, and what is encoded stay as they are: whoever redacts looks once more.
pub(crate) fn message(scanner: &dyn ContentScanner, message: &mut Message) -> Result<(), Stuck> {
    parts(scanner, message, MAX_DEPTH)
}

/// Writes the mark over all that is found in a value.
pub(crate) fn value(scanner: &dyn ContentScanner, value: &mut Json) -> Result<(), Stuck> {
    json(scanner, value, MAX_DEPTH)
}

fn parts(scanner: &dyn ContentScanner, message: &mut Message, depth: usize) -> Result<(), Stuck> {
    let depth = depth.checked_sub(1).ok_or(Stuck)?;
    message.content.iter_mut().try_for_each(|content| part(scanner, content, depth))
}

fn part(scanner: &dyn ContentScanner, part: &mut ContentPart, depth: usize) -> Result<(), Stuck> {
    match part {
        ContentPart::Text(part) | ContentPart::Thinking(part) => text(scanner, &mut part.text, depth),
        ContentPart::ToolResult(result) => json(scanner, &mut result.content, depth),
        ContentPart::PromptResult(result) => {
            let own = [&mut result.content, &mut result.error_message];
            own.into_iter().flatten().try_for_each(|own| text(scanner, own, depth))?;
            result.messages.iter_mut().try_for_each(|message| parts(scanner, message, depth))
        }
        ContentPart::Resource(resource) => content(scanner, resource, depth),
        ContentPart::Image(media)
        | ContentPart::Video(media)
        | ContentPart::Audio(media)
        | ContentPart::Document(media) => media.title.iter_mut().try_for_each(|title| text(scanner, title, depth)),
        ContentPart::ToolCall(_)
        | ContentPart::PromptRequest(_)
        | ContentPart::LlmRequest(_)
        | ContentPart::AgentRequest(_)
        | ContentPart::HttpRequest(_) => part.arguments_mut().map_or(Ok(()), |given| members(scanner, given, depth)),
        ContentPart::ResourceRef(_) | ContentPart::Other(_) => Ok(()),
    }
}

fn content(scanner: &dyn ContentScanner, resource: &mut Resource, depth: usize) -> Result<(), Stuck> {
    let texts = [&mut resource.name, &mut resource.description, &mut resource.content];
    texts.into_iter().flatten().try_for_each(|own| text(scanner, own, depth))?;
    members(scanner, &mut resource.annotations, depth)
}

fn json(scanner: &dyn ContentScanner, value: &mut Json, depth: usize) -> Result<(), Stuck> {
    let depth = depth.checked_sub(1).ok_or(Stuck)?;
    match value {
        Json::String(own) => text(scanner, own, depth)?,
        Json::Number(number) => {
            if !scanner.scan(&number.to_string()).is_empty() {
                *value = Json::from(MARK);
            }
        }
        Json::Array(values) => values.iter_mut().try_for_each(|value| json(scanner, value, depth))?,
        Json::Object(own) => members(scanner, own, depth)?,
        Json::Null | Json::Bool(_) => {}
    }
    Ok(())
}

/// The members of a map. Two whose keys would become one are not told apart any more: neither may be lost in silence.
fn members(scanner: &dyn ContentScanner, members: &mut Map<String, Json>, depth: usize) -> Result<(), Stuck> {
    members.values_mut().try_for_each(|value| json(scanner, value, depth))?;
    if members.keys().all(|name| scanner.scan(name).is_empty()) {
        return Ok(());
    }
    for (name, value) in std::mem::take(members) {
        let name = masked(scanner, &name).unwrap_or(name);
        if members.insert(name, value).is_some() {
            return Err(Stuck);
        }
    }
    Ok(())
}

/// A text. One that is JSON is written anew where something in it was found, so that it stays JSON.
fn text(scanner: &dyn ContentScanner, text: &mut String, depth: usize) -> Result<(), Stuck> {
    match json_text::read(text) {
        Text::Plain => {
            if let Some(masked) = masked(scanner, text) {
                *text = masked;
            }
        }
        Text::Json(mut value) => {
            let before = value.clone();
            json(scanner, &mut value, depth)?;
            if value != before {
                *text = value.to_string();
            }
        }
        Text::Ambiguous => return Err(Stuck),
    }
    Ok(())
}

/// The text with the mark over each run of what is found; none where nothing is.
pub(crate) fn masked(scanner: &dyn ContentScanner, text: &str) -> Option<String> {
    let mut ranges = scanner.scan(text);
    if ranges.is_empty() {
        return None;
    }
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for Range { start, end } in ranges {
        if start >= at {
            masked.push_str(text.get(at..start)?);
            masked.push_str(MARK);
        }
        // What overlaps the range before it is under its mark already.
        at = at.max(end);
    }
    masked.push_str(text.get(at..)?);
    Some(masked)
}
