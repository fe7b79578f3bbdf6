//! Plugins that a host registers in code, and takes out again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use apl_cmf::{Capability, MessagePayload, View};
use cpex_core::{Answer, PluginManager, StartError, UnregisterError};
use cpex_sdk::config::{Condition, ConfigFault, Key, PluginConfig, PluginMode};
use cpex_sdk::{
    CmfToolPreInvoke, Factory, HookHandler, Host, Instance, Plugin, PluginContext, PluginError, PluginInstance,
    PluginResult, PluginViolation, async_trait,
};
use serde_json::json;
use tokio::sync::Notify;

use crate::support::{Bench, allowed, denied, lookup};

#[tokio::test]
async fn a_plugin_registered_without_a_document_is_in_force_once_it_is_initialized() {
    let manager = PluginManager::default();
    let plugin = Scripted::denying();
    manager.register_handler::<CmfToolPreInvoke, _>(plugin.clone(), declared("gate")).await.unwrap();
    assert_eq!(denied(&manager.authorize(lookup()).await), "engine.shutdown");
    assert_eq!(plugin.said(), [""; 0]);
    manager.initialize().await.unwrap();
    assert_eq!(plugin.said(), ["start"]);
    assert_eq!(manager.plugin_names(), ["gate"]);
    let outcome = manager.authorize(lookup()).await;
    assert_eq!(denied(&outcome), "plugin.denied");
    assert_eq!(outcome.report.control.as_deref(), Some("gate"));
}

#[tokio::test]
async fn a_manager_with_neither_a_document_nor_a_plugin_denies_everything() {
    let manager = PluginManager::default();
    manager.initialize().await.unwrap();
    assert_eq!(denied(&manager.authorize(lookup()).await), "engine.shutdown");
}

#[tokio::test]
async fn a_plugin_registered_under_a_document_is_in_force_from_the_next_operation_on_and_stays_over_reloads() {
    let bench = Bench::new(ALLOWING).await;
    allowed(bench.guard(lookup()).await);
    let plugin = Scripted::denying();
    bench.manager.register_handler::<CmfToolPreInvoke, _>(plugin.clone(), declared("gate")).await.unwrap();
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.denied");
    bench.manager.load_config_yaml(ALLOWING).unwrap();
    bench.manager.initialize().await.unwrap();
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.denied");
    bench.manager.shutdown().await;
    assert_eq!(plugin.said(), ["start", "call", "call", "stop"]);
}

