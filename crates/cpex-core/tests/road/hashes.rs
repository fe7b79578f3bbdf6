//! The key of `hash` stages: read from its source at load, and shown to nobody.

use std::sync::Arc;

use cpex_core::{ManagerConfig, PluginManager};
use cpex_sdk::testing::FixedSecrets;
use serde_json::json;

use crate::support::{Bench, allowed, lookup};

/// A document that hashes, under the key of this source.
fn hashing(source: &str) -> String {
    format!("plugin_settings: {{ hash_key: {source} }}\nroutes: [ {{ tool: lookup, result: {{ ssn: hash }} }} ]\n")
}

/// Ports with a secret in the environment, one in a file, and an empty one.
fn secrets() -> ManagerConfig {
    let secrets = FixedSecrets::default().with("KEY", "Jefe").with("run/key", "Jefe").with("EMPTY", "");
    ManagerConfig { secrets: Some(Arc::new(secrets)), ..ManagerConfig::default() }
}

/// The findings on a document that does not load, as people read them.
fn refused(document: &str) -> String {
    PluginManager::new(secrets()).load_config_yaml(document).unwrap_err().to_string()
}

#[tokio::test]
async fn values_are_hashed_under_the_secret_of_the_source() {
    for source in ["{ kind: env_var, name: KEY }", "{ kind: file, path: run/key }", "{ kind: literal, secret: Jefe }"] {
        let bench = Bench::with(&hashing(source), secrets()).await;
        let answer = json!({ "ssn": "what do ya want for nothing?", "salary": 1 });
        let answer = allowed(bench.guard_answering(lookup(), answer).await);
        let expected = "hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(*answer.content(), json!({ "ssn": expected, "salary": 1 }), "{source}");
    }
}

#[test]
fn a_document_that_hashes_without_a_key_does_not_load() {
    let shown = refused("routes: [ { tool: lookup, result: { ssn: 'str | hash' } } ]");
    assert!(shown.starts_with("<document>:1:49: error[rule.hash_key]: `hash` has no key to hash under"), "{shown}");
}

#[test]
fn a_key_that_cannot_be_had_is_one_mistake_at_its_place() {
    for (source, place, finding) in [
        ("{ kind: env_var, name: GONE }", "1:30", "error[document.secret]: `hash_key`: there is no secret `GONE`"),
        (
            "{ kind: env_var, name: EMPTY }",
            "1:30",
            "error[document.secret]: `hash_key`: the secret is empty: give 32 random bytes or more",
        ),
        ("{ kind: env_var, nam: KEY }", "1:38", "error[document.missing_key]: "),
        ("hunter2", "1:30", "error[document.wrong_shape]: "),
        ("", "1:20", "error[document.wrong_shape]: "),
        ("null", "1:30", "error[document.wrong_shape]: "),
    ] {
        let shown = refused(&hashing(source));
        assert!(shown.contains(&format!("<document>:{place}: {finding}")), "{source}: {shown}");
        assert!(!shown.contains("rule.hash_key") && !shown.contains("hunter2"), "{source}: {shown}");
        let own = shown.matches("error[document.secret]").count();
        assert_eq!(own, usize::from(finding.contains("document.secret")), "{source}: {shown}");
    }
}

#[test]
fn a_literal_key_is_warned_about_and_never_shown() {
    let manager = PluginManager::default();
    let warnings = manager.load_config_yaml(&hashing("{ kind: literal, secret: hunter2 }")).unwrap();
    let shown = format!("{warnings} {warnings:?} {manager:?} {:?}", warnings.sources());
    assert!(shown.contains("warning[document.literal_secret]"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_key_that_nothing_hashes_under_must_be_there_all_the_same() {
    let document = "plugin_settings: { hash_key: { kind: env_var, name: GONE } }\n";
    assert!(refused(document).contains("error[document.secret]"));
}
