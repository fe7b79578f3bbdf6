//! An engine, asked without a document around it.

use std::sync::Arc;

use cpex_pdp_opa::{KIND, OpaFactory};
use cpex_sdk::config::{ConfigFault, PluginConfig};
use cpex_sdk::engine::{AttributeReader, DecisionEngine, Inquiry, Prepared, Verdict};
use cpex_sdk::testing::{FixedFiles, block_on, host};
use cpex_sdk::{Factory, Host, Instance};
use serde_json::{Value as Json, json};

/// An engine of that config, whose files are these.
pub(crate) fn build(config: Json, files: &[(&str, &str)]) -> Result<Arc<dyn DecisionEngine>, Vec<ConfigFault>> {
    let files = files.iter().fold(FixedFiles::default(), |files, (path, text)| files.with(*path, *text));
    let host = Host { files: Arc::new(files), ..host() };
    let declaration = PluginConfig { config, ..PluginConfig::new(KIND, KIND) };
    OpaFactory.build(&declaration, &host).map(|instance| match instance {
        Instance::Engine(engine) => engine,
        other => panic!("{other:?} is no engine"),
    })
}

/// An engine of that policy.
pub(crate) fn engine(policy: &str) -> Arc<dyn DecisionEngine> {
    build(json!({ "policy_text": policy }), &[]).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// What is wrong with a policy: texts with what the policy has at their place.
pub(crate) fn refused(policy: &str) -> Vec<(String, String)> {
    let Err(faults) = build(json!({ "policy_text": policy }), &[]) else { panic!("the policy is taken: {policy}") };
    let at = |fault: &ConfigFault| {
        policy.split_at(fault.offset_in_text.unwrap()).1.lines().next().unwrap_or_default().to_owned()
    };
    faults.iter().map(|fault| (fault.text.clone(), at(fault))).collect()
}

/// What is wrong with a question of a step.
pub(crate) fn misasked(engine: &dyn DecisionEngine, step: &Json) -> Vec<ConfigFault> {
    match engine.prepare(step) {
        Ok(_) => panic!("the question is taken: {step}"),
        Err(faults) => faults,
    }
}

/// Asks for `data.t.allow` of attributes that are all there, as `input` has them.
pub(crate) fn ask(policy: &str, attributes: Json) -> Result<Verdict, String> {
    let prepared = engine(policy).prepare(&json!({ "query": "data.t.allow" }));
    let prepared = prepared.unwrap_or_else(|faults| panic!("{faults:?}"));
    put(&prepared, &json!({ "query": "data.t.allow" }), attributes)
}

/// Asks a prepared question whose map is filled.
pub(crate) fn put(prepared: &Prepared, map: &Json, attributes: Json) -> Result<Verdict, String> {
    let reader = Attributes { root: attributes, reads: prepared.reads.iter().map(|read| read.path.clone()).collect() };
    let inquiry = Inquiry { map, attributes: &reader };
    block_on(prepared.question.ask(&inquiry)).map_err(|error| error.to_string())
}

/// Whether `data.t.allow` permits.
pub(crate) fn permits(policy: &str, attributes: Json) -> bool {
    ask(policy, attributes).unwrap_or_else(|error| panic!("{error}")).permits
}

struct Attributes {
    root: Json,
    reads: Vec<String>,
}

impl AttributeReader for Attributes {
    fn read(&self, index: usize) -> Option<Json> {
        let value = self.reads[index].split('.').try_fold(&self.root, |value, name| value.get(name))?;
        Some(value.clone()).filter(|value| !value.is_null())
    }
}
