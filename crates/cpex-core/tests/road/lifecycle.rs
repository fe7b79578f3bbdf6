//! Documents come into force whole or not at all, and a manager that was shut down stays so.

use std::sync::Arc;

use cpex_core::{InitializeError, ManagerConfig};

use crate::support::{Bench, Flaky, allowed, denied, eve, lookup};

const ALLOWING: &str = "{ routes: [ { tool: lookup, policy: [ allow ] } ] }";
const DENYING: &str = "{ routes: [ { tool: lookup, policy: [ deny ] } ] }";

#[tokio::test]
async fn a_loaded_document_is_in_force_once_it_is_initialized() {
    let bench = Bench::new(ALLOWING).await;
    bench.manager.load_config_yaml(DENYING).unwrap();
    allowed(bench.guard(lookup()).await);
    bench.manager.initialize().await.unwrap();
    assert_eq!(denied(&bench.guard(lookup()).await), "policy.denied");
}

#[tokio::test]
async fn a_document_that_does_not_load_leaves_the_one_before_in_force() {
    let bench = Bench::new(DENYING).await;
    let refused = bench.manager.load_config_yaml("routes: [ { tool: lookup, polcy: [ allow ] } ]").unwrap_err();
    assert!(refused.to_string().contains("did you mean `policy`?"), "{refused}");
    bench.manager.initialize().await.unwrap();
    assert_eq!(denied(&bench.guard(lookup()).await), "policy.denied");
}

#[tokio::test]
async fn a_plugin_that_cannot_start_leaves_the_document_before_in_force() {
    let bench = Bench::new(ALLOWING).await;
    for (start, cause) in [("refuse", "planted"), ("panic", "it panicked")] {
        let document = format!(
            "plugins: [ {{ name: p, kind: test/control, hooks: [cmf.tool_pre_invoke], config: {{ start: {start} }} }} ]"
        );
        bench.manager.load_config_yaml(&document).unwrap();
        let expected = InitializeError::Plugin { plugin: "p".into(), cause: cause.into() };
        assert_eq!(bench.manager.initialize().await, Err(expected));
    }
    allowed(bench.guard(lookup()).await);
}

#[tokio::test]
async fn an_operation_ends_under_the_document_it_began_under() {
    let bench = Bench::new("{ routes: [ { tool: lookup, result: { ssn: redact } } ] }").await;
    let permit = allowed(bench.manager.authorize(lookup()).await);
    bench.manager.load_config_yaml("{ routes: [ { tool: lookup, post_policy: [ deny ] } ] }").unwrap();
    bench.manager.initialize().await.unwrap();
    let answer = cpex_core::Answer::structured(serde_json::json!({ "ssn": "1" }));
    let answer = allowed(permit.complete(answer).await);
    assert_eq!(answer.content()["ssn"], "[REDACTED]");
    assert_eq!(denied(&bench.guard(lookup()).await), "policy.denied");
}

#[tokio::test]
async fn after_shutdown_everything_is_denied_and_nothing_is_initialized() {
    let bench = Bench::new(ALLOWING).await;
    bench.manager.shutdown().await;
    bench.manager.shutdown().await;
    assert_eq!(denied(&bench.guard(lookup()).await), "engine.shutdown");
    bench.manager.load_config_yaml(ALLOWING).unwrap();
    assert_eq!(bench.manager.initialize().await, Err(InitializeError::ShutDown));
}

#[tokio::test]
async fn trap_4_a_declared_plugin_that_nothing_reaches_is_refused() {
    let bench = Bench::new(ALLOWING).await;
    for plugin in [
        "{ name: p, kind: test/control }",
        "{ name: p, kind: test/identity, config: { yield: eve } }",
        "{ name: p, kind: test/control, hooks: [cmf.tool_pre_invok] }",
    ] {
        let refused = bench.manager.load_config_yaml(&format!("plugins: [ {plugin} ]")).unwrap_err();
        assert!(!refused.diagnostics().is_empty(), "{plugin}");
    }
    bench.manager.load_config_yaml("plugins: [ { name: p, kind: test/control, on_demand: true } ]").unwrap();
}

#[tokio::test]
async fn a_misspelt_name_is_one_mistake_and_not_two() {
    let bench = Bench::new(ALLOWING).await;
    let document = r#"
plugins:
  - { name: scanner, kind: test/control }
  - { name: checker, kidn: test/control }
routes: [ { tool: lookup, policy: [ "run(scaner)" ] } ]
"#;
    let refused = bench.manager.load_config_yaml(document).unwrap_err();
    let codes: Vec<&str> = refused.diagnostics().iter().map(|finding| finding.code.name).collect();
    assert_eq!(codes, ["document.unknown_key", "rule.unknown_plugin"], "{refused}");
}

#[tokio::test]
async fn a_reload_keeps_the_labels_of_live_sessions_whatever_bounds_the_store_has() {
    let tainting = "routes: [ { tool: lookup, policy: [ 'taint(secret)' ] } ]";
    let reading =
        "routes: [ { tool: lookup, policy: [ \"session.labels contains 'secret': deny('x', 'tainted')\" ] } ]";
    for stores in [
        ["", ""],
        ["", "global: { session_store: { kind: memory } }\n"],
        ["global: { session_store: { kind: memory, max_sessions: 5 } }\n", ""],
        [
            "global: { session_store: { kind: memory, max_sessions: 5 } }\n",
            "global: { session_store: { kind: memory, max_sessions: 1, ttl_seconds: 5 } }\n",
        ],
    ] {
        let [before, after] = stores;
        let bench = Bench::new(&format!("{before}{tainting}")).await;
        allowed(bench.guard(lookup().caller(eve())).await);
        bench.manager.load_config_yaml(&format!("{after}{reading}")).unwrap();
        bench.manager.initialize().await.unwrap();
        assert_eq!(denied(&bench.guard(lookup().caller(eve())).await), "policy.denied", "{stores:?}");
    }
}

#[tokio::test]
async fn a_document_that_names_a_store_has_it_and_another_has_that_of_the_host() {
    let store = Arc::new(Flaky::default());
    let config = || ManagerConfig { sessions: Some(Arc::clone(&store) as _), ..ManagerConfig::default() };
    let tainting = "routes: [ { tool: lookup, policy: [ 'taint(secret)' ] } ]";
    let named = Bench::with(&format!("global: {{ session_store: {{ kind: memory }} }}\n{tainting}"), config()).await;
    allowed(named.guard(lookup().caller(eve())).await);
    assert!(store.labels().as_slice().is_empty());
    let unnamed = Bench::with(tainting, config()).await;
    allowed(unnamed.guard(lookup().caller(eve())).await);
    assert!(store.labels().contains("secret"));
}
