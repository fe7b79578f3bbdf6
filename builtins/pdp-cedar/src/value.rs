//! From values of a step to values of Cedar, without JSON text in between.
//!
//! What a step writes is read once, at load. `{__entity: {type, id}}` and `{__extn: {fn, arg}}` mean an entity and a value
//! of an extension there; what is filled in at request time means no more than it says, so that no caller makes an entity
//! of a map.

use std::borrow::Cow;

use cedar_policy::{Context, EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use cpex_sdk::config::{ConfigFault, ConfigNode, ConfigStep};
use serde_json::{Map, Value as Json};

/// How deep a value may nest.
const MOST_LEVELS: usize = 32;

/// A value of a step.
#[derive(Debug)]
pub(crate) enum Plan {
    /// It stands there as it is.
    Ready(RestrictedExpression),
    /// It is filled in.
    Filled,
    Set(Vec<Self>),
    Record(Vec<(String, Self)>),
    /// An entity. It is never [`Plan::Ready`], so that those referred to can be found.
    Entity {
        of: EntityTypeName,
        uid: Option<EntityUid>,
    },
    /// A value of an extension whose text is filled in.
    Extension(Extension),
}

/// A constructor of values that JSON has none of.
type Extension = fn(&str) -> RestrictedExpression;

/// The constructors, by their names in policies.
const EXTENSIONS: [(&str, Extension); 4] = [
    ("ip", |text| RestrictedExpression::new_ip(text)),
    ("decimal", |text| RestrictedExpression::new_decimal(text)),
    ("datetime", |text| RestrictedExpression::new_datetime(text)),
    ("duration", |text| RestrictedExpression::new_duration(text)),
];

/// What is said of a number that Cedar has none of.
pub(crate) const NO_LONG: &str = "is or holds a number that is no whole number of 64 bits";

/// Why a value of a request is none of Cedar's, and the keys of the step that lead to it, innermost first.
#[derive(Debug)]
pub(crate) struct Misfit {
    keys: Vec<String>,
    what: &'static str,
}

impl Misfit {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self { keys: Vec::new(), what }
    }

    /// The same, below a key.
    pub(crate) fn below(mut self, key: impl Into<String>) -> Self {
        self.keys.push(key.into());
        self
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<&str> = self.keys.iter().rev().map(String::as_str).collect();
        write!(f, "`{}` {}", keys.join("."), self.what)
    }
}

/// Whether `${path}` stands in a text.
pub(crate) fn is_filled(text: &str) -> bool {
    text.contains("${")
}

