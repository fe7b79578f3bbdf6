//! The entities a config gives: facts of the operator, built once.
//!
//! A request looks at few of them. Which can be told: only an entity that a policy can get hold of is ever looked at, and it
//! gets hold of the three that the request names, of those written in policies, and of those that attributes of these refer
//! to. An ancestor is never got hold of, only asked for, and every entity knows all of its own.

use std::collections::{HashMap, HashSet};

use cedar_policy::{Entities, Entity, EntityUid, EvalResult, RestrictedExpression, Schema};
use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode};

use crate::fault::Finding;
use crate::schema::CheckedSchema;
use crate::source::Source;
use crate::value;

/// The entities of a config, the actions of its schema among them.
#[derive(Debug, Default)]
pub(crate) struct KnownEntities(HashMap<EntityUid, Known>);

/// A known entity.
#[derive(Debug)]
pub(crate) struct Known {
    /// The entity, all its ancestors its parents.
    pub(crate) entity: Entity,
    ancestors: HashSet<EntityUid>,
    tags: HashMap<String, RestrictedExpression>,
    /// The entities that its attributes and tags refer to.
    refers_to: Vec<EntityUid>,
}

impl KnownEntities {
    /// Reads `entities`: a list in Cedar's JSON form, or `{file: path}`. Without them there are the actions of the schema.
    pub(crate) fn read(
        node: Option<&ConfigNode<'_>>,
        schema: Option<&CheckedSchema>,
        host: &Host,
        faults: &mut Vec<ConfigFault>,
    ) -> Option<Self> {
        let schema = schema.map(|schema| &schema.schema);
        let Some(node) = node else {
            return schema
                .map_or(Ok(Entities::empty()), Schema::action_entities)
                .ok()
                .map(|actions| Self::of(&actions));
        };
        let before = faults.len();
        let (json, source) = match node.get("file") {
            Some(file) => {
                let source = Source::file(&file, host, faults)?;
                let json = serde_json::from_str(&source.text);
                let json = json.map_err(|error| faults.push(source.fault(no_json(&source.text, &error))));
                (json.ok()?, Some(source))
            }
            None => {
                refuse_floats(node, faults);
                (node.value.clone(), None)
            }
        };
        if faults.len() > before {
            return None;
        }
        match Entities::from_json_value(json, schema) {
            Ok(entities) => Some(Self::of(&entities)),
            Err(error) => {
                let finding = Finding::of(&error);
                faults.push(match source {
                    Some(source) => source.fault(finding),
                    None => finding.at(node.fault("")),
                });
                None
            }
        }
    }

    fn of(entities: &Entities) -> Self {
        let known = |entity: &Entity| {
            let ancestors = entities.ancestors(&entity.uid()).into_iter().flatten().cloned().collect();
            Some((entity.uid(), Known::of(entity, ancestors)?))
        };
        Self(entities.iter().filter_map(known).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, uid: &EntityUid) -> Option<&Known> {
        self.0.get(uid)
    }

    /// Whether an entity is another or below it.
    pub(crate) fn is_in(&self, uid: &EntityUid, other: &EntityUid) -> bool {
        uid == other || self.get(uid).is_some_and(|known| known.ancestors.contains(other))
    }

    /// Adds to `found` those of the entities that are known, and all that can be got hold of from them.
    pub(crate) fn reach(&self, from: impl IntoIterator<Item = EntityUid>, found: &mut HashSet<EntityUid>) {
        let mut waiting: Vec<EntityUid> = from.into_iter().collect();
        while let Some(uid) = waiting.pop() {
            if let Some(known) = self.get(&uid)
                && found.insert(uid)
            {
                waiting.extend(known.refers_to.iter().cloned());
            }
        }
    }
}

impl Known {
    /// None for an entity that only partial evaluation makes.
    fn of(entity: &Entity, ancestors: HashSet<EntityUid>) -> Option<Self> {
        let (mut refers_to, mut tags) = (Vec::new(), HashMap::new());
        for (_, value) in entity.attrs() {
            references(&value.ok()?, &mut refers_to);
        }
        for (name, value) in entity.tags() {
            let value = value.ok()?;
            references(&value, &mut refers_to);
            tags.insert(name.to_owned(), restricted(&value)?);
        }
        let (uid, attributes, _) = entity.clone().into_inner();
        let entity = Entity::new_with_tags(uid, attributes, ancestors.clone(), tags.clone()).ok()?;
        Some(Self { entity, ancestors, tags, refers_to })
    }

    /// The entity with attributes that a request gives besides.
    ///
    /// # Errors
    /// When an attribute is given twice, or an extension value of the request cannot be read.
    pub(crate) fn with(&self, given: Vec<(String, RestrictedExpression)>) -> Result<Entity, String> {
        if given.is_empty() {
            return Ok(self.entity.clone());
        }
        let (uid, mut attributes, ancestors) = self.entity.clone().into_inner();
        for (name, value) in given {
            if attributes.contains_key(&name) {
                return Err(format!("an attribute `{name}` is in `entities` too"));
            }
            attributes.insert(name, value);
        }
        Entity::new_with_tags(uid, attributes, ancestors, self.tags.clone()).map_err(|_| UNREADABLE.to_owned())
    }
}

/// What an extension value that its extension refuses comes to.
pub(crate) const UNREADABLE: &str = "an extension value cannot be read";

/// The entities a value refers to.
fn references(value: &EvalResult, found: &mut Vec<EntityUid>) {
    match value {
        EvalResult::EntityUid(uid) => found.push(uid.clone()),
        EvalResult::Set(set) => set.iter().for_each(|element| references(element, found)),
        EvalResult::Record(record) => record.iter().for_each(|(_, member)| references(member, found)),
        EvalResult::Bool(_) | EvalResult::Long(_) | EvalResult::String(_) | EvalResult::ExtensionValue(_) => {}
    }
}

/// A value as an expression that entities are built with.
fn restricted(value: &EvalResult) -> Option<RestrictedExpression> {
    Some(match value {
        EvalResult::Bool(value) => RestrictedExpression::new_bool(*value),
        EvalResult::Long(value) => RestrictedExpression::new_long(*value),
        EvalResult::String(text) => RestrictedExpression::new_string(text.clone()),
        EvalResult::EntityUid(uid) => RestrictedExpression::new_entity_uid(uid.clone()),
        EvalResult::Set(set) => RestrictedExpression::new_set(set.iter().map(restricted).collect::<Option<Vec<_>>>()?),
        EvalResult::Record(record) => {
            let members = record.iter().map(|(name, value)| Some((name.clone(), restricted(value)?)));
            RestrictedExpression::new_record(members.collect::<Option<Vec<_>>>()?).ok()?
        }
        // Cedar prints it as the call that makes it.
        EvalResult::ExtensionValue(call) => call.parse().ok()?,
    })
}

/// What is wrong with a text that is to be JSON.
fn no_json(text: &str, error: &serde_json::Error) -> Finding {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let offset = before + error.column().saturating_sub(1);
    let told = error.to_string();
    let what = told.rsplit_once(" at line ").map_or(told.as_str(), |(what, _)| what);
    Finding::new(Some(offset.min(text.len())), format!("no JSON: {what}"))
}

/// Names every number that Cedar has none of.
fn refuse_floats(node: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) {
    if node.value.is_number() && !node.value.is_i64() {
        faults.push(value::unfit(node, value::NO_LONG));
    }
    node.items().iter().for_each(|element| refuse_floats(element, faults));
    node.keys().filter_map(|key| node.get(key)).for_each(|member| refuse_floats(&member, faults));
}
