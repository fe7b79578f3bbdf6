//! `call`: the operation itself.

use std::collections::BTreeMap;

use cpex::Operation;
use cpex::apl::node::Node;
use cpex::cmf::{ContentPart, EntityKind, Message, Meta, NameSet, Role, ToolCall};
use serde_json::{Map, Value as Json};

use super::codes;
use super::context::headers;
use super::fields::{Fields, Keys};

const CALL: Keys = Keys {
    of: "a call",
    known: &["tool", "prompt", "resource", "args", "server", "tags", "headers", "meta"],
    unavailable: &["llm", "agent", "http"],
};

const META: Keys = Keys { of: "`meta`", known: &["tags", "scope", "properties"], unavailable: &[] };

/// A call as written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// What it is about; none where the call names no entity at all.
    pub(crate) about: Option<About>,
    args: Map<String, Json>,
    server: Option<String>,
    meta: Option<Meta>,
    /// Headers by lower-case name: credentials where the case states no caller.
    pub(crate) headers: BTreeMap<String, String>,
}

/// The entity a call is about.
#[derive(Clone, Debug)]
pub(crate) enum About {
    /// The tool of that name.
    Tool(String),
    /// The prompt of that name.
    Prompt(String),
    /// The resource of that URI.
    Resource(String),
}

impl About {
    /// Its name or URI.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Tool(name) | Self::Prompt(name) | Self::Resource(name) => name,
        }
    }
}

impl Call {
    /// The operation by an anonymous caller, without context.
    pub(crate) fn operation(&self) -> Operation {
        let operation = match &self.about {
            Some(About::Tool(name)) => Operation::tool(name, self.args.clone()),
            Some(About::Prompt(name)) => Operation::prompt(name, self.args.clone()),
            Some(About::Resource(uri)) => Operation::resource(uri),
            None if self.args.is_empty() => Operation::new(Message::new(Role::Assistant, Vec::new())),
            None => Operation::new(Message::new(Role::Assistant, vec![nameless(self.args.clone())])),
        };
        let operation = match &self.server {
            Some(server) => operation.server(server),
            None => operation,
        };
        match &self.meta {
            Some(meta) => operation.meta(meta.clone()),
            None => operation,
        }
    }
}

/// Reads `call`.
pub(crate) fn read(fields: &mut Fields, node: &Node, field: &str) -> Option<Call> {
    let section = fields.section(node, field, CALL)?;
    let mut named = section.entries().iter().filter(|entry| is_entity(&entry.key.value));
    if let (Some(_), Some(second)) = (named.next(), named.next()) {
        fields.fault(codes::CONFLICT, second.key.span, "a call is about one entity");
    }
    let tool = fields.read(section, "tool", name).map(About::Tool);
    let prompt = fields.read(section, "prompt", name).map(About::Prompt);
    let resource = fields.read(section, "resource", name).map(About::Resource);
    if let (Some(_), Some(entry)) = (&resource, section.entry("args")) {
        let help = "leave `args` out: policy reads the URI as `args.uri`";
        fields.fault_with_help(codes::CONFLICT, entry.key.span, "a resource has no arguments but its URI", help);
    }
    Some(Call {
        about: tool.or(prompt).or(resource),
        args: fields.read(section, "args", Fields::map).unwrap_or_default(),
        server: fields.read(section, "server", Fields::text),
        meta: meta(fields, section),
        headers: fields.read(section, "headers", headers).unwrap_or_default(),
    })
}

fn is_entity(key: &str) -> bool {
    EntityKind::ALL.into_iter().any(|kind| kind.name() == key)
}

fn name(fields: &mut Fields, node: &Node, field: &str) -> Option<String> {
    let name = fields.text(node, field)?;
    if name.is_empty() {
        let help = format!("leave `{field}` out for a call that names nothing");
        fields.fault_with_help(codes::WRONG_VALUE, node.span, format!("a {field} has a name"), help);
    }
    Some(name)
}

fn meta(fields: &mut Fields, section: &Node) -> Option<Meta> {
    let tags = fields.read(section, "tags", Fields::names);
    let meta = fields.read(section, "meta", |fields, node, field| {
        let section = fields.section(node, field, META)?;
        Some(Meta {
            tags: fields.read(section, "tags", Fields::names).unwrap_or_default(),
            scope: fields.read(section, "scope", Fields::text),
            properties: fields.read(section, "properties", Fields::map).unwrap_or_default(),
        })
    });
    if tags.is_none() && meta.is_none() {
        return None;
    }
    let meta = meta.unwrap_or_default();
    Some(Meta { tags: meta.tags.union(&tags.unwrap_or(NameSet::EMPTY)), ..meta })
}

/// A tool call that does not say which tool.
fn nameless(arguments: Map<String, Json>) -> ContentPart {
    ContentPart::ToolCall(ToolCall { tool_call_id: "call".to_owned(), name: String::new(), arguments, namespace: None })
}
