//! An engine of a config, and what it says.

use std::collections::BTreeMap;
use std::sync::Arc;

use cpex_pdp_cedar::{CedarFactory, KIND};
use cpex_sdk::config::{ConfigFault, ConfigStep, PluginConfig};
use cpex_sdk::engine::{AttributeReader, DecisionEngine, EngineError, Inquiry, Prepared, Read, Verdict};
use cpex_sdk::testing::{FixedFiles, block_on, host};
use cpex_sdk::{Factory as _, Host, Instance};
use serde_json::{Value as Json, json};

/// What the engine of a config is, or what is wrong with it.
pub(crate) fn built(config: Json, files: FixedFiles) -> Result<Arc<dyn DecisionEngine>, Vec<ConfigFault>> {
    let declaration = PluginConfig { config, ..PluginConfig::new(KIND, KIND) };
    let host = Host { files: Arc::new(files), ..host() };
    match CedarFactory.build(&declaration, &host)? {
        Instance::Engine(engine) => Ok(engine),
        _ => panic!("it is no engine"),
    }
}

/// The engine of a config that is right.
pub(crate) fn engine(config: Json) -> Arc<dyn DecisionEngine> {
    built(config, FixedFiles::default()).unwrap_or_else(|faults| panic!("{:?}", told(&faults)))
}

/// The engine of policies alone.
pub(crate) fn policies(text: &str) -> Arc<dyn DecisionEngine> {
    engine(json!({ "policy_text": text }))
}

/// What is wrong with a config.
pub(crate) fn refused(config: Json) -> Vec<String> {
    told(&built(config, FixedFiles::default()).err().unwrap_or_default())
}

/// Faults as `path[file]@offset: text (help)`.
pub(crate) fn told(faults: &[ConfigFault]) -> Vec<String> {
    let tell = |fault: &ConfigFault| {
        let steps = fault.path.iter().map(|step| match step {
            ConfigStep::Key(key) => key.clone(),
            ConfigStep::Index(index) => index.to_string(),
        });
        let file = fault.file.as_ref().map(|file| format!("[{file}]")).unwrap_or_default();
        let offset = fault.offset_in_text.map(|offset| format!("@{offset}")).unwrap_or_default();
        let help = fault.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}{file}{offset}: {}{help}", steps.collect::<Vec<_>>().join("."), fault.text)
    };
    faults.iter().map(tell).collect()
}

/// What is wrong with a step.
pub(crate) fn refused_step(engine: &Arc<dyn DecisionEngine>, written: &Json) -> Vec<String> {
    told(&engine.prepare(written).err().unwrap_or_default())
}

/// The attributes of an operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts(BTreeMap<&'static str, Json>);

impl Facts {
    pub(crate) fn of(facts: impl IntoIterator<Item = (&'static str, Json)>) -> Self {
        Self(facts.into_iter().collect())
    }
}

struct Reader<'f>(&'f Facts, &'f [Read]);

impl AttributeReader for Reader<'_> {
    fn read(&self, index: usize) -> Option<Json> {
        self.0.0.get(self.1.get(index)?.path.as_str()).cloned()
    }
}

/// The paths of the attributes that a question reads.
pub(crate) fn reads(prepared: &Prepared) -> Vec<&str> {
    prepared.reads.iter().map(|read| read.path.as_str()).collect()
}

/// What a step asks, with everything filled in.
pub(crate) fn ask(prepared: &Prepared, filled: &Json, facts: &Facts) -> Result<Verdict, EngineError> {
    let inquiry = Inquiry { map: filled, attributes: &Reader(facts, &prepared.reads) };
    block_on(prepared.question.ask(&inquiry))
}

/// What the engine says to a step that has nothing to fill in.
pub(crate) fn answer(engine: &Arc<dyn DecisionEngine>, step: &Json, facts: &Facts) -> Result<Verdict, String> {
    let prepared = engine.prepare(step).unwrap_or_else(|faults| panic!("{:?}", told(&faults)));
    ask(&prepared, step, facts).map_err(|error| error.0)
}

/// Alice, who has no attributes.
pub(crate) fn alice() -> Facts {
    Facts::of([("subject.id", json!("alice"))])
}
