//! What the backend answers, and how an answer is written back into the form of a case.

use cpex::Answer;
use cpex::apl::node::Node;
use cpex::cmf::{ContentPart, Message, Resource, Role, TextPart, ToolResult};
use serde_json::{Value as Json, json};

use super::codes;
use super::fields::{Fields, Keys};

const PART: Keys = Keys { of: "a part of a result", known: &["text", "json", "blob"], unavailable: &[] };

/// Reads `result`, `result_parts` and `is_error`: the answer of the backend, if the case gives one.
pub(crate) fn read(fields: &mut Fields, section: &Node) -> Option<Answer> {
    let flagged = fields.read(section, "is_error", Fields::boolean).unwrap_or(false);
    let answer = match (section.entry("result"), section.entry("result_parts")) {
        (Some(entry), None) => Some(Answer::structured(entry.value.to_json())),
        (None, Some(entry)) => parts(fields, &entry.value),
        (Some(_), Some(entry)) => {
            let message = "`result` and `result_parts` exclude one another";
            let help = "write the structured part as `{json: ..}` in `result_parts`";
            fields.fault_with_help(codes::CONFLICT, entry.key.span, message, help);
            None
        }
        (None, None) => {
            if let Some(entry) = section.entry("is_error") {
                let message = "`is_error` flags a result, and there is none";
                fields.fault_with_help(codes::MISSING_KEY, entry.key.span, message, "add `result` or `result_parts`");
            }
            None
        }
    };
    if flagged { answer.map(Answer::flagged_as_error) } else { answer }
}

/// The parts of an answer in the form of `result_parts`.
pub(crate) fn to_parts(answer: &Answer) -> Vec<Json> {
    let part = |part: &ContentPart| match part {
        _ if part.more().is_some_and(|more| !more.is_empty()) => serde_json::to_value(part).ok(),
        // The one without content only carries the flag.
        ContentPart::ToolResult(result) if result.content.is_null() => None,
        ContentPart::ToolResult(result) => Some(json!({ "json": result.content })),
        ContentPart::Text(TextPart { text, .. }) => Some(json!({ "text": text })),
        ContentPart::Resource(resource) if resource.description.is_none() && resource.annotations.is_empty() => {
            match (&resource.content, &resource.blob) {
                (Some(text), None) => Some(json!({ "text": text })),
                (_, Some(blob)) => Some(json!({ "blob": blob })),
                (None, None) => None,
            }
        }
        _ => serde_json::to_value(part).ok(),
    };
    answer.message.content.iter().filter_map(part).collect()
}

fn parts(fields: &mut Fields, node: &Node) -> Option<Answer> {
    let nodes = fields.list(node, "result_parts")?;
    let mut content: Vec<ContentPart> = nodes.iter().filter_map(|node| part(fields, node)).collect();
    // A tool result stands in every answer: it carries the flag of an error.
    if !content.iter().any(|part| matches!(part, ContentPart::ToolResult(_))) {
        content.insert(0, structured(Json::Null));
    }
    Some(Answer::new(Message::new(Role::Tool, content)))
}

fn part(fields: &mut Fields, node: &Node) -> Option<ContentPart> {
    if node.entry("content_type").is_some() {
        return whole(fields, node);
    }
    let section = fields.section(node, "result_parts", PART)?;
    let [entry] = section.entries() else {
        fields.fault(
            codes::WRONG_SHAPE,
            node.span,
            "a part is one of `{text: ..}`, `{json: ..}`, `{blob: ..}` and a whole one with its `content_type`",
        );
        return None;
    };
    match entry.key.value.as_str() {
        "text" => fields.text(&entry.value, "text").map(ContentPart::text),
        "json" => Some(structured(entry.value.to_json())),
        "blob" => fields.text(&entry.value, "blob").map(blob),
        _ => None,
    }
}

/// A part in the form of the envelope.
fn whole(fields: &mut Fields, node: &Node) -> Option<ContentPart> {
    let part = serde_json::from_value(node.to_json());
    if let Err(error) = &part {
        fields.fault(codes::WRONG_VALUE, node.span, format!("it is no part of a message: {error}"));
    }
    part.ok()
}

fn structured(content: Json) -> ContentPart {
    ContentPart::ToolResult(ToolResult::new("call", "", content))
}

fn blob(data: String) -> ContentPart {
    ContentPart::Resource(Box::new(Resource { blob: Some(data), ..Resource::new("call", "", "blob") }))
}
