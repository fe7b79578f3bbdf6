//! Documents come into force whole or not at all, and a manager that was shut down stays so.

use cpex_core::InitializeError;

use crate::support::{Bench, allowed, denied, lookup};

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