impl Plan {
    /// Reads a value as a step writes it; none where something is wrong with it, which is then among the faults.
    pub(crate) fn read(node: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Option<Self> {
        match node.value {
            Json::String(text) if is_filled(text) => Some(Self::Filled),
            Json::Array(_) => {
                let elements: Vec<_> = node.items().iter().map(|element| Self::read(element, faults)).collect();
                Some(joined_set(elements.into_iter().collect::<Option<_>>()?))
            }
            Json::Object(members) if members.keys().any(|key| key.starts_with("__")) => escape(node, members, faults),
            Json::Object(_) => Some(joined_record(read_record(node, faults)?)),
            value => match convert(value, 0) {
                Ok(value) => Some(Self::Ready(value)),
                Err(misfit) => {
                    faults.push(unfit(node, misfit.what));
                    None
                }
            },
        }
    }

    fn ready(&self) -> Option<RestrictedExpression> {
        match self {
            Self::Ready(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// The entity it is.
    fn entity(&self, filled: &Json) -> Option<EntityUid> {
        match self {
            Self::Entity { uid: Some(uid), .. } => Some(uid.clone()),
            Self::Entity { of, uid: None } => Some(uid(of, &id(filled.pointer("/__entity/id")?)?)),
            _ => None,
        }
    }

    fn references(&self, filled: &Json, found: &mut Vec<EntityUid>) {
        match self {
            Self::Entity { .. } => found.extend(self.entity(filled)),
            Self::Set(elements) => {
                let filled = |index| filled.get(index).unwrap_or(&Json::Null);
                elements.iter().enumerate().for_each(|(index, element)| element.references(filled(index), found));
            }
            Self::Record(members) => references(members, filled, found),
            Self::Ready(_) | Self::Filled | Self::Extension(_) => {}
        }
    }

    /// The value, from the step with everything filled in.
    pub(crate) fn fill(&self, filled: &Json) -> Result<RestrictedExpression, Misfit> {
        match self {
            Self::Ready(value) => Ok(value.clone()),
            Self::Filled => convert(filled, 0),
            Self::Set(elements) => {
                let fill = |(index, element): (usize, &Self)| element.fill(filled.get(index).unwrap_or(&Json::Null));
                let elements: Result<Vec<_>, _> = elements.iter().enumerate().map(fill).collect();
                Ok(RestrictedExpression::new_set(elements?))
            }
            Self::Record(members) => record(fill_record(members, filled)?),
            Self::Entity { .. } => {
                let uid =
                    self.entity(filled).ok_or(Misfit::new("has an id that is neither text nor a whole number"))?;
                Ok(RestrictedExpression::new_entity_uid(uid))
            }
            Self::Extension(construct) => {
                let text = filled.pointer("/__extn/arg").and_then(Json::as_str);
                Ok(construct(text.ok_or(Misfit::new("is no text"))?))
            }
        }
    }
}

/// Adds the entities that members refer to.
pub(crate) fn references(members: &[(String, Plan)], filled: &Json, found: &mut Vec<EntityUid>) {
    for (key, plan) in members {
        if let Some(filled) = filled.get(key) {
            plan.references(filled, found);
        }
    }
}

/// An id as it is filled in. A whole number is one too, in decimal form, since nothing else could make text of it.
pub(crate) fn id(filled: &Json) -> Option<Cow<'_, str>> {
    match filled {
        Json::String(text) => Some(text.into()),
        Json::Number(number) if !number.is_f64() => Some(number.to_string().into()),
        _ => None,
    }
}

/// The entity of a type.
pub(crate) fn uid(of: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(of.clone(), EntityId::new(id))
}

/// Reads the members of a map; those that are wrong are among the faults.
pub(crate) fn read_record(node: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Option<Vec<(String, Plan)>> {
    let members = node.keys().filter_map(|key| Some((key, node.get(key)?)));
    let members: Vec<_> = members.map(|(key, member)| Some((key.to_owned(), Plan::read(&member, faults)?))).collect();
    members.into_iter().collect()
}

/// The members with everything filled in.
pub(crate) fn fill_record(
    members: &[(String, Plan)],
    filled: &Json,
) -> Result<Vec<(String, RestrictedExpression)>, Misfit> {
    let fill = |(key, plan): &(String, Plan)| {
        let value = plan.fill(filled.get(key).unwrap_or(&Json::Null)).map_err(|misfit| misfit.below(key))?;
        Ok((key.clone(), value))
    };
    members.iter().map(fill).collect()
}

/// A value as Cedar has it. Nothing is coerced.
pub(crate) fn convert(value: &Json, level: usize) -> Result<RestrictedExpression, Misfit> {
    if level > MOST_LEVELS {
        return Err(Misfit::new("nests too deep"));
    }
    Ok(match value {
        Json::Null => return Err(Misfit::new("is or holds null, which Cedar has none of")),
        Json::Bool(value) => RestrictedExpression::new_bool(*value),
        Json::Number(number) => RestrictedExpression::new_long(number.as_i64().ok_or(Misfit::new(NO_LONG))?),
        Json::String(text) => RestrictedExpression::new_string(text.clone()),
        Json::Array(elements) => {
            let elements: Result<Vec<_>, _> = elements.iter().map(|element| convert(element, level + 1)).collect();
            RestrictedExpression::new_set(elements?)
        }
        Json::Object(members) => return record(members_of(members, level + 1)?),
    })
}

/// Attributes of a map that is filled in as one.
pub(crate) fn convert_members(members: &Map<String, Json>) -> Result<Vec<(String, RestrictedExpression)>, Misfit> {
    members_of(members, 0)
}

fn members_of(members: &Map<String, Json>, level: usize) -> Result<Vec<(String, RestrictedExpression)>, Misfit> {
    members.iter().map(|(key, value)| Ok((key.clone(), convert(value, level)?))).collect()
}

/// A fault of a value that Cedar has none of.
pub(crate) fn unfit(node: &ConfigNode<'_>, what: &str) -> ConfigFault {
    let mut fault = node.fault("");
    let keys: Vec<&str> = fault.path.iter().filter_map(key).collect();
    fault.text = format!("`{}` {what}", keys.join("."));
    if node.value.is_f64() {
        return fault
            .help(format!("write a whole number, text or `{{ __extn: {{ fn: decimal, arg: '{}' }} }}`", node.value));
    }
    fault
}

/// Reads `{__entity: {type, id}}` or `{__extn: {fn, arg}}`.
fn escape(node: &ConfigNode<'_>, members: &Map<String, Json>, faults: &mut Vec<ConfigFault>) -> Option<Plan> {
    let read = match (members.len(), node.get("__entity"), node.get("__extn")) {
        (1, Some(entity), None) => read_entity(&entity),
        (1, None, Some(extension)) => read_extension(&extension),
        _ => Err(node
            .fault("no such value")
            .help("write `__entity: {type, id}` or `__extn: {fn, arg}`, alone in its map")),
    };
    read.map_err(|fault| faults.push(fault)).ok()
}

fn read_entity(node: &ConfigNode<'_>) -> Result<Plan, ConfigFault> {
    let (of, id) = two_texts(node, "type", "id")?;
    let of = read_type(&of)?;
    let uid = id.text().filter(|text| !is_filled(text)).map(|text| uid(&of, text));
    Ok(Plan::Entity { of, uid })
}

/// The type of an entity. It is written: which policies can apply is told by it, at load.
pub(crate) fn read_type(node: &ConfigNode<'_>) -> Result<EntityTypeName, ConfigFault> {
    let text = node.text().unwrap_or_default();
    if is_filled(text) {
        return Err(node.fault("the type of an entity is written, and not filled in").help("fill in its `id`"));
    }
    text.parse().map_err(|_| node.fault(format!("`{text}` is no type of entities")).help("write it as in `Ns::Doc`"))
}

fn read_extension(node: &ConfigNode<'_>) -> Result<Plan, ConfigFault> {
    let (function, argument) = two_texts(node, "fn", "arg")?;
    let (name, text) = (function.text().unwrap_or_default(), argument.text().unwrap_or_default());
    let Some((_, construct)) = EXTENSIONS.into_iter().find(|(known, _)| *known == name) else {
        let names = EXTENSIONS.map(|(known, _)| format!("`{known}`")).join(", ");
        return Err(function
            .fault(format!("no extension makes values by `{name}`"))
            .help(format!("write one of {names}")));
    };
    if is_filled(text) {
        return Ok(Plan::Extension(construct));
    }
    let value = construct(text);
    match Context::from_pairs([("value".to_owned(), value.clone())]) {
        Ok(_) => Ok(Plan::Ready(value)),
        Err(_) => Err(argument.fault(format!("`{name}` takes no `{text}`"))),
    }
}

/// The two texts of a map of exactly these keys.
fn two_texts<'c>(
    node: &ConfigNode<'c>,
    first: &str,
    second: &str,
) -> Result<(ConfigNode<'c>, ConfigNode<'c>), ConfigFault> {
    let texts = [first, second].map(|key| node.get(key).filter(|node| node.text().is_some()));
    match texts {
        [Some(first), Some(second)] if node.keys().count() == 2 => Ok((first, second)),
        _ => Err(node.fault(format!("expected a map of two texts, `{first}` and `{second}`"))),
    }
}

/// A set that stands there as it is, if its parts do.
fn joined_set(elements: Vec<Plan>) -> Plan {
    match elements.iter().map(Plan::ready).collect::<Option<Vec<_>>>() {
        Some(ready) => Plan::Ready(RestrictedExpression::new_set(ready)),
        None => Plan::Set(elements),
    }
}

/// Likewise.
fn joined_record(members: Vec<(String, Plan)>) -> Plan {
    let ready: Option<Vec<_>> = members.iter().map(|(key, plan)| Some((key.clone(), plan.ready()?))).collect();
    match ready.and_then(|members| record(members).ok()) {
        Some(ready) => Plan::Ready(ready),
        None => Plan::Record(members),
    }
}

fn record(members: Vec<(String, RestrictedExpression)>) -> Result<RestrictedExpression, Misfit> {
    RestrictedExpression::new_record(members).map_err(|_| Misfit::new("has a key twice"))
}

fn key(step: &ConfigStep) -> Option<&str> {
    match step {
        ConfigStep::Key(key) => Some(key),
        ConfigStep::Index(_) => None,
    }
}
