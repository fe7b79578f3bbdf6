//! A document takes the place of the one in force whole or not at all, and how that went can be seen.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cpex_core::{Answer, ManagerConfig, PluginManager, PluginState, StartError, Status};
use cpex_sdk::{Clock, CmfToolPreInvoke};
use serde_json::json;
use tempfile::TempDir;

use crate::registration::{Scripted, declared};
use crate::support::{Bench, allowed, denied, eve, lookup};

const ALLOWING: &str = "{ routes: [ { tool: lookup, policy: [ allow ] } ] }";
const DENYING: &str = "{ routes: [ { tool: lookup, policy: [ deny ] } ] }";

/// A file in a directory of its own.
fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// The latest refusal, in words.
fn refusal(status: &Status) -> String {
    status.refused.as_ref().map(|refused| refused.error.to_string()).unwrap_or_default()
}

#[derive(Debug, Default)]
struct Ticks(AtomicU64);

impl Clock for Ticks {
    fn now_ms(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    fn monotonic_ns(&self) -> u64 {
        0
    }
}

#[tokio::test]
async fn a_reload_loads_and_initializes_and_the_status_says_what_is_in_force() {
    let (_folder, path) = file(ALLOWING);
    let manager = PluginManager::new(ManagerConfig { clock: Some(Arc::new(Ticks::default())), ..Default::default() });
    assert!(manager.status().in_force.is_none());
    manager.reload_file(&path).await.unwrap();
    let first = manager.status().in_force.unwrap();
    assert_eq!((first.reloads, &*first.files), (0, [path.clone()].as_slice()));
    let _ = allowed(manager.authorize(lookup()).await);
    manager.reload_yaml(DENYING).await.unwrap();
    let second = manager.status().in_force.unwrap();
    assert!(second.since_ms > first.since_ms && second.digest != first.digest);
    assert_eq!((second.reloads, second.files.len()), (1, 0));
    assert_eq!(denied(&manager.authorize(lookup()).await), "policy.denied");
    manager.shutdown().await;
    assert!(manager.status().in_force.is_none());
    assert!(manager.reload_file(&path).await.is_err());
}

#[tokio::test]
async fn trap_45_what_cannot_be_put_in_force_leaves_what_is_and_the_status_says_so() {
    let (_folder, path) = file(DENYING);
    let bench = Bench::new("routes: []").await;
    bench.manager.reload_file(&path).await.unwrap();
    let before = bench.manager.status().in_force;
    let failing =
        "{ plugins: [ { name: p, kind: test/control, hooks: [cmf.tool_pre_invoke], config: { start: refuse } } ] }";
    let cases = [
        ("", "the file is empty, and was not"),
        ("# nothing yet\n", "the file is empty, and was not"),
        ("{ routes: [ { tool: lookup, pol", "document.syntax"),
        ("{ routes: [ { tool: lookup, polcy: [ allow ] } ] }", "did you mean `policy`?"),
        ("{ routes: [ { tool: lookup, policy: [ 'run(nobody)' ] } ] }", "rule.unknown_plugin"),
        (failing, "plugin `p` could not be initialized: planted"),
    ];
    for (text, said) in cases {
        std::fs::write(&path, text).unwrap();
        assert!(bench.manager.reload_file(&path).await.is_err(), "{text}");
        let status = bench.manager.status();
        assert!(refusal(&status).contains(said), "{text}: {}", refusal(&status));
        assert_eq!(status.in_force, before, "{text}");
        assert_eq!(denied(&bench.guard(lookup()).await), "policy.denied", "{text}");
    }
    std::fs::remove_file(&path).unwrap();
    assert!(bench.manager.reload_file(&path).await.is_err());
    assert!(refusal(&bench.manager.status()).contains("cannot open the file"));
    std::fs::write(&path, ALLOWING).unwrap();
    bench.manager.reload_file(&path).await.unwrap();
    assert!(bench.manager.status().refused.is_none(), "it is in force, and what was wrong is over");
    allowed(bench.guard(lookup()).await);
}

#[tokio::test]
async fn trap_45_a_file_that_is_included_and_was_emptied_is_refused() {
    let (folder, path) = file("include: [more.yaml]\nroutes: [ { tool: lookup, policy: [ deny ] } ]");
    let more = folder.path().join("more.yaml");
    std::fs::write(&more, "routes: [ { tool: other, policy: [ deny ] } ]").unwrap();
    let bench = Bench::new("routes: []").await;
    bench.manager.reload_file(&path).await.unwrap();
    std::fs::write(&more, "").unwrap();
    let refused = bench.manager.reload_file(&path).await.unwrap_err().to_string();
    assert!(refused.contains("more.yaml:1:1") && refused.contains("is empty, and was not"), "{refused}");
}

#[tokio::test]
async fn a_text_that_says_nothing_takes_the_place_of_none_that_says_something() {
    let bench = Bench::new(DENYING).await;
    let (_folder, path) = file("");
    for refused in [bench.manager.reload_yaml("").await, bench.manager.reload_file(&path).await] {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("the document is empty, and the one in force is not"), "{error}");
    }
    assert_eq!(denied(&bench.guard(lookup()).await), "policy.denied");
    // Who loads it in two steps means it, and where nothing was said nothing is lost.
    bench.manager.load_config_yaml("").unwrap();
    bench.manager.initialize().await.unwrap();
    bench.manager.reload_yaml("").await.unwrap();
}

