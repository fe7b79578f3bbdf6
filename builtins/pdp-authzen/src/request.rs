//! What is sent to a decision point: the map of a step, with every value where the API wants it.

use cpex_sdk::engine::EngineError;
use serde_json::{Map, Value as Json, json};

/// The header that a request is known by; an answer has the same.
pub(crate) const REQUEST_ID: &str = "X-Request-ID";

/// One request.
pub(crate) struct Request {
    /// Its JSON, in which members of one request are always in one order.
    pub(crate) body: Vec<u8>,
    pub(crate) asks: Asks,
}

/// How much a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// One evaluation.
    One,
    /// So many evaluations, which must all be permitted.
    All(usize, Semantic),
}

/// How several evaluations are gone through. Under either, all must be permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Semantic {
    /// The first denial is the last answer.
    DenyOnFirstDeny,
    /// Each has its answer.
    ExecuteAll,
}

impl Semantic {
    /// The spelling of the API and of configs.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::DenyOnFirstDeny => "deny_on_first_deny",
            Self::ExecuteAll => "execute_all",
        }
    }
}

impl Request {
    /// The request of a filled map. `several` is the key whose value is a list, if one is.
    pub(crate) fn new(map: &Json, subject: Json, several: Option<(&str, Semantic)>) -> Result<Self, EngineError> {
        let mut body = Map::from_iter([("subject".to_owned(), subject)]);
        let mut asks = Asks::One;
        for (key, checked) in [("action", action as fn(&Json) -> _), ("resource", resource)] {
            let value = map.get(key).unwrap_or(&Json::Null);
            let Some((_, semantic)) = several.filter(|(several, _)| *several == key) else {
                body.insert(key.to_owned(), checked(value)?);
                continue;
            };
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let evaluation = |item| Ok(json!({ key: checked(item)? }));
            let evaluations: Vec<Json> = items.iter().map(evaluation).collect::<Result<_, EngineError>>()?;
            asks = Asks::All(evaluations.len(), semantic);
            body.insert("evaluations".to_owned(), Json::Array(evaluations));
            body.insert("options".to_owned(), json!({ "evaluations_semantic": semantic.name() }));
        }
        if let Some(context) = map.get("context") {
            body.insert("context".to_owned(), object(context, "`context`")?);
        }
        Ok(Self { body: Json::Object(body).to_string().into_bytes(), asks })
    }
}

/// A subject or a resource, whose parts are what the API wants.
pub(crate) fn entity(value: &Json, key: &str) -> Result<Json, EngineError> {
    text(value, "type", key)?;
    text(value, "id", key)?;
    with_properties(value, key)
}

fn resource(value: &Json) -> Result<Json, EngineError> {
    entity(value, "resource")
}

/// The map of an action, or the one that a text is short for.
fn action(value: &Json) -> Result<Json, EngineError> {
    if let Json::String(name) = value {
        return action(&json!({ "name": name }));
    }
    text(value, "name", "action")?;
    with_properties(value, "action")
}

fn with_properties(value: &Json, key: &str) -> Result<Json, EngineError> {
    if let Some(properties) = value.get("properties") {
        object(properties, &format!("`properties` of `{key}`"))?;
    }
    Ok(value.clone())
}

/// Nothing is formatted: `7` and `"7"` are different things to a decision point.
fn text(value: &Json, part: &str, key: &str) -> Result<(), EngineError> {
    match value.get(part).and_then(Json::as_str) {
        Some("") => Err(EngineError(format!("`{part}` of `{key}` is empty"))),
        Some(_) => Ok(()),
        None => Err(EngineError(format!("`{part}` of `{key}` is no text"))),
    }
}

fn object(value: &Json, what: &str) -> Result<Json, EngineError> {
    if value.is_object() { Ok(value.clone()) } else { Err(EngineError(format!("{what} is no map"))) }
}
