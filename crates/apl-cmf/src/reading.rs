//! What a policy reads of a payload that has no such member of its own: made when it is first asked for.

use std::sync::OnceLock;

use serde_json::{Map, Value as Json};

use crate::ContentPart;

/// Values made from the parts of an envelope's messages. A change of these discards it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    arguments: OnceLock<Option<Map<String, Json>>>,
    result: OnceLock<Option<Json>>,
}

impl Reading {
    /// The arguments of reading a resource.
    pub(crate) fn arguments(&self, parts: &[ContentPart]) -> Option<&Map<String, Json>> {
        self.arguments.get_or_init(|| parts.iter().find_map(of_resource)).as_ref()
    }

    /// The first text of an answer that is a JSON object or array.
    pub(crate) fn result(&self, parts: &[ContentPart]) -> Option<&Json> {
        self.result.get_or_init(|| parts.iter().find_map(of_answer)).as_ref()
    }
}

fn of_resource(part: &ContentPart) -> Option<Map<String, Json>> {
    let uri = match part {
        ContentPart::Resource(resource) => &resource.uri,
        ContentPart::ResourceRef(reference) => &reference.uri,
        _ => return None,
    };
    Some(Map::from_iter([("uri".to_owned(), Json::String(uri.clone()))]))
}

fn of_answer(part: &ContentPart) -> Option<Json> {
    match part {
        ContentPart::Text(part) => read(&part.text),
        ContentPart::Resource(resource) => resource.content.as_deref().and_then(read),
        ContentPart::PromptResult(result) => {
            let own = result.content.as_deref().and_then(read);
            own.or_else(|| result.messages.iter().flat_map(|message| &message.content).find_map(of_answer))
        }
        _ => None,
    }
}

fn read(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().filter(|value: &Json| value.is_object() || value.is_array())
}