#[tokio::test]
async fn trap_45_a_reload_while_a_document_waits_leaves_it_waiting() {
    let bench = Bench::new(DENYING).await;
    bench.manager.load_config_yaml("{ routes: [ { tool: lookup, policy: [ \"deny('x', 'third')\" ] } ] }").unwrap();
    bench.manager.reload_yaml(ALLOWING).await.unwrap();
    allowed(bench.guard(lookup()).await);
    bench.manager.initialize().await.unwrap();
    let outcome = bench.guard(lookup()).await;
    assert_eq!(&*outcome.decision.violation().unwrap().code, "third");
}

#[tokio::test]
async fn documents_that_are_refused_at_load_are_seen_too_and_one_that_is_checked_is_not() {
    let bench = Bench::new(ALLOWING).await;
    let misspelt = cpex_core::document::Document::parse("d", "rout: []").unwrap();
    assert!(bench.manager.check(&misspelt).is_err());
    assert!(bench.manager.status().refused.is_none());
    assert!(bench.manager.load_config_yaml("rout: []").is_err());
    let refused = bench.manager.status().refused.unwrap();
    let StartError::Document(findings) = &refused.error else { panic!("{refused:?}") };
    assert_eq!(findings.diagnostics()[0].code.name, "document.unknown_key");
}

#[tokio::test]
async fn plugins_of_a_document_that_was_replaced_are_stopped_once_its_last_operation_ended() {
    let manager = PluginManager::default();
    let plugin = Scripted::allowing();
    manager.register_factory("test/scripted", Arc::new(plugin.clone()));
    let document = "plugins: [ { name: p, kind: test/scripted, hooks: [cmf.tool_pre_invoke] } ]";
    manager.reload_yaml(document).await.unwrap();
    let permit = allowed(manager.authorize(lookup()).await);
    manager.reload_yaml(ALLOWING).await.unwrap();
    assert_eq!(plugin.said(), ["start", "call"]);
    allowed(permit.complete(Answer::structured(json!({}))).await);
    plugin.stopped.notified().await;
    assert_eq!(plugin.said(), ["start", "call", "stop"]);
}

#[tokio::test]
async fn the_status_says_of_each_plugin_whether_it_is_on() {
    let document = r#"
plugins:
  - { name: fine, kind: test/control, hooks: [cmf.tool_pre_invoke] }
  - { name: fragile, kind: test/control, hooks: [cmf.tool_pre_invoke], on_error: disable, config: { do: error } }
  - { name: partly, kind: test/control, on_demand: true, on_error: disable }
  - { name: off, kind: test/control, hooks: [cmf.tool_pre_invoke], mode: disabled }
  - { name: placed, kind: test/control }
routes:
  - tool: lookup
    plugins: { partly: { config: { do: error } } }
    policy: [ "args.id == '8': run(placed)", "args.id == '7': run(partly)" ]
"#;
    let bench = Bench::new(document).await;
    let plugin = Scripted::allowing();
    bench.manager.register_handler::<CmfToolPreInvoke, _>(plugin, declared("host")).await.unwrap();
    let states = |manager: &PluginManager| -> Vec<(String, PluginState)> {
        manager.status().plugins.iter().map(|plugin| (plugin.name.to_string(), plugin.state)).collect()
    };
    let _ = bench.guard(lookup().caller(eve())).await;
    bench.manager.unregister("placed").await.unwrap();
    let expected = [
        ("fine", PluginState::Active),
        ("fragile", PluginState::Disabled),
        ("partly", PluginState::DisabledInPart),
        ("off", PluginState::Off),
        ("placed", PluginState::Unregistered),
        ("host", PluginState::Active),
    ];
    assert_eq!(states(&bench.manager), expected.map(|(name, state)| (name.to_owned(), state)));
    assert!(bench.manager.status().plugins.last().unwrap().is_registered);
    bench.manager.reload_yaml(ALLOWING).await.unwrap();
    assert_eq!(states(&bench.manager), [("host".to_owned(), PluginState::Active)]);
}

#[tokio::test]
async fn a_reload_of_a_file_that_is_not_there_says_so() {
    let bench = Bench::new(ALLOWING).await;
    let refused = bench.manager.reload_file(Path::new("/nowhere/policy.yaml")).await.unwrap_err();
    assert!(refused.to_string().contains("cannot open the file"), "{refused}");
}
