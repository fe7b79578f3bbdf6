//! A decision engine of one's own: who has which relation to what.
//!
//! It shows all that an engine consists of: the engine, its config with a file of its own, the question a step asks, with every
//! fault found at load, and the decision. It depends on `cpex-sdk` and on nothing else of CPEX.
//!
//! ```yaml
//! global:
//!   pdp: [{ kind: rebac, tuples: relations.txt }]
//! routes:
//!   - tool: read_document
//!     policy:
//!       - rebac: { object: "doc:${args.id}", relation: viewer }
//! ```

mod tuples;

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, PluginConfig, Shape, check};
use cpex_sdk::engine::{DecisionEngine, EngineError, Inquiry, Prepared, Question, Read, Verdict};
use cpex_sdk::{Factory, Host, Instance, async_trait};
use serde_json::Value as Json;

pub use tuples::{BadTuple, Found, Tuples};

/// The kind that documents name. It is the key of the steps that ask, too.
pub const KIND: &str = "rebac";

/// The keys of its config.
const KEYS: &[Key] =
    &[Key::required("tuples", Shape::Text, "Path of the file of relationships, from the directory of the document.")];

/// Makes engines of [`KIND`].
#[derive(Clone, Copy, Debug)]
pub struct RebacFactory;

impl Factory for RebacFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let root = ConfigNode::root(&declaration.config);
        let mut faults = check(&root, KEYS);
        let tuples = root.get("tuples").and_then(|node| read(&node, host, &mut faults));
        match tuples {
            Some(tuples) if faults.is_empty() => Ok(Instance::Engine(Arc::new(Rebac { tuples: Arc::new(tuples) }))),
            _ => Err(faults),
        }
    }
}

/// Reads the file that a config names. It is part of the document from then on: a change of it reloads the document, and
/// what is wrong with it is shown at its own line.
fn read(node: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Tuples> {
    let path = node.text()?;
    let text = match host.files.read(path) {
        Ok(text) => text,
        Err(error) => {
            faults.push(node.fault(format!("`{path}`: {error}")));
            return None;
        }
    };
    match Tuples::parse(&text) {
        Ok(tuples) => Some(tuples),
        Err(bad) => {
            faults.extend(bad.into_iter().map(|bad| node.fault(bad.text).in_file(path).offset(bad.offset)));
            None
        }
    }
}

/// The engine: relationships, which do not change while a document is in force.
struct Rebac {
    tuples: Arc<Tuples>,
}

/// What the map of a step may say.
const QUESTION: &[Key] = &[
    Key::required("object", Shape::Text, "To what, such as `doc:${args.id}`."),
    Key::required("relation", Shape::Text, "Which relation."),
    Key::optional("subject", Shape::Text, "Who, such as `user:alice`: the verified subject by default."),
];

impl DecisionEngine for Rebac {
    fn prepare(&self, written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        let root = ConfigNode::root(written);
        let mut faults = check(&root, QUESTION);
        for node in ["object", "subject"].iter().filter_map(|key| root.get(key)) {
            // What has a `${path}` is judged when it is asked.
            let literal = node.text().filter(|text| !text.contains("${"));
            if let Some(fault) = literal.and_then(|text| tuples::entity(text).err()) {
                faults.push(node.fault(fault).help("write such as `doc:readme`"));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        // The first attribute that is read, where the step does not say who.
        let reads = if root.get("subject").is_none() { vec![Read::new("subject.id")] } else { Vec::new() };
        Ok(Prepared { question: Arc::new(Asking { tuples: Arc::clone(&self.tuples) }), reads })
    }
}

struct Asking {
    tuples: Arc<Tuples>,
}

#[async_trait]
impl Question for Asking {
    async fn ask(&self, inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        let text = |key: &str| inquiry.map.get(key).and_then(Json::as_str);
        let subject = match text("subject") {
            Some(subject) => subject.to_owned(),
            None => {
                let id = inquiry.attributes.read(0);
                let id = id.as_ref().and_then(Json::as_str).ok_or_else(|| failed("no subject was verified"))?;
                format!("user:{id}")
            }
        };
        let object = text("object").ok_or_else(|| failed("`object` is no text"))?;
        let relation = text("relation").ok_or_else(|| failed("`relation` is no text"))?;
        for entity in [object, &subject] {
            tuples::entity(entity).map_err(|_| failed("the object or the subject is none"))?;
        }
        // What is recorded of a decision holds no value of the request: the line of the file stands for the tuple.
        match self.tuples.find(object, relation, &subject) {
            Found::Line(line) => Ok(Verdict::permit(vec![format!("line {line}")])),
            Found::Nothing => Ok(Verdict::deny(Vec::new())),
            Found::TooDeep => Err(failed("sets of subjects nest too deep")),
        }
    }
}

fn failed(text: &str) -> EngineError {
    EngineError(text.to_owned())
}

#[cfg(test)]
mod tests;
