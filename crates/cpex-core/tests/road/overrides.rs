//! Layers change declared plugins for the operations under them, and for no others.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use apl_cmf::{MessagePayload, View};
use cpex_core::{ManagerConfig, Operation, PluginManager};
use cpex_sdk::config::{ConfigFault, ConfigStep, Key, PluginConfig};
use cpex_sdk::{
    CmfToolPostInvoke, CmfToolPreInvoke, Factory, Hook, HookHandler, Host, Instance, Plugin, PluginContext,
    PluginError, PluginInstance, PluginResult, async_trait,
};
use serde_json::{Map, json};

use crate::support::{Bench, allowed, denied, eve, lookup};

fn call(tool: &str) -> Operation {
    Operation::tool(tool, Map::new()).session("s1").caller(eve())
}

/// How a call of each tool ends: the code of its denial.
async fn ends<const N: usize>(bench: &Bench, tools: [&str; N]) -> [Option<&'static str>; N] {
    let mut ends = [None; N];
    for (tool, end) in tools.into_iter().zip(&mut ends) {
        let outcome = bench.guard(call(tool)).await;
        *end = outcome.report.code;
        assert_eq!(matches!(outcome.decision, cpex_core::Decision::Allow(_)), end.is_none());
    }
    ends
}

#[tokio::test]
async fn a_placed_plugin_runs_as_the_layer_has_it() {
    let bench = Bench::new(
        "
plugins: [ { name: p, kind: test/control, config: { do: allow } } ]
groups: { strict: { plugins: { p: { config: { do: deny } } } } }
routes:
  - { tool: plain, policy: [ run(p) ] }
  - { tool: strict, groups: strict, policy: [ run(p) ] }
  - { tool: own, groups: strict, policy: [ run(p) ], plugins: { p: { config: { do: panic } } } }
  - { tool: back, groups: strict, policy: [ run(p) ], plugins: { p: {} } }
",
    )
    .await;
    let expected = [None, Some("plugin.denied"), Some("plugin.panic"), None];
    assert_eq!(ends(&bench, ["plain", "strict", "own", "back"]).await, expected);
}

#[tokio::test]
async fn a_hooked_plugin_runs_as_the_layer_has_it_in_every_mode() {
    for (mode, changed) in [
        ("sequential", Some("plugin.denied")),
        ("concurrent", Some("plugin.denied")),
        ("transform", None),
        ("audit", None),
    ] {
        let bench = Bench::new(&format!(
            "
plugins:
  - {{ name: p, kind: test/control, mode: {mode}, hooks: [cmf.tool_pre_invoke], config: {{ do: allow }} }}
  - {{ name: log, kind: audit/test }}
routes:
  - {{ tool: plain }}
  - {{ tool: changed, plugins: {{ p: {{ config: {{ do: deny }} }} }} }}
"
        ))
        .await;
        assert_eq!(ends(&bench, ["plain", "changed"]).await, [None, changed], "{mode}");
        let requested = |record: usize| bench.records()[record]["controls"][0]["requested"].clone();
        // Each operation that goes on has a second record.
        assert_eq!((requested(0), requested(2)), (json!("allow"), json!("deny")), "{mode}");
    }
}

