//! Checks a config against the tables of its keys. A host may build plugins without a document, whose reader would have
//! done so.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value as Json;

use super::fault::ConfigFault;
use super::key::{Key, Shape};
use super::node::ConfigNode;
use super::secret::SecretSource;

/// Every unknown and missing key of a config and every value of the wrong shape. No text repeats a value that may be
/// secret.
#[must_use]
pub fn check(config: &ConfigNode<'_>, keys: &'static [Key]) -> Vec<ConfigFault> {
    let mut faults = Vec::new();
    value(config, Shape::Section(keys), &mut faults);
    faults
}

/// The seconds under a key whose shape is [`Shape::Integer`], or so many where it is left out. Others than those in the range
/// are a fault.
pub fn seconds(
    section: &ConfigNode<'_>,
    key: &str,
    range: RangeInclusive<u64>,
    otherwise: u64,
    faults: &mut Vec<ConfigFault>,
) -> Duration {
    let node = section.get(key);
    let seconds = node.as_ref().and_then(|node| node.value.as_u64()).unwrap_or(otherwise);
    if let Some(node) = node.filter(|_| !range.contains(&seconds)) {
        faults.push(node.fault(format!("expected from {} to {} seconds", range.start(), range.end())));
    }
    Duration::from_secs(seconds)
}

fn value(node: &ConfigNode<'_>, shape: Shape, faults: &mut Vec<ConfigFault>) {
    match shape {
        _ if !fits(node.value, shape) => {
            faults.push(node.fault(format!("expected {}, found {}", expected(shape), kind(node.value))));
        }
        Shape::Word(words) => {
            if let Some(word) = node.text().filter(|word| !words.contains(word)) {
                faults.push(node.fault(format!("unknown word `{word}`")).help(format!("write {}", quoted(words))));
            }
        }
        Shape::Section(keys) => section(node, keys, faults),
        Shape::List(inner) => node.items().iter().for_each(|item| value(item, *inner, faults)),
        Shape::OneOrMany(inner) => node.one_or_many().iter().for_each(|item| value(item, *inner, faults)),
        Shape::Map(inner) => {
            node.keys().filter_map(|key| node.get(key)).for_each(|member| value(&member, *inner, faults));
        }
        Shape::Either(shapes) => {
            if let Some(shape) = shapes.iter().find(|shape| fits(node.value, **shape)) {
                value(node, *shape, faults);
            }
        }
        Shape::Secret => {
            if let Err(fault) = SecretSource::from_config(node.value) {
                faults.push(node.fault(fault));
            }
        }
        Shape::Any | Shape::Bool | Shape::Integer | Shape::Number | Shape::Text | Shape::Duration => {}
    }
}

fn section(node: &ConfigNode<'_>, keys: &[Key], faults: &mut Vec<ConfigFault>) {
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    for (name, member) in node.keys().filter_map(|name| Some((name, node.get(name)?))) {
        match keys.iter().find(|key| key.name == name) {
            Some(key) => value(&member, key.shape, faults),
            None => {
                let fault = member.fault(format!("unknown key `{name}`"));
                faults.push(fault.help(format!("the keys here are {}", quoted(&names))));
            }
        }
    }
    for key in keys.iter().filter(|key| key.required && node.get(key.name).is_none()) {
        faults.push(node.fault(format!("the key `{}` is missing", key.name)));
    }
}

/// Whether the value is of the kind that the shape describes.
fn fits(value: &Json, shape: Shape) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Bool => value.is_boolean(),
        Shape::Integer => value.is_u64(),
        Shape::Number => value.is_number(),
        Shape::Text | Shape::Word(_) => value.is_string(),
        Shape::Duration => value.is_number() || value.is_string(),
        Shape::List(_) => value.is_array(),
        Shape::OneOrMany(inner) => value.is_array() || fits(value, *inner),
        Shape::Secret | Shape::Map(_) | Shape::Section(_) => value.is_object(),
        Shape::Either(shapes) => shapes.iter().any(|shape| fits(value, *shape)),
    }
}

fn expected(shape: Shape) -> String {
    match shape {
        Shape::Any => "a value".to_owned(),
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::Integer => "a whole number that is not negative".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::Text | Shape::Word(_) => "text".to_owned(),
        Shape::Duration => "a duration".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::OneOrMany(inner) => format!("{} or a list", expected(*inner)),
        Shape::Secret => "a secret source".to_owned(),
        Shape::Map(_) | Shape::Section(_) => "a map".to_owned(),
        Shape::Either(shapes) => shapes.iter().map(|shape| expected(*shape)).collect::<Vec<_>>().join(" or "),
    }
}

const fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a map",
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
