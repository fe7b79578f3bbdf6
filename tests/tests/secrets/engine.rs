//! What a decision engine says: the text of an error is for the record, and a panic for nobody.

use std::sync::Arc;

use cpex::prelude::*;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::engine::{DecisionEngine, EngineError, Inquiry, Prepared, Question, Verdict};
use cpex::sdk::{Factory, Host, Instance, async_trait};
use serde_json::{Map, Value as Json};

use super::expect_none;

/// Fails, or panics.
#[derive(Clone, Copy)]
enum Acme {
    Fails,
    Panics,
}

impl Factory for Acme {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Engine(Arc::new(*self)))
    }
}

#[async_trait]
impl DecisionEngine for Acme {
    fn prepare(&self, _written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        Ok(Prepared { question: Arc::new(*self), reads: Vec::new() })
    }
}

#[async_trait]
impl Question for Acme {
    async fn ask(&self, _inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        match self {
            Self::Fails => Err(EngineError("planted".to_owned())),
            Self::Panics => panic!("planted"),
        }
    }
}

async fn outcome(acme: Acme) -> Outcome<Permit> {
    let manager = PluginManager::default();
    manager.register_factory("acme", Arc::new(acme));
    let document = "{ global: { pdp: [ { kind: acme } ] }, routes: [ { tool: t, policy: [ { acme: {} } ] } ] }";
    manager.load_config_yaml(document).unwrap_or_else(|refused| panic!("{refused}"));
    manager.initialize().await.unwrap();
    manager.authorize(Operation::tool("t", Map::new())).await
}

#[tokio::test]
async fn trap_35_what_an_engine_says_is_for_the_record_and_its_panic_for_nobody() {
    let failed = outcome(Acme::Fails).await;
    assert_eq!(failed.report.errors, ["acme: planted"]);
    expect_none(&format!("{:?}", failed.decision.violation()), "the violation");
    let panicked = outcome(Acme::Panics).await;
    assert_eq!(
        (panicked.report.code, panicked.report.errors.as_slice()),
        (Some("pdp.error"), &["acme: it panicked".to_owned()][..])
    );
    expect_none(&format!("{panicked:?}"), "the outcome");
}
