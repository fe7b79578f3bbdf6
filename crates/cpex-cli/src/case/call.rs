//! `call`: the operation itself.

use std::collections::BTreeMap;

use cpex::Operation;
use cpex::apl::node::{Node, Value};
use cpex::cmf::{ContentPart, EntityKind, HttpContext, Message, Meta, NameSet, Role, ToolCall};
use serde_json::{Map, Value as Json};

use super::codes;
use super::context::headers;
use super::fields::{Fields, Keys};

const CALL: Keys = Keys {
    of: "a call",
    known: &["tool", "prompt", "resource", "llm", "agent", "http", "args", "server", "tags", "headers", "meta"],
    unavailable: &[],
};

const HTTP: Keys = Keys { of: "`http`", known: &["path", "method"], unavailable: &[] };

/// What a call of a model or an agent may give beside its name, and an HTTP request beside its path.
const CONVERSATION: Keys = Keys { of: "`args` of this call", known: &["messages", "parameters"], unavailable: &[] };
const REQUEST: Keys = Keys { of: "`args` of this call", known: &["query", "body"], unavailable: &[] };

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
    /// The model of that name.
    Llm(String),
    /// The agent of that name, perhaps with a method.
    Agent(String),
    /// The HTTP request itself.
    Http {
        /// Its path as sent.
        path: String,
        /// Its method, where the call gives one.
        method: Option<String>,
    },
}

impl About {
    /// Its name, URI or path.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Tool(name) | Self::Prompt(name) | Self::Resource(name) | Self::Llm(name) | Self::Agent(name) => name,
            Self::Http { path, .. } => path,
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
            Some(About::Llm(model)) => Operation::llm(model, self.args.clone()),
            Some(About::Agent(name)) => Operation::agent(name, self.args.clone()),
            Some(About::Http { .. }) => Operation::http(HttpContext::default(), self.args.clone()),
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

    /// The HTTP request that carries it, or is it, beside what the context of the case says; none where neither says anything.
    pub(crate) fn http(&self, context: Option<&HttpContext>) -> Option<HttpContext> {
        let request = match &self.about {
            Some(About::Http { path, method }) => Some((path, method)),
            _ => None,
        };
        if request.is_none() && context.is_none() && self.headers.is_empty() {
            return None;
        }
        let mut http = context.cloned().unwrap_or_default();
        http.request_headers.extend(self.headers.clone());
        if let Some((path, method)) = request {
            http.path = Some(path.clone());
            http.method = method.clone().or(http.method).or_else(|| Some("GET".to_owned()));
        }
        Some(http)
    }

    /// What of a context the call says itself, so that it cannot be said twice.
    pub(crate) fn repeats(&self, context: &HttpContext) -> Option<&'static str> {
        match &self.about {
            Some(About::Http { .. }) if context.path.is_some() => Some("path"),
            Some(About::Http { method: Some(_), .. }) if context.method.is_some() => Some("method"),
            _ => None,
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
    let llm = fields.read(section, "llm", name).map(About::Llm);
    let agent = fields.read(section, "agent", name).map(About::Agent);
    let http = fields.read(section, "http", http);
    let about = tool.or(prompt).or(resource).or(llm).or(agent).or(http);
    Some(Call {
        args: fields
            .read(section, "args", |fields, node, field| args(fields, node, field, about.as_ref()))
            .unwrap_or_default(),
        about,
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
        let article = if field == "agent" { "an" } else { "a" };
        let what = if field == "llm" { "model" } else { field };
        fields.fault_with_help(codes::WRONG_VALUE, node.span, format!("{article} {what} has a name"), help);
    }
    Some(name)
}

/// A path, or a map of path and method.
fn http(fields: &mut Fields, node: &Node, field: &str) -> Option<About> {
    if !matches!(node.value, Value::Map(_)) {
        return fields.text(node, field).map(|path| About::Http { path, method: None });
    }
    let section = fields.section(node, field, HTTP)?;
    if section.get("path").is_none() {
        fields.fault_with_help(codes::MISSING_KEY, node.span, "`path` is missing", "add `path: /..`");
    }
    let method = fields.read(section, "method", Fields::text);
    fields.read(section, "path", Fields::text).map(|path| About::Http { path, method })
}

fn args(fields: &mut Fields, node: &Node, field: &str, about: Option<&About>) -> Option<Map<String, Json>> {
    let keys = match about {
        Some(About::Llm(_) | About::Agent(_)) => Some(CONVERSATION),
        Some(About::Http { .. }) => Some(REQUEST),
        Some(About::Tool(_) | About::Prompt(_) | About::Resource(_)) | None => None,
    };
    if let Some(keys) = keys {
        fields.section(node, field, keys)?;
    }
    fields.map(node, field)
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
    ContentPart::ToolCall(ToolCall::new("call", "", arguments))
}
