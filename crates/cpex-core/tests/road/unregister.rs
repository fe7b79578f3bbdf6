//! A plugin that was unregistered, whatever it did: what asked it denies, and what did not goes on.

use std::sync::Arc;

use cpex_core::{Caller, InitializeError, ManagerConfig, Operation, PluginState};
use cpex_sdk::CmfToolPreInvoke;
use cpex_sdk::testing::RecordingMetrics;
use serde_json::Map;

use crate::registration::{Scripted, declared};
use crate::support::{Bench, allowed, denied, eve, lookup};

const DOCUMENT: &str = r#"
plugins:
  - { name: id, kind: test/identity, config: { yield: eve } }
  - { name: tokens, kind: test/tokens }
  - { name: people, kind: test/people }
  - { name: p, kind: test/control }
  - { name: hooked, kind: test/control, hooks: [cmf.tool_pre_invoke], config: { do: deny }, conditions: [ { tools: [hooked, strict_hooked] } ] }
  - { name: log, kind: audit/test }
groups:
  strict: { plugins: { p: { on_error: ignore }, hooked: { config: { do: error } } } }
routes:
  - { tool: known, authentication: [ id ], policy: [ allow ] }
  - { tool: minted, policy: [ "delegate(tokens, target: api)" ] }
  - { tool: asked, policy: [ "confirm(people)" ] }
  - { tool: plain, policy: [ "run(p)" ] }
  - { tool: strict, groups: strict, policy: [ "run(p)" ] }
  - { tool: hooked, policy: [ allow ] }
  - { tool: strict_hooked, groups: strict, policy: [ allow ] }
  - { tool: lookup, policy: [ allow ] }
"#;

/// How a call ends: `allow`, or the code of the denial.
async fn end(bench: &Bench, tool: &str, caller: Caller) -> &'static str {
    let outcome = bench.guard(Operation::tool(tool, Map::new()).session("s1").caller(caller)).await;
    outcome.report.code.unwrap_or(outcome.report.decision)
}

#[tokio::test]
async fn what_asked_an_unregistered_plugin_denies_by_what_it_was_asked_for() {
    // The tool, its caller, the plugin, and how the call ends before and after.
    let cases = [
        ("known", Caller::bearer("t"), "id", "allow", "plugin.disabled"),
        ("minted", eve(), "tokens", "allow", "plugin.disabled"),
        ("asked", eve(), "people", "pending", "elicitation.failed"),
        ("plain", eve(), "p", "allow", "plugin.disabled"),
        ("strict", eve(), "p", "allow", "plugin.disabled"),
        ("hooked", eve(), "hooked", "plugin.denied", "allow"),
        ("strict_hooked", eve(), "hooked", "plugin.error", "allow"),
    ];
    for (tool, caller, plugin, before, after) in cases {
        let bench = Bench::new(DOCUMENT).await;
        assert_eq!(end(&bench, tool, caller.clone()).await, before, "{tool}");
        bench.manager.unregister(plugin).await.unwrap();
        assert_eq!(end(&bench, tool, caller).await, after, "{tool} without {plugin}");
        allowed(bench.guard(lookup()).await);
        let status = bench.manager.status();
        let gone = status.plugins.iter().find(|other| &*other.name == plugin).unwrap();
        assert_eq!(gone.state, PluginState::Unregistered);
    }
}

#[tokio::test]
async fn an_unregistered_sink_gets_no_record_any_more() {
    let bench = Bench::new(DOCUMENT).await;
    allowed(bench.guard(lookup()).await);
    let before = bench.records().len();
    bench.manager.unregister("log").await.unwrap();
    allowed(bench.guard(lookup()).await);
    assert_eq!((before, bench.records().len()), (2, 2));
}

#[tokio::test]
async fn a_name_that_was_taken_while_a_document_waited_is_told_and_seen() {
    let metrics = Arc::new(RecordingMetrics::default());
    let config = ManagerConfig { metrics: Some(Arc::clone(&metrics) as _), ..ManagerConfig::default() };
    let bench = Bench::with("routes: [ { tool: lookup, policy: [ deny ] } ]", config).await;
    bench.manager.load_config_yaml("plugins: [ { name: gate, kind: test/control, on_demand: true } ]").unwrap();
    bench.manager.register_handler::<CmfToolPreInvoke, _>(Scripted::allowing(), declared("gate")).await.unwrap();
    let taken = InitializeError::NameTaken { plugin: "gate".to_owned() };
    assert_eq!(bench.manager.initialize().await, Err(taken.clone()));
    assert_eq!(metrics.lines().last().unwrap(), "cpex.document.loads cpex.document.state=not_started");
    assert_eq!(bench.manager.status().refused.unwrap().error.to_string(), taken.to_string());
    assert_eq!(denied(&bench.guard(lookup()).await), "policy.denied");
}
