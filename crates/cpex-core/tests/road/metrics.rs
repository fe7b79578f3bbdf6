//! What the host's metrics are told, and that they decide nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cpex_core::{ManagerConfig, Operation};
use cpex_sdk::metrics::{Called, Decided, LeftOut, Loaded, Metrics, Stored};
use cpex_sdk::testing::{RecordingMetrics, block_on};
use serde_json::Map;

use crate::support::{Bench, Flaky, allowed, denied, eve, lookup};

const DOCUMENT: &str = r#"
plugins:
  - { name: log, kind: audit/test }
  - { name: id, kind: test/identity, config: { yield: eve } }
  - { name: gate, kind: test/control, hooks: [cmf.tool_pre_invoke], config: { do: error }, on_error: ignore }
  - { name: tee, kind: test/control, hooks: [cmf.tool_pre_invoke], mode: fire_and_forget, config: { do: panic } }
global:
  authentication: [ id ]
routes:
  - tool: 'look*'
    policy: [ "taint(secret, session)" ]
  - tool: closed
    policy: [ "deny('no', 'own.code')" ]
"#;

async fn measured(document: &str) -> (Bench, Arc<RecordingMetrics>) {
    let metrics = Arc::new(RecordingMetrics::default());
    let config = ManagerConfig { metrics: Some(Arc::clone(&metrics) as _), ..ManagerConfig::default() };
    (Bench::with(document, config).await, metrics)
}

#[tokio::test]
async fn every_decision_call_and_load_is_told_under_names_of_the_document() {
    let (bench, metrics) = measured(DOCUMENT).await;
    allowed(bench.guard(lookup()).await);
    bench.manager.background_ended().await;
    let expected = [
        "cpex.document.loads cpex.document.state=in_force",
        "cpex.store.duration cpex.store.name=session cpex.store.operation=load cpex.store.outcome=ok",
        "cpex.store.duration cpex.store.name=session cpex.store.operation=append cpex.store.outcome=ok",
        "cpex.plugin.duration cpex.plugin.name=log cpex.requested=done",
        "cpex.plugin.duration cpex.plugin.name=id cpex.requested=allow",
        "cpex.plugin.duration cpex.plugin.name=gate cpex.requested=error cpex.code=plugin.error",
        "cpex.decision.duration cpex.hook=cmf.tool_pre_invoke cpex.route=tool:look* cpex.decision=allow",
        "cpex.plugin.duration cpex.plugin.name=log cpex.requested=done",
        "cpex.decision.duration cpex.hook=cmf.tool_post_invoke cpex.route=tool:look* cpex.decision=allow",
        "cpex.plugin.duration cpex.plugin.name=tee cpex.requested=error cpex.code=plugin.panic",
    ];
    assert_eq!(metrics.lines(), expected);
}

#[tokio::test]
async fn records_that_a_sink_gave_up_are_told_after_each_it_is_given() {
    let document = "plugins: [ { name: log, kind: audit/test, config: { drops: 2 } } ]\nroutes: [ { tool: lookup } ]";
    let (bench, metrics) = measured(document).await;
    allowed(bench.guard(lookup()).await);
    let lines = metrics.lines();
    let dropped: Vec<_> = lines.iter().filter(|line| line.starts_with("cpex.audit")).collect();
    assert_eq!(dropped, ["cpex.audit.dropped cpex.plugin.name=log"; 2]);
}

#[tokio::test]
async fn a_denial_is_told_under_its_stable_code_and_never_under_a_name_that_was_asked_for() {
    let (bench, metrics) = measured(DOCUMENT).await;
    assert_eq!(denied(&bench.guard(Operation::tool("closed", Map::new())).await), "policy.denied");
    assert_eq!(denied(&bench.guard(Operation::tool("made_up", Map::new())).await), "route.unmatched");
    let lines = metrics.lines();
    let decisions: Vec<_> = lines.iter().filter(|line| line.starts_with("cpex.decision")).collect();
    let expected = [
        "cpex.decision.duration cpex.hook=cmf.tool_pre_invoke cpex.route=tool:closed cpex.decision=deny \
         cpex.code=policy.denied",
        "cpex.decision.duration cpex.hook=cmf.tool_pre_invoke cpex.decision=deny cpex.code=route.unmatched",
    ];
    assert_eq!(decisions, expected);
    assert!(lines.iter().all(|line| !line.contains("made_up") && !line.contains("own.code")), "{lines:?}");
}

#[tokio::test]
async fn an_abandoned_operation_is_told_on_the_side_it_was_let_go_of() {
    let (bench, metrics) = measured("{ routes: [ { tool: lookup } ] }").await;
    drop(allowed(bench.manager.authorize(lookup()).await));
    let expected = "cpex.decision.duration cpex.hook=cmf.tool_post_invoke cpex.route=tool:lookup cpex.decision=deny \
                    cpex.code=operation.abandoned";
    assert_eq!(metrics.lines().last().unwrap(), expected);
}

