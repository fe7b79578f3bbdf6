//! A question: the map of a step, checked at load, and asked of each operation.

use std::sync::Arc;

use cpex_sdk::async_trait;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check};
use cpex_sdk::engine::{AttributeReader, EngineError, Inquiry, Prepared, Question, Read, Verdict};
use serde_json::{Map, Value as Json, json};

use crate::asked::Asked;
use crate::request::{Request, entity};

/// What the map of a step may say.
const KEYS: &[Key] = &[
    Key::required("action", Shape::OneOrMany(&Shape::Either(&[Shape::Text, Shape::Section(ACTION)])), "What is done."),
    Key::required("resource", Shape::OneOrMany(&Shape::Section(ENTITY)), "What it is done to."),
    Key::optional("subject", Shape::Section(ENTITY), "Who does it: the verified subject by default."),
    Key::optional("context", MEMBERS, "What else is told."),
];

const ACTION: &[Key] = &[
    Key::required("name", Shape::Text, "Its name."),
    Key::optional("properties", MEMBERS, "What else is told of it."),
];

const ENTITY: &[Key] = &[
    Key::required("type", Shape::Text, "Its type."),
    Key::required("id", Shape::Text, "Its identifier among those of the type."),
    Key::optional("properties", MEMBERS, "What else is told of it."),
];

/// A map, or the one attribute that is one.
const MEMBERS: Shape = Shape::Either(&[Shape::Map(&Shape::Any), Shape::Text]);

/// The attributes that say who the verified subject is.
const WHO: [&str; 2] = ["subject.id", "subject.type"];

/// What else is told of it: properties by their names, each with its attribute.
const PROPERTIES: [(&str, &str); 4] = [
    ("permissions", "subject.permissions"),
    ("roles", "subject.roles"),
    ("teams", "subject.teams"),
    ("tenant", "subject.tenant"),
];

struct Asking {
    asked: Arc<Asked>,
    /// The key whose value is a list.
    several: Option<&'static str>,
}

/// Checks the map of a step.
pub(crate) fn prepare(written: &Json, asked: &Arc<Asked>) -> Result<Prepared, Vec<ConfigFault>> {
    let root = ConfigNode::root(written);
    let mut faults = check(&root, KEYS);
    let several = several(&root, &mut faults);
    for key in ["action", "resource", "subject"] {
        let Some(node) = root.get(key) else { continue };
        for part in node.one_or_many() {
            members(part.get("properties"), &mut faults);
            let texts = ["type", "id", "name"].iter().filter_map(|key| part.get(key)).chain([part.clone()]);
            let empty = texts.filter(|text| text.text() == Some(""));
            faults.extend(empty.map(|text| text.fault("it is empty")));
        }
    }
    members(root.get("context"), &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut reads = Vec::new();
    if root.get("subject").is_none() {
        let told = WHO.into_iter().chain(PROPERTIES.map(|(_, path)| path));
        reads.extend(told.map(Read::new));
    }
    Ok(Prepared { question: Arc::new(Asking { asked: Arc::clone(asked), several }), reads })
}

/// The key whose value is a list.
fn several(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Option<&'static str> {
    let lists = ["action", "resource"].into_iter().filter_map(|key| Some((key, root.get(key)?)));
    let lists: Vec<_> = lists.filter(|(_, node)| node.value.is_array()).collect();
    for (key, empty) in lists.iter().filter(|(_, node)| node.items().is_empty()) {
        faults.push(empty.fault(format!("the list `{key}` is empty: nothing is asked for")));
    }
    if let [_, (_, second)] = lists.as_slice() {
        let fault = second.fault("`action` and `resource` are both lists");
        faults.push(fault.help("write a list of one of them, or two steps"));
    }
    lists.first().map(|(key, _)| *key)
}

/// Text stands for a map only where it is one attribute.
fn members(node: Option<ConfigNode<'_>>, faults: &mut Vec<ConfigFault>) {
    let is_attribute = |text: &str| text.starts_with("${") && text.find('}') == Some(text.len() - 1);
    if let Some(node) = node.filter(|node| node.text().is_some_and(|text| !is_attribute(text))) {
        faults.push(node.fault("expected a map, or one `${path}` that is one"));
    }
}

#[async_trait]
impl Question for Asking {
    async fn ask(&self, inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        let subject = match inquiry.map.get("subject") {
            Some(named) => entity(named, "subject")?,
            None => verified(inquiry.attributes)?,
        };
        let several = self.several.map(|key| (key, self.asked.semantic));
        let request = Request::new(inquiry.map, subject, several)?;
        // Which policies decided, the API does not say.
        let policies = Vec::new();
        Ok(if self.asked.permits(&request).await? { Verdict::permit(policies) } else { Verdict::deny(policies) })
    }
}

/// The verified subject.
fn verified(attributes: &dyn AttributeReader) -> Result<Json, EngineError> {
    let [Some(id), Some(kind)] = [0, 1].map(|index| attributes.read(index)) else {
        return Err(EngineError("no subject was verified, and the step names none".to_owned()));
    };
    let told = PROPERTIES.iter().enumerate();
    let told = told.filter_map(|(index, (name, _))| Some(((*name).to_owned(), attributes.read(WHO.len() + index)?)));
    let properties: Map<_, _> = told.collect();
    Ok(json!({ "type": kind, "id": id, "properties": properties }))
}

#[cfg(test)]
mod tests;
