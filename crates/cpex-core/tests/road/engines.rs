//! Decision engines are declared under `global.pdp`, each once, and made by the factory of their kind.

use std::sync::Arc;

use cpex_core::{ManagerConfig, Operation, PluginManager};
use cpex_sdk::config::{ConfigFault, ConfigStep, Key, PluginConfig, Shape};
use cpex_sdk::engine::{DecisionEngine, EngineError, Inquiry, Prepared, Question, Read, Verdict};
use cpex_sdk::{Factory, Host, Instance, async_trait};
use serde_json::{Map, Value as Json};

use crate::support::{allowed, denied, eve};

#[test]
fn trap_12_two_engines_of_one_dialect_are_refused() {
    for pair in ["{ kind: acme }, { kind: acme, permits: true }", "{ kind: cedar }, { kind: cedar-direct }"] {
        let refused = refusal(&format!("global: {{ pdp: [ {pair} ] }}"));
        assert!(refused.contains("error[document.duplicate_engine]: two engines answer to `"), "{pair}: {refused}");
        assert!(refused.ends_with("refused: 1 error"), "{pair}: {refused}");
    }
}

#[test]
fn trap_1_a_key_that_an_engine_does_not_know_is_refused() {
    let refused = refusal("global: { pdp: [ { kind: acme, permit: true } ] }");
    let expected = "<document>:1:32: error[document.unknown_key]: unknown key `permit` in this config";
    assert!(refused.starts_with(expected) && refused.contains("did you mean `permits`?"), "{refused}");
}

#[test]
fn what_an_engine_says_of_its_config_is_shown_where_it_stands() {
    let refused = refusal("global: { pdp: [ { kind: acme, permits: [planted] } ] }");
    assert!(refused.starts_with("<document>:1:41: error[document.config]: `acme`: planted"), "{refused}");
}

#[test]
fn an_engine_takes_over_no_step_that_means_something_else() {
    for kind in ["deny", "when", "require", "restrict", "on_deny", "authenticated", "role.hr", "custom.Engine"] {
        let manager = manager();
        manager.register_factory(kind, Arc::new(Engines));
        let refused = manager.load_config_yaml(&format!("global: {{ pdp: [ {{ kind: {kind} }} ] }}")).unwrap_err();
        let expected = format!("no step could ask an engine by the word `{kind}`, which has a meaning");
        assert!(refused.to_string().contains(&expected), "{refused}");
    }
    for kind in ["relations", "acme.Relations", "rolebook"] {
        let manager = manager();
        manager.register_factory(kind, Arc::new(Engines));
        assert!(manager.load_config_yaml(&format!("global: {{ pdp: [ {{ kind: {kind} }} ] }}")).is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn each_engine_is_asked_by_its_dialect_warned_of_or_not() {
    let manager = manager();
    manager
        .load_config_yaml(
            "
global: { pdp: [ { kind: acme, permits: false, token: { kind: literal, secret: x } }, { kind: cedar-direct, permits: true } ] }
routes:
  - { tool: first, policy: [ { acme: {} } ] }
  - { tool: second, policy: [ { cedar: { action: read, resource: { type: doc, id: d } } } ] }
",
        )
        .unwrap();
    manager.initialize().await.unwrap();
    let call = |tool: &str| Operation::tool(tool, Map::new()).session("s1").caller(eve());
    assert_eq!(denied(&manager.authorize(call("first")).await), "pdp.denied");
    let _ = allowed(manager.authorize(call("second")).await);
}

#[test]
fn every_attribute_that_a_question_reads_and_that_is_none_is_refused_where_it_is_named() {
    let refused = refusal(
        "global: { pdp: [ { kind: acme } ] }\nroutes: [ { tool: t, policy: [ { acme: { reads: \"sbject.id subject.id clam.x\" } } ] } ]",
    );
    for expected in [
        "<document>:2:50: error[rule.unknown_attribute]: there is no attribute `sbject.id`",
        "did you mean `subject.id`?",
        "<document>:2:71: error[rule.unknown_attribute]",
    ] {
        assert!(refused.contains(expected), "{refused}");
    }
    assert!(refused.ends_with("refused: 2 errors"), "{refused}");
}

#[tokio::test]
async fn a_question_that_reads_labels_of_no_session_is_not_asked() {
    let manager = manager();
    let document =
        "global: { pdp: [ { kind: acme } ] }\nroutes: [ { tool: t, policy: [ { acme: { reads: session.labels } } ] } ]";
    manager.load_config_yaml(document).unwrap();
    manager.initialize().await.unwrap();
    let call = || Operation::tool("t", Map::new()).caller(eve());
    assert_eq!(denied(&manager.authorize(call()).await), "session.unbound");
    let _ = allowed(manager.authorize(call().session("s1")).await);
}

fn manager() -> PluginManager {
    let manager = PluginManager::new(ManagerConfig::default());
    manager.register_factory("acme", Arc::new(Engines));
    manager.register_factory("cedar", Arc::new(Engines));
    manager
}

fn refusal(document: &str) -> String {
    manager().load_config_yaml(document).unwrap_err().to_string()
}

const KEYS: &[Key] = &[
    Key::optional("permits", Shape::Any, "Whether it permits."),
    Key::optional("token", Shape::Secret, "What it shows to whoever asks for it."),
];

/// `permits: true | false`, and any other value is refused.
struct Engines;

impl Factory for Engines {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let permits = declaration.config.get("permits").unwrap_or(&Json::Bool(true));
        match permits.as_bool() {
            Some(permits) => Ok(Instance::Engine(Arc::new(Engine { permits }))),
            None => Err(vec![ConfigFault::at(vec![ConfigStep::Key("permits".into())], "planted")]),
        }
    }
}

#[derive(Clone, Copy)]
struct Engine {
    permits: bool,
}

#[async_trait]
impl DecisionEngine for Engine {
    /// The words under `reads` are attributes.
    fn prepare(&self, written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        let text = written.get("reads").and_then(Json::as_str).unwrap_or_default();
        let read = |word: &str| Read::new(word).at(vec!["reads".into()], text.find(word).unwrap());
        Ok(Prepared { question: Arc::new(*self), reads: text.split_whitespace().map(read).collect() })
    }
}

#[async_trait]
impl Question for Engine {
    async fn ask(&self, _inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        Ok(if self.permits { Verdict::permit(Vec::new()) } else { Verdict::deny(Vec::new()) })
    }
}
