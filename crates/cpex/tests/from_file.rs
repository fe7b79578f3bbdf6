//! From a file to a running manager in one step.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;

use cpex::StartError;
use cpex::prelude::*;
use serde_json::Map;

#[tokio::test]
async fn a_manager_starts_from_a_file_with_what_the_file_includes_and_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    fs::write(&path, "include: [routes.yaml]\nglobal: { attribute_files: [facts.yaml] }").unwrap();
    let routes = "routes: [ { tool: lookup, policy: [ \"data.closed: deny('closed', 'closed')\" ] } ]";
    fs::write(folder.path().join("routes.yaml"), routes).unwrap();
    fs::write(folder.path().join("facts.yaml"), "data: { closed: true }").unwrap();
    let manager = PluginManager::from_file(&path).await.unwrap();
    let outcome = manager.authorize(Operation::tool("lookup", Map::new())).await;
    assert_eq!(outcome.decision.violation().map(|violation| &*violation.code), Some("closed"));
    assert_eq!(manager.status().in_force.unwrap().files.len(), 3);
}

#[tokio::test]
async fn no_manager_starts_from_a_file_that_is_not_there_or_has_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    for text in [None, Some("rout: []")] {
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let Err(StartError::Document(refused)) = PluginManager::from_file(&path).await else {
            panic!("it started: {text:?}");
        };
        assert!(refused.to_string().contains("policy.yaml:"), "{refused}");
    }
}
