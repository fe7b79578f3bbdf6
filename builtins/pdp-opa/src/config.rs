//! The config of an `opa`: its keys, and what they mean.

use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check};
use cpex_sdk::json;
use serde_json::{Map, Value as Json};

use crate::policy::Policy;
use crate::source::{Placed, Source};

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::optional("policy_text", Shape::Text, "The Rego of one module, or else `policy_files`."),
    Key::optional(
        "policy_files",
        Shape::OneOrMany(&Shape::Text),
        "Paths of files with one module each, from the directory of the document.",
    ),
    Key::optional(
        "data_files",
        Shape::OneOrMany(&Shape::Text),
        "Paths of JSON files whose objects make up `data`, from the directory of the document.",
    ),
    Key::optional("query", Shape::Text, "The rule that steps ask which name none, such as `data.hr.allow`."),
];

/// What a config means.
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    /// The rule that steps ask which name none.
    pub(crate) query: Option<Vec<String>>,
}

impl Settings {
    /// Reads a config and the files it names.
    pub(crate) fn read(config: &Json, host: &Host) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(Map::new());
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let modules = modules(&root, host, &mut faults);
        let data = data(&root, host, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let policy = Policy::compile(modules, data)?;
        let query = root.get("query").map(|query| policy.query(&query)).transpose().map_err(|fault| vec![fault])?;
        Ok(Self { policy, query })
    }
}

/// The modules, of `policy_text` or `policy_files`.
fn modules<'c>(root: &ConfigNode<'c>, host: &Host, faults: &mut Vec<ConfigFault>) -> Vec<Placed<'c>> {
    match (root.get("policy_text"), root.get("policy_files")) {
        (Some(_), Some(files)) => {
            faults.push(files.fault("`policy_files` stands beside `policy_text`").help("keep one of them"));
            Vec::new()
        }
        (None, None) => {
            let help = "write `policy_text: |` and the Rego below it, or `policy_files: [hr.rego]`";
            faults.push(root.fault("there is no policy").help(help));
            Vec::new()
        }
        (Some(node), None) => {
            let text = node.text().map(|text| Source { text: text.into(), file: None });
            text.into_iter().map(|source| (node.clone(), source)).collect()
        }
        (None, Some(files)) => {
            if files.value.as_array().is_some_and(Vec::is_empty) {
                faults.push(files.fault("`policy_files` names no file"));
            }
            read(&files, host, faults)
        }
    }
}

/// The objects of `data_files`.
fn data<'c>(root: &ConfigNode<'c>, host: &Host, faults: &mut Vec<ConfigFault>) -> Vec<(Placed<'c>, Json)> {
    let sources = root.get("data_files").map(|files| read(&files, host, faults)).unwrap_or_default();
    let mut data = Vec::new();
    for (node, source) in sources {
        match json::object(source.text.as_bytes()) {
            Ok(object) => data.push(((node, source), Json::Object(object))),
            Err(unreadable) => {
                let text = format!("`{}` {}", source.name(), unreadable.text());
                faults.push(source.fault(&node, misread_at(&source), text));
            }
        }
    }
    data
}

fn read<'c>(files: &ConfigNode<'c>, host: &Host, faults: &mut Vec<ConfigFault>) -> Vec<Placed<'c>> {
    let mut sources = Vec::new();
    for node in files.one_or_many() {
        let Some(path) = node.text() else { continue };
        match host.files.read(path) {
            Ok(text) => sources.push((node, Source { text, file: Some(path.to_owned()) })),
            Err(error) => faults.push(node.fault(format!("cannot read `{path}`: {error}"))),
        }
    }
    sources
}

/// Where a text stops being JSON; its beginning where it does not.
fn misread_at(source: &Source) -> usize {
    match serde_json::from_str::<Json>(&source.text) {
        Ok(_) => 0,
        Err(error) => source.offset(error.line(), error.column(), 1),
    }
}
