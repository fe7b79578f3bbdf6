//! What a policy reads of a payload that has no such member of its own: made when it is first asked for.

use std::sync::OnceLock;

use serde_json::{Map, Value as Json};

use crate::{ContentPart, HttpRequest};

/// Values made from the parts of an envelope's messages. A change of these discards it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    arguments: OnceLock<Option<Map<String, Json>>>,
    result: OnceLock<Option<Json>>,
}

impl Reading {
    /// The arguments of a request whose part does not have them all as a map of its own.
    pub(crate) fn arguments(&self, parts: &[ContentPart]) -> Option<&Map<String, Json>> {
        let made = |part: &ContentPart| match part {
            ContentPart::Resource(resource) => Some(of_resource(&resource.uri)),
            ContentPart::ResourceRef(reference) => Some(of_resource(&reference.uri)),
            ContentPart::HttpRequest(request) => of_http(&request.arguments, parts),
            _ => None,
        };
        self.arguments.get_or_init(|| parts.iter().find_map(made)).as_ref()
    }

    /// The first text of an answer that is a JSON object or array.
    pub(crate) fn result(&self, parts: &[ContentPart]) -> Option<&Json> {
        self.result.get_or_init(|| parts.iter().find_map(of_answer)).as_ref()
    }
}

fn of_resource(uri: &str) -> Map<String, Json> {
    Map::from_iter([("uri".to_owned(), Json::from(uri))])
}

/// The arguments of an HTTP request whose body came as text beside it.
fn of_http(written: &Map<String, Json>, parts: &[ContentPart]) -> Option<Map<String, Json>> {
    if written.contains_key(HttpRequest::BODY) {
        return None;
    }
    let body = parts.iter().find_map(|part| match part {
        ContentPart::Text(part) => read(&part.text),
        _ => None,
    })?;
    let mut arguments = written.clone();
    arguments.insert(HttpRequest::BODY.to_owned(), body);
    Some(arguments)
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
