//! The schema of a config, and what it says of the attributes of a type.

use std::collections::BTreeMap;

use cedar_policy::{EntityTypeName, EntityUid, Schema, SchemaFragment};
use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode};
use serde_json::Value as Json;

use crate::fault::Finding;
use crate::nesting;
use crate::source::Source;
use crate::stack::with_room_for;

/// How deep a schema may nest.
const MOST_LEVELS: usize = 256;

/// A schema, as Cedar has it and as JSON, where types can be looked into.
#[derive(Debug)]
pub(crate) struct CheckedSchema {
    pub(crate) schema: Schema,
    json: Json,
}

/// What a type says of its attributes: whether each is required, and of which type it is.
pub(crate) type Attributes<'s> = BTreeMap<&'s str, Attribute<'s>>;

/// What is said of an attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'s> {
    pub(crate) is_required: bool,
    of: &'s Json,
    namespace: &'s str,
}

impl CheckedSchema {
    /// Reads a schema: text in the syntax of Cedar or of JSON, the JSON as a map, or `{file: path}`.
    pub(crate) fn read(node: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Self> {
        let file = node.get("file").filter(|file| file.text().is_some());
        if node.value.is_object() && file.is_none() {
            let read = SchemaFragment::from_json_value(node.value.clone()).map_err(|error| Finding::of(&error));
            return kept(read.and_then(Self::of), |finding| finding.at(node.fault("")), faults);
        }
        let source = match &file {
            Some(file) => Source::file(file, host, faults)?,
            None => Source::written(node)?,
        };
        kept(Self::parse(&source.text), |finding| source.fault(finding), faults)
    }

    fn parse(text: &str) -> Result<Self, Finding> {
        let levels = nesting::brackets(text);
        if levels > MOST_LEVELS {
            return Err(Finding::new(None, format!("the schema nests more than {MOST_LEVELS} levels")));
        }
        let parse = || {
            if text.trim_start().starts_with('{') {
                return SchemaFragment::from_json_str(text).map_err(|error| Finding::of(&error)).and_then(Self::of);
            }
            let parsed = SchemaFragment::from_cedarschema_str(text).map(|(fragment, _)| fragment);
            parsed.map_err(|error| Finding::of(&error)).and_then(Self::of)
        };
        with_room_for(levels, parse).map_err(|error| Finding::new(None, format!("no memory to read it: {error}")))?
    }

    fn of(fragment: SchemaFragment) -> Result<Self, Finding> {
        let schema = Schema::from_schema_fragments([fragment.clone()]).map_err(|error| Finding::of(&error))?;
        let json = fragment.to_json_value().map_err(|error| Finding::of(&error))?;
        Ok(Self { schema, json })
    }

    /// Whether a principal of that type may do this to a resource of that type at all. An action that is not known yet is
    /// any.
    pub(crate) fn admits(
        &self,
        principal: &EntityTypeName,
        action: Option<&EntityUid>,
        resource: &EntityTypeName,
    ) -> bool {
        self.schema.request_envs().any(|env| {
            env.principal() == principal
                && env.resource() == resource
                && action.is_none_or(|action| env.action() == action)
        })
    }

    /// The attributes of a type of entities.
    pub(crate) fn attributes(&self, of: &EntityTypeName) -> Attributes<'_> {
        let Some((namespace, body)) = self.json.as_object().and_then(|json| json.get_key_value(&of.namespace())) else {
            return Attributes::new();
        };
        let shape = body.pointer(&format!("/entityTypes/{}/shape", of.basename()));
        shape.map(|shape| self.members(shape, namespace)).unwrap_or_default()
    }

    /// The members of a type of records.
    pub(crate) fn record(&self, attribute: Attribute<'_>) -> Vec<(String, bool)> {
        let members = self.members(attribute.of, attribute.namespace);
        members.into_iter().map(|(name, member)| (name.to_owned(), member.is_required)).collect()
    }

    /// The members of a record type, which may be called by a name.
    fn members<'s>(&'s self, of: &'s Json, namespace: &'s str) -> Attributes<'s> {
        let mut of = of;
        // No valid schema has names that mean each other.
        for _ in 0..MOST_LEVELS {
            if let Some(members) = of.get("attributes").and_then(Json::as_object) {
                let read = |of: &'s Json| {
                    let is_required = of.get("required").is_none_or(|required| required != false);
                    Attribute { is_required, of, namespace }
                };
                return members.iter().map(|(name, of)| (name.as_str(), read(of))).collect();
            }
            match self.named(of, namespace) {
                Some(named) => of = named,
                None => break,
            }
        }
        Attributes::new()
    }

    /// The type that a name means.
    fn named(&self, of: &Json, namespace: &str) -> Option<&Json> {
        let name = of.get("name").or_else(|| of.get("type")).and_then(Json::as_str)?;
        let (space, base) = name.rsplit_once("::").unwrap_or((namespace, name));
        let found = |space: &str| self.json.get(space)?.get("commonTypes")?.get(base);
        found(space).or_else(|| found(""))
    }
}

fn kept<T>(
    read: Result<T, Finding>,
    fault: impl FnOnce(Finding) -> ConfigFault,
    faults: &mut Vec<ConfigFault>,
) -> Option<T> {
    read.map_err(|finding| faults.push(fault(finding))).ok()
}
