//! What is asked: one evaluation, or several.
//!
//! Members that the API does not name are ignored, as it wants it. A body that states a member twice is not read, since its
//! author and this program might mean different ones.

use cpex::sdk::json;
use serde_json::{Map, Value as Json};

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Who does it.
    pub subject: Entity,
    /// What is done.
    pub action: Action,
    /// What it is done to.
    pub resource: Entity,
    /// What else is told.
    pub context: Map<String, Json>,
}

/// A subject or a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its type.
    pub kind: String,
    /// Its identifier among those of the type.
    pub id: String,
    /// What else is told of it.
    pub properties: Map<String, Json>,
}

/// An action.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// What else is told of it.
    pub properties: Map<String, Json>,
}

/// What a body asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// One question, to be answered alone.
    One(Box<Evaluation>),
    /// Several, each of which may be malformed without harm to the others.
    Several(Vec<Result<Evaluation, Malformed>>, Semantic),
}

/// How several questions are gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Semantic {
    /// All are answered.
    #[default]
    ExecuteAll,
    /// The first denial is the last answer.
    DenyOnFirstDeny,
    /// The first permit is the last answer.
    PermitOnFirstPermit,
}

/// What is wrong with a body. No value of it is in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

/// Reads the body of an evaluation.
///
/// # Errors
/// What is wrong with it.
pub fn evaluation(body: &[u8]) -> Result<Asked, Malformed> {
    one(&object(body)?, &Map::new()).map(|question| Asked::One(Box::new(question)))
}

/// Reads the body of evaluations. One without a list of them is a single evaluation.
///
/// # Errors
/// What is wrong with the whole of it.
pub fn evaluations(body: &[u8]) -> Result<Asked, Malformed> {
    let defaults = object(body)?;
    let items = match defaults.get("evaluations") {
        Some(Json::Array(items)) if !items.is_empty() => items,
        Some(Json::Array(_)) | None => {
            return one(&defaults, &Map::new()).map(|question| Asked::One(Box::new(question)));
        }
        Some(_) => return Err(malformed("`evaluations` is no list")),
    };
    let semantic = semantic(defaults.get("options"))?;
    let item = |item: &Json| {
        let item = item.as_object().ok_or_else(|| malformed("an element of `evaluations` is no object"))?;
        one(item, &defaults)
    };
    Ok(Asked::Several(items.iter().map(item).collect(), semantic))
}

fn object(body: &[u8]) -> Result<Map<String, Json>, Malformed> {
    json::object(body).map_err(|unreadable| malformed(format!("the body {}", unreadable.text())))
}

fn semantic(options: Option<&Json>) -> Result<Semantic, Malformed> {
    let Some(options) = options else { return Ok(Semantic::default()) };
    let options = options.as_object().ok_or_else(|| malformed("`options` is no object"))?;
    match options.get("evaluations_semantic").map(Json::as_str) {
        None | Some(Some("execute_all")) => Ok(Semantic::ExecuteAll),
        Some(Some("deny_on_first_deny")) => Ok(Semantic::DenyOnFirstDeny),
        Some(Some("permit_on_first_permit")) => Ok(Semantic::PermitOnFirstPermit),
        Some(_) => Err(malformed("`evaluations_semantic` is none of the three")),
    }
}

/// One question, whose parts stand in it or are those of all.
fn one(item: &Map<String, Json>, defaults: &Map<String, Json>) -> Result<Evaluation, Malformed> {
    let part = |key: &str| {
        let part = item.get(key).or_else(|| defaults.get(key));
        part.ok_or_else(|| malformed(format!("`{key}` is missing")))
    };
    let action = part("action")?;
    let context = match item.get("context").or_else(|| defaults.get("context")) {
        Some(context) => context.as_object().cloned().ok_or_else(|| malformed("`context` is no object"))?,
        None => Map::new(),
    };
    Ok(Evaluation {
        subject: entity(part("subject")?, "subject")?,
        action: Action { name: text(action, "name", "action")?, properties: properties(action, "action")? },
        resource: entity(part("resource")?, "resource")?,
        context,
    })
}

fn entity(value: &Json, key: &str) -> Result<Entity, Malformed> {
    let (kind, id) = (text(value, "type", key)?, text(value, "id", key)?);
    Ok(Entity { kind, id, properties: properties(value, key)? })
}

fn text(value: &Json, part: &str, key: &str) -> Result<String, Malformed> {
    let text = value.get(part).and_then(Json::as_str);
    text.map(str::to_owned).ok_or_else(|| malformed(format!("`{part}` of `{key}` is no text")))
}

fn properties(value: &Json, key: &str) -> Result<Map<String, Json>, Malformed> {
    match value.get("properties") {
        None => Ok(Map::new()),
        Some(Json::Object(properties)) => Ok(properties.clone()),
        Some(_) => Err(malformed(format!("`properties` of `{key}` is no object"))),
    }
}

fn malformed(text: impl Into<String>) -> Malformed {
    Malformed(text.into())
}
