//! What part a collaborator has on the road: by its kind, and where only a host knows the kind, by what policy names it for.

use cpex::apl::node::{Node, Value};
use cpex::document::kinds::{self, Role};

/// What part a collaborator has on the road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Identity,
    Sink,
    Control,
    Delegator,
    Approver,
    /// Declared under `global.pdp`, and named by its dialect.
    Engine,
}

/// The verbs that ask a person.
const VERBS: [&str; 6] =
    ["require_approval", "confirm", "require_step_up", "require_attestation", "request_info", "require_review"];

/// The part of a declared plugin.
pub(crate) fn of(root: &Node, name: &str, kind: &str) -> Part {
    match kinds::find(kind).map(|row| row.role) {
        Some(Role::Identity) => Part::Identity,
        Some(Role::Sink) => Part::Sink,
        Some(Role::Delegator) => Part::Delegator,
        Some(Role::Approver) => Part::Approver,
        Some(_) => Part::Control,
        None if authenticates(root, name) => Part::Identity,
        None => named_for(root, name).unwrap_or(Part::Control),
    }
}

/// Whether a kind is one that only a host can know: it has a dot, as the path of a Python class has.
pub(crate) fn is_of_host(kind: &str) -> bool {
    kind.contains('.') && kinds::find(kind).is_none()
}

/// Whether some layer asks that plugin to identify the caller.
fn authenticates(node: &Node, name: &str) -> bool {
    let is_named = |entry: &Node| {
        let text = entry.text().or_else(|| entry.get("name")?.text());
        text.is_some_and(|text| text.value == name)
    };
    match &node.value {
        Value::Map(entries) => entries.iter().any(|entry| match entry.key.value.as_str() {
            "authentication" => entry.value.get("use").unwrap_or(&entry.value).one_or_many().iter().any(is_named),
            _ => authenticates(&entry.value, name),
        }),
        Value::List(nodes) => nodes.iter().any(|node| authenticates(node, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
    }
}

/// What an effect that names the plugin takes it for.
fn named_for(node: &Node, name: &str) -> Option<Part> {
    match &node.value {
        Value::Text(text) => effects().find_map(|(effect, part)| calls(&text.value, effect, name).then_some(part)),
        Value::List(nodes) => nodes.iter().find_map(|node| named_for(node, name)),
        Value::Map(entries) => entries.iter().find_map(|entry| {
            let (key, value) = (entry.key.value.as_str(), &entry.value);
            let named = value.get("name").and_then(Node::text).is_some_and(|text| text.value == name);
            let of_map = effects().find(|(effect, _)| *effect == key && named).map(|(_, part)| part);
            of_map.or_else(|| named_for(value, name))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn effects() -> impl Iterator<Item = (&'static str, Part)> {
    VERBS.into_iter().map(|verb| (verb, Part::Approver)).chain([("delegate", Part::Delegator)])
}

/// Whether a line calls an effect with that name as its first argument.
fn calls(line: &str, effect: &str, name: &str) -> bool {
    line.match_indices(effect).any(|(at, _)| {
        let rest = line.get(at + effect.len()..).unwrap_or_default().trim_start();
        let argument = rest.strip_prefix('(').unwrap_or_default().trim_start().trim_start_matches(['\'', '"']);
        argument
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start_matches(['\'', '"']).trim_start().starts_with([',', ')']))
    })
}