#[test]
fn trap_27_sixteen_threads_that_register_plugins_lose_none() {
    let manager = Arc::new(PluginManager::default());
    let threads: Vec<_> = (0..16)
        .map(|number| {
            let manager = Arc::clone(&manager);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                runtime.block_on(async {
                    let plugin = Scripted::allowing();
                    let config = declared(&format!("p{number}"));
                    manager.register_handler::<CmfToolPreInvoke, _>(plugin, config).await.unwrap();
                    // Some find a document in force, and some do not.
                    manager.initialize().await.unwrap();
                });
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let mut names = manager.plugin_names();
    names.sort_unstable();
    let mut expected: Vec<String> = (0..16).map(|number| format!("p{number}")).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn trap_3_a_declaration_in_code_is_refused_for_what_one_in_a_document_is_refused_for() {
    let bench = Bench::new("plugins: [ { name: known, kind: test/control, on_demand: true } ]").await;
    let hooks = |name: &str| PluginConfig { hooks: vec![name.to_owned()], ..declared("p") };
    let nothing = PluginConfig { conditions: vec![Condition::default()], ..declared("p") };
    let cases = [
        (hooks("cmf.tool_pre_invok"), "document.unknown_hook", "did you mean `cmf.tool_pre_invoke`?"),
        (declared("known"), "document.duplicate_plugin", "is there already"),
        (declared(""), "document.wrong_value", "a plugin needs a name"),
        (nothing, "document.wrong_value", "this condition asks nothing"),
        (
            PluginConfig { timeout: Some(Duration::ZERO), ..declared("p") },
            "document.wrong_value",
            "longer than nothing",
        ),
    ];
    for (config, code, text) in cases {
        let registered = bench.manager.register_handler::<CmfToolPreInvoke, _>(Scripted::allowing(), config).await;
        let Err(StartError::Document(refused)) = registered else { panic!("{code}: {registered:?}") };
        assert_eq!(refused.diagnostics()[0].code.name, code, "{refused}");
        assert!(refused.to_string().contains(text), "{refused}");
    }
    assert_eq!(bench.manager.plugin_names(), ["known"]);
}

#[tokio::test]
async fn a_declaration_that_says_all_it_can_is_accepted_as_it_is() {
    let bench = Bench::new(ALLOWING).await;
    let config = PluginConfig {
        version: Some("1".into()),
        description: Some("all of it".into()),
        author: Some("we".into()),
        tags: vec!["a".into()],
        mode: PluginMode::Concurrent,
        priority: -5,
        capabilities: apl_cmf::Capabilities::NONE.with(Capability::ReadSubject),
        conditions: vec![Condition { tools: vec!["another".into()], ..Condition::default() }],
        max_content_size: Some(1),
        timeout: Some(Duration::from_millis(1500)),
        config: json!({ "planted": "secret" }),
        ..declared("whole")
    };
    bench.manager.register_handler::<CmfToolPreInvoke, _>(Scripted::denying(), config).await.unwrap();
    // Its condition admits another tool only.
    allowed(bench.guard(lookup()).await);
}

#[tokio::test]
async fn a_plugin_that_cannot_start_is_not_registered() {
    let bench = Bench::new(ALLOWING).await;
    let failing = Scripted { fails: true, ..Scripted::denying() };
    let refused = bench.manager.register_handler::<CmfToolPreInvoke, _>(failing, declared("p")).await.unwrap_err();
    assert_eq!(refused.to_string(), "plugin `p` could not be initialized: planted");
    allowed(bench.guard(lookup()).await);
    bench.manager.register_handler::<CmfToolPreInvoke, _>(Scripted::denying(), declared("p")).await.unwrap();
}

#[tokio::test]
async fn a_document_may_place_a_registered_plugin_and_may_not_declare_another_of_its_name() {
    let bench = Bench::new(ALLOWING).await;
    bench.manager.register_handler::<CmfToolPreInvoke, _>(Scripted::denying(), declared("gate")).await.unwrap();
    bench.manager.load_config_yaml("routes: [ { tool: lookup, policy: [ 'run(gate)' ] } ]").unwrap();
    bench.manager.initialize().await.unwrap();
    let outcome = bench.guard(lookup()).await;
    assert_eq!(denied(&outcome), "plugin.denied");
    // Policy placed it, so that its hooks do not call it once more.
    assert_eq!(outcome.report.controls.len(), 1);
    let again = "plugins: [ { name: gate, kind: test/control, on_demand: true } ]";
    let refused = bench.manager.load_config_yaml(again).unwrap_err();
    assert_eq!(refused.diagnostics()[0].code.name, "document.duplicate_plugin", "{refused}");
}

#[tokio::test]
async fn a_name_that_is_registered_while_a_document_waits_that_declares_it_is_an_error() {
    let bench = Bench::new(ALLOWING).await;
    bench.manager.load_config_yaml("plugins: [ { name: gate, kind: test/control, on_demand: true } ]").unwrap();
    bench.manager.register_handler::<CmfToolPreInvoke, _>(Scripted::denying(), declared("gate")).await.unwrap();
    let error = bench.manager.initialize().await.unwrap_err();
    assert!(error.to_string().contains("`gate`"), "{error}");
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.denied");
}

#[tokio::test]
async fn an_unregistered_plugin_is_gone_from_the_next_operation_on_and_stopped_after_the_last_that_has_it() {
    let bench = Bench::new(ALLOWING).await;
    let plugin = Scripted::allowing();
    bench.manager.register_handler::<CmfToolPreInvoke, _>(plugin.clone(), declared("gate")).await.unwrap();
    let in_flight = allowed(bench.manager.authorize(lookup()).await);
    bench.manager.unregister("gate").await.unwrap();
    allowed(bench.guard(lookup()).await);
    assert_eq!(plugin.said(), ["start", "call"], "the operation in flight still has it");
    assert!(bench.manager.plugin_names().is_empty());
    allowed(in_flight.complete(Answer::structured(json!({}))).await);
    plugin.stopped.notified().await;
    assert_eq!(plugin.said(), ["start", "call", "stop"]);
    bench.manager.register_handler::<CmfToolPreInvoke, _>(Scripted::denying(), declared("gate")).await.unwrap();
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.denied");
}

#[tokio::test]
async fn policy_that_names_an_unregistered_plugin_denies_until_a_document_does_not() {
    let document = r#"
plugins: [ { name: gate, kind: test/control, on_demand: true } ]
routes: [ { tool: lookup, policy: [ "run(gate)" ] } ]
"#;
    let bench = Bench::new(document).await;
    allowed(bench.guard(lookup()).await);
    bench.manager.unregister("gate").await.unwrap();
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.disabled");
    let plugin = Scripted::allowing();
    let taken = bench.manager.register_handler::<CmfToolPreInvoke, _>(plugin, declared("gate")).await.unwrap_err();
    assert!(taken.to_string().contains("that was unregistered"), "{taken}");
    bench.manager.load_config_yaml(document).unwrap();
    bench.manager.initialize().await.unwrap();
    allowed(bench.guard(lookup()).await);
}

#[tokio::test]
async fn what_is_not_there_is_not_unregistered() {
    let bench = Bench::new("plugins: [ { name: scanner, kind: test/control, on_demand: true } ]").await;
    let error = bench.manager.unregister("scaner").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no plugin `scaner`: did you mean `scanner`?");
    bench.manager.unregister("scanner").await.unwrap();
    assert!(bench.manager.unregister("scanner").await.is_err());
    bench.manager.shutdown().await;
    assert_eq!(bench.manager.unregister("scanner").await, Err(UnregisterError::ShutDown));
}

#[tokio::test]
async fn plugins_of_a_document_are_stopped_after_the_last_operation_that_began_under_it() {
    let manager = PluginManager::default();
    let plugin = Scripted::allowing();
    manager.register_handler::<CmfToolPreInvoke, _>(plugin.clone(), declared("gate")).await.unwrap();
    manager.initialize().await.unwrap();
    let first = allowed(manager.authorize(lookup()).await);
    let second = allowed(manager.authorize(lookup()).await);
    manager.unregister("gate").await.unwrap();
    manager.load_config_yaml(ALLOWING).unwrap();
    manager.initialize().await.unwrap();
    allowed(first.complete(Answer::structured(json!({}))).await);
    assert!(!plugin.said().contains(&"stop"));
    drop(second);
    plugin.stopped.notified().await;
}

const ALLOWING: &str = "{ routes: [ { tool: lookup, policy: [ allow ] } ] }";

pub(crate) fn declared(name: &str) -> PluginConfig {
    PluginConfig::new(name, "host/scripted")
}

/// Notes what happens to it.
#[derive(Clone)]
pub(crate) struct Scripted {
    denies: bool,
    fails: bool,
    said: Arc<Mutex<Vec<&'static str>>>,
    pub(crate) stopped: Arc<Notify>,
}

impl Scripted {
    pub(crate) fn allowing() -> Self {
        Self { denies: false, fails: false, said: Arc::default(), stopped: Arc::default() }
    }

    fn denying() -> Self {
        Self { denies: true, ..Self::allowing() }
    }

    pub(crate) fn said(&self) -> Vec<&'static str> {
        self.said.lock().unwrap().clone()
    }

    fn note(&self, what: &'static str) {
        self.said.lock().unwrap().push(what);
    }
}

#[async_trait]
impl Plugin for Scripted {
    async fn initialize(&self) -> Result<(), PluginError> {
        self.note("start");
        if self.fails { Err(PluginError("planted".to_owned())) } else { Ok(()) }
    }

    async fn shutdown(&self) {
        self.note("stop");
        self.stopped.notify_one();
    }
}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for Scripted {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        self.note("call");
        if self.denies {
            return Ok(PluginResult::deny(PluginViolation::new("not today", "test.denied")));
        }
        Ok(PluginResult::allow())
    }
}

/// Declared by a document, it is the same plugin as the one that makes it.
impl Factory for Scripted {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Plugin(PluginInstance::of(self.clone()).on::<CmfToolPreInvoke>().build()))
    }
}