#[tokio::test]
async fn an_identity_plugin_verifies_as_the_layer_has_it() {
    let bench = Bench::new(
        "
plugins: [ { name: id, kind: test/identity, config: { yield: ann } } ]
global: { authentication: [id], policy: [ \"require(subject.id == 'ann')\" ] }
routes:
  - { tool: plain }
  - { tool: changed, plugins: { id: { config: { yield: bob } } } }
  - { tool: nobody, plugins: { id: { config: { yield: nothing } } } }
",
    )
    .await;
    let call = |tool: &str| Operation::tool(tool, Map::new());
    allowed(bench.guard(call("plain")).await);
    assert_eq!(denied(&bench.guard(call("changed")).await), "policy.require_failed");
    assert_eq!(denied(&bench.guard(call("nobody")).await), "auth.missing");
}

#[tokio::test]
async fn what_an_error_means_is_what_the_layer_says() {
    let bench = Bench::new(
        "
plugins: [ { name: p, kind: test/control, config: { do: error } } ]
routes:
  - { tool: plain, policy: [ run(p) ] }
  - { tool: lenient, policy: [ run(p) ], plugins: { p: { on_error: ignore } } }
",
    )
    .await;
    assert_eq!(ends(&bench, ["plain", "lenient"]).await, [Some("plugin.error"), None]);
}

#[tokio::test]
async fn a_failure_disables_a_plugin_for_the_operations_under_its_layer_alone() {
    let bench = Bench::new(
        "
plugins: [ { name: p, kind: test/control, hooks: [cmf.tool_pre_invoke], config: { do: deny }, on_error: disable } ]
routes:
  - { tool: plain }
  - { tool: fragile, plugins: { p: { config: { do: panic } } } }
",
    )
    .await;
    assert_eq!(ends(&bench, ["fragile", "fragile", "plain"]).await, [None, None, Some("plugin.denied")]);
    let calls = bench.calls();
    assert_eq!(calls.len(), 2, "it was off after its first failure: {calls:?}");
}

#[tokio::test]
async fn a_plugin_keeps_its_state_from_one_side_to_the_other() {
    let bench = Bench::new(
        "
plugins: [ { name: p, kind: test/control } ]
routes:
  - { tool: lookup, policy: [ run(p) ], post_policy: [ run(p) ], plugins: { p: { config: { do: allow } } } }
",
    )
    .await;
    allowed(bench.guard(lookup().caller(eve())).await);
    assert_eq!(bench.calls(), ["p@cmf.tool_pre_invoke#0", "p@cmf.tool_post_invoke#1"]);
}

#[tokio::test]
async fn a_layer_takes_capabilities_away() {
    let counting = Counting::default();
    let manager = counting.manager(
        "
plugins: [ { name: p, kind: test/counting, capabilities: [read_roles] } ]
routes:
  - { tool: plain, policy: [ run(p) ] }
  - { tool: blind, policy: [ run(p) ], plugins: { p: { capabilities: [read_subject] } } }
",
    );
    let manager = manager.await;
    for tool in ["plain", "blind"] {
        let _ = allowed(manager.authorize(call(tool)).await);
    }
    assert_eq!(*counting.seen.lock().unwrap(), [true, false]);
}

#[tokio::test]
async fn there_is_one_instance_for_each_config_and_each_is_started_and_stopped_once() {
    let counting = Counting::default();
    let manager = counting.manager(
        "
plugins: [ { name: p, kind: test/counting } ]
routes:
  - { tool: a, policy: [ run(p) ] }
  - { tool: b, policy: [ run(p) ], plugins: { p: { config: { x: 1 } } } }
  - { tool: c, policy: [ run(p) ], plugins: { p: { config: { x: 1 } } } }
  - { tool: d, policy: [ run(p) ], plugins: { p: { config: { x: 2 } } } }
  - { tool: e, policy: [ run(p) ], plugins: { p: { on_error: ignore } } }
",
    );
    let manager = manager.await;
    assert_eq!(manager.plugin_names(), ["p"]);
    for tool in ["a", "b", "c", "d", "e"] {
        let _ = allowed(manager.authorize(call(tool)).await);
    }
    manager.shutdown().await;
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    assert_eq!((count(&counting.built), count(&counting.started), count(&counting.stopped)), (3, 3, 3));
}

#[test]
fn a_config_that_its_factory_refuses_is_refused_where_the_layer_writes_it() {
    let refused = refusal(
        "plugins: [ { name: p, kind: test/counting } ]
routes:
  - tool: a
    policy: [ run(p) ]
    plugins: { p: { config: { refuse: yes } } }
",
    );
    let expected = "<document>:5:39: error[document.config]: plugin `p`: planted";
    assert!(refused.starts_with(expected), "{refused}");
}

#[test]
fn a_layer_gives_a_plugin_neither_capabilities_nor_another_part() {
    let refused = refusal(
        "plugins: [ { name: p, kind: test/counting, capabilities: [read_roles] } ]
routes:
  - tool: a
    policy: [ run(p) ]
    plugins: { p: { capabilities: [read_subject, read_labels, read_rolls] } }
",
    );
    for expected in [
        "<document>:5:50: error[route.override]: the plugin is not declared with the capability `read_labels`",
        "<document>:5:63: error[document.wrong_value]: unknown capability `read_rolls`",
        "the document is refused: 2 errors",
    ] {
        assert!(refused.contains(expected), "{expected}\n{refused}");
    }
    let refused = refusal(
        "plugins: [ { name: p, kind: test/counting } ]
routes: [ { tool: a, policy: [ run(p) ], plugins: { p: { config: { sink: yes } } } } ]
",
    );
    assert!(refused.contains("plugin `p`: with this config it is a plugin of another sort"), "{refused}");
}

#[test]
fn an_override_that_no_operation_is_under_is_warned_of() {
    let warned = |document: &str| {
        let manager = Counting::default().unstarted();
        let warnings = manager.load_config_yaml(document).unwrap();
        warnings.diagnostics().iter().map(|finding| finding.code.name).collect::<Vec<_>>()
    };
    let plugin = "plugins: [ { name: p, kind: test/counting } ]\n";
    let unused = "
groups: { nobody: { plugins: { p: { on_error: ignore } } } }
routes: [ { tool: a, policy: [ run(p) ] }, { tool: b, plugins: { p: { config: {} } } } ]
";
    assert_eq!(warned(&format!("{plugin}{unused}")), ["route.unused_override", "route.unused_override"]);
    let used = "
global: { plugins: { p: { on_error: ignore } } }
routes: [ { tool: a, policy: [ run(p) ] }, { tool: b } ]
";
    assert_eq!(warned(&format!("{plugin}{used}")), [""; 0]);
    let hooked = "plugins: [ { name: p, kind: test/counting, hooks: [cmf.tool_pre_invoke] } ]
routes: [ { tool: a, plugins: { p: { on_error: ignore } } } ]
";
    assert_eq!(warned(hooked), [""; 0]);
}

fn refusal(document: &str) -> String {
    Counting::default().unstarted().load_config_yaml(document).unwrap_err().to_string()
}

/// Makes plugins that allow, and counts them. `config: { refuse: .. }` is refused, and `{ sink: .. }` makes a sink.
#[derive(Clone, Default)]
struct Counting {
    built: Arc<AtomicUsize>,
    started: Arc<AtomicUsize>,
    stopped: Arc<AtomicUsize>,
    /// Whether each call could see the caller's roles.
    seen: Arc<Mutex<Vec<bool>>>,
}

impl Counting {
    fn unstarted(&self) -> PluginManager {
        let manager = PluginManager::new(ManagerConfig::default());
        manager.register_factory("test/counting", Arc::new(self.clone()));
        manager
    }

    async fn manager(&self, document: &str) -> PluginManager {
        let manager = self.unstarted();
        manager.load_config_yaml(document).unwrap();
        manager.initialize().await.unwrap();
        manager
    }
}

impl Factory for Counting {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        self.built.fetch_add(1, Ordering::Relaxed);
        if declaration.config.get("refuse").is_some() {
            return Err(vec![ConfigFault::at(vec![ConfigStep::Key("refuse".into())], "planted")]);
        }
        if declaration.config.get("sink").is_some() {
            return Ok(Instance::Sink(Arc::new(cpex_sdk::testing::RecordingSink::default())));
        }
        let plugin = PluginInstance::of(self.clone()).on::<CmfToolPreInvoke>().on::<CmfToolPostInvoke>();
        Ok(Instance::Plugin(plugin.build()))
    }
}

#[async_trait]
impl Plugin for Counting {
    async fn initialize(&self) -> Result<(), PluginError> {
        self.started.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn shutdown(&self) {
        self.stopped.fetch_add(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl<H: Hook<Payload = MessagePayload>> HookHandler<H> for Counting {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        self.seen.lock().unwrap().push(extensions.roles().is_some());
        Ok(PluginResult::allow())
    }
}
