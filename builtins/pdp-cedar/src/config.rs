//! The config of a `cedar-direct`: its keys, and what they mean.

use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check};
use serde_json::{Map, Value as Json};

use crate::entities::KnownEntities;
use crate::given::Given;
use crate::policies;
use crate::schema::CheckedSchema;
use crate::source::Source;

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::optional("policy_text", Shape::Text, "The policies themselves."),
    Key::optional(
        "policy_files",
        Shape::OneOrMany(&Shape::Text),
        "Paths of files of policies, from the directory of the document; this or `policy_text`.",
    ),
    Key::optional(
        "schema",
        Shape::Either(&[Shape::Text, Shape::Map(&Shape::Any)]),
        "The schema that policies, entities and requests are checked against: text, a map in JSON form, or `{file: path}`.",
    ),
    Key::optional(
        "entities",
        Shape::Either(&[Shape::List(&Shape::Any), Shape::Section(FILE)]),
        "Entities in Cedar's JSON form, a list or `{file: path}`.",
    ),
];

/// A file in place of a value.
const FILE: &[Key] = &[Key::required("file", Shape::Text, "Its path, from the directory of the document.")];

/// Reads a config and the files it names.
pub(crate) fn read(config: &Json, host: &Host) -> Result<Given, Vec<ConfigFault>> {
    let empty = Json::Object(Map::new());
    let root = ConfigNode::root(if config.is_null() { &empty } else { config });
    let mut faults = check(&root, KEYS);
    let sources = if faults.is_empty() { sources(&root, host, &mut faults) } else { Vec::new() };
    if !faults.is_empty() {
        return Err(faults);
    }
    let schema = root.get("schema").map(|schema| CheckedSchema::read(&schema, host, &mut faults));
    // What goes against a schema is told once there is one.
    let Some(schema) = schema.map_or(Some(None), |schema| schema.map(Some)) else { return Err(faults) };
    let known = KnownEntities::read(root.get("entities").as_ref(), schema.as_ref(), host, &mut faults);
    match (policies::read(&sources, schema.as_ref()), known) {
        (Ok(rules), Some(known)) => Ok(Given { rules, schema, known }),
        (Ok(_), None) => Err(faults),
        (Err(found), _) => Err(faults.into_iter().chain(found).collect()),
    }
}

/// The texts of policies, of which there must be some.
fn sources<'c>(root: &ConfigNode<'c>, host: &Host, faults: &mut Vec<ConfigFault>) -> Vec<Source<'c>> {
    match (root.get("policy_text"), root.get("policy_files")) {
        (Some(text), None) => Source::written(&text).into_iter().collect(),
        (None, Some(files)) if !files.one_or_many().is_empty() => {
            files.one_or_many().iter().filter_map(|file| Source::file(file, host, faults)).collect()
        }
        (Some(_), Some(files)) => {
            faults.push(files.fault("`policy_text` and `policy_files` are given both").help("keep one of them"));
            Vec::new()
        }
        (None, _) => {
            faults.push(root.fault("there are no policies").help("give `policy_text` or `policy_files`"));
            Vec::new()
        }
    }
}