#[tokio::test]
async fn a_store_that_fails_is_told() {
    let store = Arc::new(Flaky::default());
    store.load_fails.store(true, Ordering::Relaxed);
    let metrics = Arc::new(RecordingMetrics::default());
    let (sessions, told) = (Some(store as _), Some(Arc::clone(&metrics) as _));
    let config = ManagerConfig { sessions, metrics: told, ..ManagerConfig::default() };
    let bench = Bench::with("{ routes: [ { tool: lookup, policy: [ \"taint(secret, session)\" ] } ] }", config).await;
    assert_eq!(denied(&bench.guard(lookup().caller(eve())).await), "session.load_failed");
    let expected = "cpex.store.duration cpex.store.name=session cpex.store.operation=load cpex.store.outcome=error";
    assert!(metrics.lines().iter().any(|line| line == expected), "{:?}", metrics.lines());
}

#[tokio::test]
async fn collaborators_that_are_asked_for_no_verdict_are_told() {
    let document = r#"
plugins:
  - { name: tokens, kind: test/tokens }
  - { name: people, kind: test/people }
  - { name: log, kind: audit/test, config: { fail: true } }
global:
  pdp: [ { kind: test.relations } ]
routes:
  - tool: lookup
    policy:
      - { test.relations: { user: "${subject.id}" } }
      - "delegate(tokens, target: api)"
  - tool: send
    policy: [ "confirm(people)" ]
"#;
    let (bench, metrics) = measured(document).await;
    let outcome = bench.guard(lookup().caller(eve())).await;
    assert_eq!(denied(&outcome), "audit.failed", "{:?}", outcome.report);
    let send = Operation::tool("send", Map::new()).caller(eve());
    assert_eq!(denied(&bench.guard(send).await), "audit.failed");
    let expected = [
        "cpex.plugin.duration cpex.plugin.name=test.relations cpex.requested=done",
        "cpex.plugin.duration cpex.plugin.name=tokens cpex.requested=done",
        "cpex.plugin.duration cpex.plugin.name=people cpex.requested=done",
        "cpex.plugin.duration cpex.plugin.name=log cpex.requested=error cpex.code=audit.failed",
    ];
    for line in expected {
        assert!(metrics.lines().iter().any(|found| found == line), "{line}: {:?}", metrics.lines());
    }
}

#[tokio::test]
async fn a_document_that_is_not_put_in_force_is_told() {
    let (bench, metrics) = measured("{ routes: [ { tool: lookup } ] }").await;
    assert!(bench.manager.load_config_yaml("{ rout: [] }").is_err());
    assert!(bench.manager.load_config_yaml("{ routes: [").is_err());
    assert!(bench.manager.load_config_file("/nowhere/policy.yaml".as_ref()).is_err());
    let failing =
        "{ plugins: [ { name: p, kind: test/control, hooks: [cmf.tool_pre_invoke], config: { start: refuse } } ] }";
    bench.manager.load_config_yaml(failing).unwrap();
    assert!(bench.manager.initialize().await.is_err());
    let states = ["in_force", "refused", "refused", "refused", "not_started"];
    let expected = states.map(|state| format!("cpex.document.loads cpex.document.state={state}"));
    assert_eq!(metrics.lines(), expected);
}

#[test]
fn a_plugin_that_finds_no_place_in_the_background_is_told() {
    let document =
        "{ plugins: [ { name: tee, kind: test/control, hooks: [cmf.tool_pre_invoke], mode: fire_and_forget } ] }";
    let (bench, metrics) = block_on(measured(document));
    let _ = allowed(block_on(bench.manager.authorize(lookup())));
    let expected = "cpex.background.left_out cpex.plugin.name=tee cpex.background.reason=no_runtime";
    assert!(metrics.lines().iter().any(|line| line == expected), "{:?}", metrics.lines());
}

/// Panics at whatever it is told.
struct Panicking;

impl Metrics for Panicking {
    fn decided(&self, _: &Decided<'_>) {
        panic!("planted");
    }

    fn called(&self, _: &Called<'_>) {
        panic!("planted");
    }

    fn stored(&self, _: &Stored) {
        panic!("planted");
    }

    fn loaded(&self, _: &Loaded<'_>) {
        panic!("planted");
    }

    fn left_out(&self, _: &LeftOut<'_>) {
        panic!("planted");
    }
}

#[tokio::test]
async fn metrics_that_panic_decide_nothing() {
    let config = ManagerConfig { metrics: Some(Arc::new(Panicking)), ..ManagerConfig::default() };
    let bench = Bench::with(DOCUMENT, config).await;
    allowed(bench.guard(lookup()).await);
    assert_eq!(denied(&bench.guard(Operation::tool("closed", Map::new())).await), "policy.denied");
    assert!(bench.manager.load_config_yaml("{ rout: [] }").is_err());
    bench.manager.background_ended().await;
}
