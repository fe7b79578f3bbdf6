//! Where a document holds what the lints of the language look at.

use apl_cmf::{Capability, EntityKind};
use apl_core::diagnostic::Diagnostic;
use apl_core::lint::{self, Document, Layer};
use apl_core::node::{Node, Text, Value};
use serde_json::{Map, Value as Json};

use crate::vocabulary::Vocabulary;

/// Runs every lint over a document without errors, which reads that data. What they find is added to `findings`; none
/// refuses the document.
pub fn check(document: &Node, data: &Map<String, Json>, findings: &mut Vec<Diagnostic>) {
    let global = document.get("global");
    let defaults = global.and_then(|global| global.get("defaults"));
    let groups = document.get("groups");
    let shared = global.into_iter().chain(sections(defaults)).chain(sections(groups));
    let shared = shared.map(|section| Layer { is_shared: true, ..layer(section) });
    let routes = document.get("routes").map(Node::one_or_many).unwrap_or_default();
    let layers = shared.chain(routes.iter().map(route)).collect();
    // A store may be shared with other documents, and an engine reads what it likes.
    let has_store = global.is_some_and(|global| global.get("session_store").is_some());
    let has_engine = global.is_some_and(|global| global.get("pdp").is_some());
    let document = Document {
        layers,
        has_other_writers: has_store || has_plugin_that_may(document, Capability::AppendLabels),
        has_other_readers: has_store
            || has_engine
            || has_plugin_that_may(document, Capability::ReadLabels)
            || routes.iter().chain(global).chain(groups).any(|node| is_read_by_cel(node, false)),
        data: Some(data),
    };
    lint::check(&document, &Vocabulary, findings);
}

/// Attributes that the vocabulary leaves open and that every operation has, and those that one has if a route of that
/// kind matches it.
const ALWAYS: &[&str] = &["request.time", "request.hour", "request.weekday", "meta.entity_type", "meta.entity_name"];
const OF_ROUTES: &[(EntityKind, &[&str])] = &[
    (EntityKind::Tool, &["tool.name"]),
    (EntityKind::Prompt, &["prompt.name"]),
    (EntityKind::Resource, &["resource.uri", "args.uri"]),
    (EntityKind::Llm, &["llm.model", "args.model", "args.messages"]),
    (EntityKind::Agent, &["agent.name", "args.messages"]),
    (EntityKind::Http, &["http.method", "http.path"]),
];

fn route(node: &Node) -> Layer<'_> {
    let of_kind = OF_ROUTES.iter().find(|(kind, _)| node.get(kind.name()).is_some());
    Layer { present: [ALWAYS, of_kind.map_or(&[], |(_, present)| present)], ..layer(node) }
}

fn sections(map: Option<&Node>) -> impl Iterator<Item = &Node> {
    map.map(Node::entries).unwrap_or_default().iter().map(|entry| &entry.value)
}

fn layer(section: &Node) -> Layer<'_> {
    let steps = |name: &str, other: &str| {
        let nested = || section.get("authorization").and_then(|node| node.get(other));
        section.get(name).or_else(|| section.get(other)).or_else(nested)
    };
    Layer {
        args: section.get("args"),
        policy: steps("policy", "pre_invocation"),
        result: section.get("result"),
        post_policy: steps("post_policy", "post_invocation"),
        present: [ALWAYS, &[]],
        is_shared: false,
    }
}

fn has_plugin_that_may(document: &Node, capability: Capability) -> bool {
    let plugins = document.get("plugins").map(Node::one_or_many).unwrap_or_default();
    let capabilities = plugins.iter().filter_map(|plugin| plugin.get("capabilities")).flat_map(Node::one_or_many);
    capabilities.filter_map(Node::text).any(|text| text.value == capability.name())
}

/// Whether an expression of CEL, which needs no engine to be declared, names labels.
fn is_read_by_cel(node: &Node, is_inside: bool) -> bool {
    match &node.value {
        Value::Text(Text { value, .. }) => is_inside && value.contains("labels"),
        Value::List(nodes) => nodes.iter().any(|node| is_read_by_cel(node, is_inside)),
        Value::Map(entries) => {
            entries.iter().any(|entry| is_read_by_cel(&entry.value, is_inside || entry.key.value == "cel"))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
