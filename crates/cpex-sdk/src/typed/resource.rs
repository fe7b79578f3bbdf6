//! Payloads of the hooks around a resource.

use apl_cmf::{ContentPart, MessagePayload, Resource, ResourceRef, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::part::{another, apart, only, said_by, same, together};
use crate::payload::{HookPayload, PayloadFault};

/// A request to read a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourcePreFetchPayload {
    /// Its URI (RFC 3986).
    pub uri: String,
    /// What else the request says, by the names of [`ResourceRef`].
    #[serde(default)]
    pub metadata: Map<String, Json>,
}

/// A resource that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourcePostFetchPayload {
    /// The URI that was asked for.
    pub uri: String,
    /// Its contents, one or several.
    pub content: Vec<Resource>,
    /// The rest of the answer.
    #[serde(default)]
    pub parts: Vec<ContentPart>,
}

impl HookPayload for ResourcePreFetchPayload {
    fn read(payload: &MessagePayload, _entity: &str) -> Result<Self, PayloadFault> {
        let references = payload.message.content.iter().filter_map(reference).collect();
        let reference: &ResourceRef = only(references, "references to resources")?;
        let mut metadata = match serde_json::to_value(reference) {
            Ok(Json::Object(members)) => members,
            _ => return Err(PayloadFault("the reference to the resource has no JSON form".to_owned())),
        };
        metadata.remove("uri");
        Ok(Self { uri: reference.uri.clone(), metadata })
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        let stated = self.stated()?;
        for part in &mut payload.message.content {
            if let ContentPart::ResourceRef(reference) = part {
                same(&stated.uri, &reference.uri)?;
                *reference = stated;
                return Ok(());
            }
        }
        Err(PayloadFault("the message holds no reference to a resource".to_owned()))
    }

    fn into_message(self) -> MessagePayload {
        let Self { uri, metadata } = self;
        let text = |key: &str| metadata.get(key).and_then(Json::as_str).map(str::to_owned);
        let number = |key: &str| metadata.get(key).and_then(Json::as_u64);
        let reference = ResourceRef {
            name: text("name"),
            range_start: number("range_start"),
            range_end: number("range_end"),
            selector: text("selector"),
            ..ResourceRef::new(
                text("resource_request_id").unwrap_or_default(),
                uri,
                text("resource_type").unwrap_or_default(),
            )
        };
        said_by(Role::User, vec![ContentPart::ResourceRef(reference)])
    }
}

impl ResourcePreFetchPayload {
    /// The reference that the payload writes.
    fn stated(&self) -> Result<ResourceRef, PayloadFault> {
        let mut members = self.metadata.clone();
        members.insert("uri".to_owned(), Json::from(self.uri.as_str()));
        serde_json::from_value(Json::Object(members))
            .map_err(|_| PayloadFault("its metadata is not that of a reference to a resource".to_owned()))
    }
}

impl HookPayload for ResourcePostFetchPayload {
    fn read(payload: &MessagePayload, entity: &str) -> Result<Self, PayloadFault> {
        let (content, parts) = apart(payload, |part| resource(part).cloned());
        let uri = match (entity, content.first()) {
            ("", Some(first)) => first.uri.clone(),
            (asked, _) => asked.to_owned(),
        };
        Ok(Self { uri, content, parts })
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        let before = payload.message.content.iter().filter_map(resource);
        if !before.map(|resource| &resource.uri).eq(self.content.iter().map(|resource| &resource.uri)) {
            return Err(another());
        }
        let shown = self.content.into_iter().map(Box::new).map(ContentPart::Resource).collect();
        together(payload, |part| resource(part).is_some(), shown, self.parts);
        Ok(())
    }

    fn into_message(self) -> MessagePayload {
        let content = self.content.into_iter().map(Box::new).map(ContentPart::Resource);
        said_by(Role::Tool, content.chain(self.parts).collect())
    }
}

fn reference(part: &ContentPart) -> Option<&ResourceRef> {
    match part {
        ContentPart::ResourceRef(reference) => Some(reference),
        _ => None,
    }
}

fn resource(part: &ContentPart) -> Option<&Resource> {
    match part {
        ContentPart::Resource(resource) => Some(resource),
        _ => None,
    }
}
