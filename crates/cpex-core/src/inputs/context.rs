//! What a host attached to an operation, without what only a sink that lists it gets.

use std::collections::BTreeMap;

use apl_cmf::{EntityKind, Envelope, is_sensitive_header};
use cpex_sdk::audit::ValuePath;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::carried::{is_whole, listed};

/// The context, in the form of that of a case.
pub(super) fn of(envelope: &Envelope, values: &[ValuePath], kind: Option<EntityKind>) -> Json {
    let identity = envelope.identity();
    let mut context = Map::new();
    let mut put = |name: &str, value: Json| {
        if !is_nothing(&value) {
            context.insert(name.to_owned(), value);
        }
    };
    put("client", encoded(identity.client.as_ref()));
    put("caller_workload", encoded(identity.caller_workload.as_ref()));
    put("this_workload", encoded(envelope.this_workload()));
    if *envelope.delegation() != apl_cmf::Delegation::default() {
        put("delegation", encoded(Some(envelope.delegation())));
    }
    put("agent", agent(envelope, values));
    put("request", encoded(Some(envelope.request_context())));
    put("http", http(envelope, kind));
    put("objects", encoded(Some(envelope.objects())));
    put("data", encoded(Some(envelope.data())));
    for (name, members) in [
        ("llm", envelope.llm()),
        ("completion", envelope.completion()),
        ("framework", envelope.framework()),
        ("provenance", envelope.provenance()),
        ("custom", envelope.custom()),
    ] {
        put(name, listed(members.clone(), name, values).into());
    }
    context.into()
}

/// A value without members that are nothing; nothing where there is no value.
pub(super) fn encoded<T: Serialize>(value: Option<&T>) -> Json {
    let value = value.and_then(|value| serde_json::to_value(value).ok());
    match value {
        Some(Json::Object(members)) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other.into(),
    }
}

/// Headers, but for those that may hold credentials.
pub(super) fn headers(headers: &BTreeMap<String, String>) -> Json {
    let kept = headers.iter().filter(|(name, _)| !is_sensitive_header(name));
    kept.map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect()
}

/// The session is told apart by a pseudonym that stands beside the context; what the agent was told is there if it is
/// listed.
fn agent(envelope: &Envelope, values: &[ValuePath]) -> Json {
    let Json::Object(mut agent) = encoded(Some(envelope.agent())) else { return Json::Null };
    agent.remove("conversation");
    for (name, path) in [("session_id", "agent.session_id"), ("input", "agent.input")] {
        if !is_whole(path, values) {
            agent.remove(name);
        }
    }
    agent.into()
}

/// The request that carried the operation. Of one that is the request itself the call says path and method.
fn http(envelope: &Envelope, kind: Option<EntityKind>) -> Json {
    let Json::Object(mut http) = encoded(Some(envelope.http())) else { return Json::Null };
    if kind == Some(EntityKind::Http) {
        http.remove("path");
        http.remove("method");
    }
    for name in ["request_headers", "response_headers"] {
        http.remove(name);
    }
    for (name, held) in
        [("request_headers", &envelope.http().request_headers), ("response_headers", &envelope.http().response_headers)]
    {
        if !held.is_empty() {
            http.insert(name.to_owned(), headers(held));
        }
    }
    http.into()
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}
