//! Documents and envelopes by hand.

use std::sync::Arc;

use apl_cmf::{
    AgentContext, Author, Change, Client, ContentPart, Delegation, Draft, Elicitation, ElicitationStatus, Envelope,
    Host, HttpContext, Identity, Message, Meta, Minted, NameSet, RequestContext, Role, Standing, Subject, ToolCall,
    Workload,
};
use apl_core::node::{Entry, Layout, Node, Text, Value};
use apl_core::span::{Sources, Span};
use apl_cpex::{Declaration, Declarations, Policy, Role as Placed};
use serde_json::{Map, Value as Json, json};

/// A document of that JSON, every value of it at a place of its own.
pub(crate) fn node(json: &Json) -> Node {
    number(json, &mut 0)
}

fn number(json: &Json, next: &mut usize) -> Node {
    *next += 10;
    let span = Span::new(0, *next, *next + 5);
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Number(value.clone()),
        Json::String(value) => Value::Text(text(value, span)),
        Json::Array(values) => Value::List(values.iter().map(|value| number(value, next)).collect()),
        Json::Object(entries) => Value::Map(
            entries.iter().map(|(key, value)| Entry { key: text(key, span), value: number(value, next) }).collect(),
        ),
    };
    Node { span, value }
}

fn text(value: &str, span: Span) -> Text {
    Text { value: value.to_owned(), span, layout: Layout::Folded }
}

/// The policy of a document that declares `jwt` and `key`, identity plugins, `scan` and `log`, plugins that `run` may name,
/// `off`, which is disabled, and `sink`; and what is wrong with it.
pub(crate) fn compile_document(document: &Json) -> (Policy, Vec<(&'static str, String)>) {
    let plugin = |name: &str, role| Declaration { name: name.into(), role, disabled: name == "off", may_modify: true };
    let declared = Declarations::new(vec![
        plugin("jwt", Placed::Identity),
        plugin("key", Placed::Identity),
        plugin("scan", Placed::Control),
        plugin("log", Placed::Control),
        plugin("off", Placed::Control),
        plugin("sink", Placed::Sink),
    ]);
    let sources = Sources::single("policy.yaml", " ".repeat(10_000));
    let mut faults = Vec::new();
    let policy = Policy::compile(&node(document), &declared, &sources, &mut faults);
    (policy, faults.into_iter().map(|fault| (fault.code.name, fault.message)).collect())
}

/// An operation that has a value for every attribute.
pub(crate) fn full() -> Envelope {
    let arguments = json!({ "id": "7", "items": [ { "ssn": "1" } ], "who": "eve", "map": { "eve": 5 }, "0": "zero" });
    let Json::Object(arguments) = arguments else { panic!("not an object") };
    let call = ToolCall::new("1", "lookup", arguments);
    let text = |value: &str| Some(value.to_owned());
    let names = |names: &[&str]| names.iter().copied().collect::<NameSet>();
    let map = |json: Json| match json {
        Json::Object(map) => map,
        other => panic!("not an object: {other}"),
    };
    let identity = Identity {
        subject: Some(Subject {
            id: "eve".into(),
            issuer: text("https://idp"),
            tenant: text("acme"),
            roles: names(&["hr", "admin.readonly"]),
            permissions: names(&["view"]),
            teams: names(&["people"]),
            claims: map(json!({ "level": 3, "address": { "city": "x" } })),
            ..Subject::default()
        }),
        client: Some(Client {
            id: "app".into(),
            trust_level: text("high"),
            scopes: names(&["read"]),
            authorized_scopes: names(&["read", "write"]),
            roles: names(&["bot"]),
            permissions: names(&["act"]),
            audiences: names(&["api"]),
            teams: names(&["t"]),
            claims: map(json!({ "azp": "app" })),
        }),
        caller_workload: Some(Workload { spiffe_id: "spiffe://d/w".into(), trust_domain: "d".into() }),
    };
    let headers = |name: &str| [(name.to_owned(), "v".to_owned())].into_iter().collect();
    let mut envelope = Draft::new(Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]))
        .request(RequestContext {
            timestamp: None,
            environment: text("prod"),
            request_id: text("r1"),
            trace_id: text("t1"),
            span_id: text("s1"),
        })
        .agent(AgentContext {
            conversation: None,
            input: text("do it"),
            session_id: text("s1"),
            conversation_id: text("c1"),
            turn: Some(2),
            agent_id: text("a1"),
            parent_agent_id: text("p1"),
        })
        .http(HttpContext {
            method: text("POST"),
            path: text("/mcp"),
            host: Some(Host::of_authority("h").unwrap()),
            scheme: text("https"),
            request_headers: headers("x-a"),
            response_headers: headers("x-b"),
        })
        .delegation(Delegation {
            chain: Vec::new(),
            depth: 2,
            origin_subject_id: text("bob"),
            actor_subject_id: text("agent"),
            age_seconds: Some(60),
        })
        .meta(Meta { tags: names(&["pii"]), scope: text("global"), properties: map(json!({ "owner": "hr" })) })
        .mcp(map(json!({ "server": "hr" })))
        .llm(map(json!({ "temperature": 0.5 })))
        .completion(map(json!({ "tokens": 9 })))
        .provenance(map(json!({ "source": "web" })))
        .framework(map(json!({ "name": "f" })))
        .custom(map(json!({ "flag": true })))
        .this_workload(Arc::new(Workload { spiffe_id: "spiffe://d/gate".into(), trust_domain: "d".into() }))
        .identify(identity, Standing::Verified, 1_767_225_600_000);
    envelope.bind_session(&names(&["secret"]));
    let rule = Author::Policy("rule".into());
    let (header, value) = ("authorization".to_owned(), "Bearer planted".into());
    let minted = Minted { header, value, audience: "api".into(), permissions: vec!["read".into()] };
    envelope.apply(&rule, Change::Mint(minted)).unwrap();
    let (id, approver, channel) = ("e1".into(), "carol".into(), Some("#pay".into()));
    let elicitation = Elicitation { id, status: ElicitationStatus::Approved, approver, channel };
    envelope.apply(&rule, Change::Elicit(elicitation)).unwrap();
    envelope
}

/// An operation of nobody, about which nothing is known but the tool.
pub(crate) fn bare() -> Envelope {
    let call = ToolCall::new("1", "lookup", Map::new());
    let message = Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]);
    Draft::new(message).identify(Identity::default(), Standing::Anonymous, 0)
}
