//! Asking an expression about attributes that a test states.

use std::sync::Arc;

use cpex_pdp_cel::{CelFactory, KIND};
use cpex_sdk::config::{ConfigFault, PluginConfig};
use cpex_sdk::engine::{AttributeReader, DecisionEngine, EngineError, Inquiry, Prepared};
use cpex_sdk::testing::{block_on, host};
use cpex_sdk::{Factory, Instance};
use serde_json::{Value as Json, json};

/// The attributes of one operation, each under its path.
pub(super) struct Attributes<'t> {
    stated: &'t Json,
    paths: Vec<String>,
}

impl AttributeReader for Attributes<'_> {
    fn read(&self, index: usize) -> Option<Json> {
        self.stated.get(self.paths.get(index)?).cloned()
    }
}

pub(super) fn engine() -> Arc<dyn DecisionEngine> {
    match CelFactory.build(&PluginConfig::new(KIND, KIND), &host()) {
        Ok(Instance::Engine(engine)) => engine,
        other => panic!("{other:?}"),
    }
}

pub(super) fn prepare(expr: &str) -> Result<Prepared, Vec<ConfigFault>> {
    engine().prepare(&json!({ "expr": expr }))
}

/// Whether an expression permits, or why it cannot say.
pub(super) fn ask(expr: &str, stated: &Json) -> Result<bool, String> {
    let prepared = prepare(expr).unwrap_or_else(|faults| panic!("{expr}: {faults:?}"));
    ask_prepared(&prepared, stated)
}

pub(super) fn ask_prepared(prepared: &Prepared, stated: &Json) -> Result<bool, String> {
    let paths = prepared.reads.iter().map(|read| read.path.clone()).collect();
    let attributes = Attributes { stated, paths };
    let inquiry = Inquiry { map: &Json::Null, attributes: &attributes };
    match block_on(prepared.question.ask(&inquiry)) {
        Ok(verdict) => Ok(verdict.permits),
        Err(EngineError(why)) => Err(why),
    }
}
