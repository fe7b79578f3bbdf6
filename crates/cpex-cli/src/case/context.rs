//! `context`: what a host attaches to an operation.

use std::collections::BTreeMap;

use cpex::apl::node::{Node, Value};
use cpex::cmf::{
    AgentContext, Client, DataPolicy, Delegation, Hop, Host, HttpContext, ObjectProfile, RequestContext, Workload,
};
use serde_json::{Map, Value as Json};

use super::caller;
use super::codes;
use super::fields::{Fields, Keys};

const CONTEXT: Keys = Keys {
    of: "a context",
    known: &[
        "client",
        "caller_workload",
        "this_workload",
        "delegation",
        "agent",
        "request",
        "llm",
        "completion",
        "framework",
        "provenance",
        "custom",
        "http",
        "objects",
        "data",
    ],
    unavailable: &[],
};

const AGENT: Keys = Keys {
    of: "`agent`",
    known: &["input", "session_id", "conversation_id", "turn", "agent_id", "parent_agent_id", "conversation"],
    unavailable: &[],
};

const REQUEST: Keys = Keys {
    of: "`request`",
    known: &["environment", "request_id", "timestamp", "trace_id", "span_id"],
    unavailable: &[],
};

const DELEGATION: Keys = Keys {
    of: "`delegation`",
    known: &["chain", "depth", "origin_subject_id", "actor_subject_id", "age_seconds"],
    unavailable: &[],
};

const HTTP: Keys = Keys {
    of: "`http`",
    known: &["method", "path", "host", "scheme", "request_headers", "response_headers"],
    unavailable: &[],
};

/// A context as written; what is not there stays out of the operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) client: Option<Client>,
    pub(crate) caller_workload: Option<Workload>,
    pub(crate) this_workload: Option<Workload>,
    pub(crate) delegation: Option<Delegation>,
    pub(crate) agent: Option<AgentContext>,
    pub(crate) request: Option<RequestContext>,
    pub(crate) http: Option<HttpContext>,
    pub(crate) llm: Option<Map<String, Json>>,
    pub(crate) completion: Option<Map<String, Json>>,
    pub(crate) framework: Option<Map<String, Json>>,
    pub(crate) provenance: Option<Map<String, Json>>,
    pub(crate) custom: Option<Map<String, Json>>,
    pub(crate) objects: Option<BTreeMap<String, ObjectProfile>>,
    pub(crate) data: Option<BTreeMap<String, DataPolicy>>,
}

/// Reads `context`.
pub(crate) fn read(fields: &mut Fields, node: &Node, field: &str) -> Option<Context> {
    let section = fields.section(node, field, CONTEXT)?;
    Some(Context {
        client: fields.read(section, "client", caller::client),
        caller_workload: fields.read(section, "caller_workload", caller::workload),
        this_workload: fields.read(section, "this_workload", caller::workload),
        delegation: fields.read(section, "delegation", delegation),
        agent: fields.read(section, "agent", agent),
        request: fields.read(section, "request", request),
        http: fields.read(section, "http", http),
        llm: fields.read(section, "llm", Fields::map),
        completion: fields.read(section, "completion", Fields::map),
        framework: fields.read(section, "framework", Fields::map),
        provenance: fields.read(section, "provenance", Fields::map),
        custom: fields.read(section, "custom", Fields::map),
        objects: fields.read(section, "objects", Fields::typed),
        data: fields.read(section, "data", Fields::typed),
    })
}

/// Headers by name; a value may also be a number.
pub(crate) fn headers(fields: &mut Fields, node: &Node, field: &str) -> Option<BTreeMap<String, String>> {
    let entries = fields.entries(node, field)?;
    let header = |entry: &cpex::apl::node::Entry| {
        let value = match &entry.value.value {
            Value::Number(number) => number.to_string(),
            _ => fields.text(&entry.value, &entry.key.value)?,
        };
        Some((entry.key.value.to_ascii_lowercase(), value))
    };
    Some(entries.iter().filter_map(header).collect())
}

fn agent(fields: &mut Fields, node: &Node, field: &str) -> Option<AgentContext> {
    let section = fields.section(node, field, AGENT)?;
    Some(AgentContext {
        input: fields.read(section, "input", Fields::text),
        session_id: fields.read(section, "session_id", Fields::text),
        conversation_id: fields.read(section, "conversation_id", Fields::text),
        turn: fields.read(section, "turn", turn),
        agent_id: fields.read(section, "agent_id", Fields::text),
        parent_agent_id: fields.read(section, "parent_agent_id", Fields::text),
        conversation: fields.read(section, "conversation", Fields::typed),
    })
}

fn delegation(fields: &mut Fields, node: &Node, field: &str) -> Option<Delegation> {
    let section = fields.section(node, field, DELEGATION)?;
    let chain: Vec<Hop> = fields.read(section, "chain", Fields::typed).unwrap_or_default();
    let hops = u64::try_from(chain.len()).unwrap_or(u64::MAX).max(1);
    Some(Delegation {
        chain,
        depth: fields.read(section, "depth", depth).unwrap_or(hops),
        origin_subject_id: fields.read(section, "origin_subject_id", Fields::text),
        actor_subject_id: fields.read(section, "actor_subject_id", Fields::text),
        age_seconds: fields.read(section, "age_seconds", turn),
    })
}

/// How deep a chain is. One past the range of integers is as deep as the range.
fn depth(fields: &mut Fields, node: &Node, field: &str) -> Option<u64> {
    match &node.value {
        Value::Number(number) if number.as_f64().is_some_and(|depth| depth >= u64::MAX as f64) => Some(u64::MAX),
        _ => turn(fields, node, field),
    }
}

fn turn(fields: &mut Fields, node: &Node, field: &str) -> Option<u64> {
    match &node.value {
        Value::Number(number) if number.is_u64() => number.as_u64(),
        _ => fields.wrong_shape(node, field, "a whole number that is not negative"),
    }
}

fn request(fields: &mut Fields, node: &Node, field: &str) -> Option<RequestContext> {
    let section = fields.section(node, field, REQUEST)?;
    Some(RequestContext {
        environment: fields.read(section, "environment", Fields::text),
        request_id: fields.read(section, "request_id", Fields::text),
        timestamp: fields.read(section, "timestamp", Fields::text),
        trace_id: fields.read(section, "trace_id", Fields::text),
        span_id: fields.read(section, "span_id", Fields::text),
    })
}

/// The host of an authority, as the host of the runtime validated it.
fn host(fields: &mut Fields, node: &Node, field: &str) -> Option<Host> {
    let authority = fields.text(node, field)?;
    let host = Host::of_authority(&authority);
    if let Err(error) = host {
        fields.fault(codes::WRONG_VALUE, node.span, format!("`{authority}` is {error}"));
    }
    host.ok()
}

fn http(fields: &mut Fields, node: &Node, field: &str) -> Option<HttpContext> {
    let section = fields.section(node, field, HTTP)?;
    Some(HttpContext {
        method: fields.read(section, "method", Fields::text),
        path: fields.read(section, "path", Fields::text),
        host: fields.read(section, "host", host),
        scheme: fields.read(section, "scheme", Fields::text),
        request_headers: fields.read(section, "request_headers", headers).unwrap_or_default(),
        response_headers: fields.read(section, "response_headers", headers).unwrap_or_default(),
    })
}
