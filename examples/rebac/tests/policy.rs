//! The engine in a document, as a host has it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use cpex::prelude::*;
use rebac::{KIND, RebacFactory};
use serde_json::{Map, json};

const POLICY: &str = r#"
global:
  pdp: [{ kind: rebac, tuples: relations.txt }]
routes:
  - tool: read_document
    policy:
      - rebac: { object: "doc:${args.id}", relation: viewer }
        on_deny: ["deny('ask its owner to share it with you', 'document.not_shared')"]
"#;

const TUPLES: &str = "
doc:readme#viewer@user:alice
doc:plan#viewer@group:eng#member
group:eng#member@user:bob
";

fn written(folder: &Path, policy: &str, tuples: &str) -> PluginManager {
    fs::write(folder.join("policy.yaml"), policy).unwrap();
    fs::write(folder.join("relations.txt"), tuples).unwrap();
    let manager = PluginManager::default();
    manager.register_factory(KIND, Arc::new(RebacFactory));
    manager
}

/// `allow`, or the code of the denial.
async fn read(manager: &PluginManager, who: &str, id: &str) -> String {
    let subject = Subject { id: who.to_owned(), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    let arguments = Map::from_iter([("id".to_owned(), json!(id))]);
    match manager.authorize(Operation::tool("read_document", arguments).caller(caller)).await.decision {
        Decision::Allow(_) => "allow".to_owned(),
        Decision::Deny(violation) => violation.code.to_string(),
        Decision::Pending(_) => panic!("nobody is asked"),
    }
}

#[tokio::test]
async fn who_has_the_relation_is_let_through() {
    let folder = tempfile::tempdir().unwrap();
    let manager = written(folder.path(), POLICY, TUPLES);
    manager.load_config_file(&folder.path().join("policy.yaml")).unwrap();
    manager.initialize().await.unwrap();
    for (who, id, end) in [
        ("alice", "readme", "allow"),
        ("alice", "plan", "document.not_shared"),
        ("bob", "plan", "allow"),
        ("bob", "readme", "document.not_shared"),
        ("alice", "readme#viewer", "pdp.error"),
    ] {
        assert_eq!(read(&manager, who, id).await, end, "{who} {id}");
    }
}

#[tokio::test]
async fn another_file_is_another_document() {
    let folder = tempfile::tempdir().unwrap();
    let manager = written(folder.path(), POLICY, TUPLES);
    let path = folder.path().join("policy.yaml");
    manager.load_config_file(&path).unwrap();
    manager.initialize().await.unwrap();
    let digest = manager.status().in_force.unwrap().digest;
    fs::write(folder.path().join("relations.txt"), "doc:readme#viewer@user:bob").unwrap();
    manager.reload_file(&path).await.unwrap();
    assert_ne!(manager.status().in_force.unwrap().digest, digest);
    assert_eq!(read(&manager, "bob", "readme").await, "allow");
    assert_eq!(read(&manager, "alice", "readme").await, "document.not_shared");
}

#[tokio::test]
async fn what_is_wrong_with_file_and_step_is_shown_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    let tuples = "doc:readme#viewer@user:alice\ndoc:plan#viewer@eng\n";
    let refused = written(folder.path(), POLICY, tuples).load_config_file(&path).unwrap_err().to_string();
    let place = "relations.txt:2:17: error";
    assert!(refused.contains(place) && refused.contains("`eng` is not a type and an identifier"), "{refused}");

    let misspelt = POLICY.replace("relation: viewer", "relation: viewer, objekt: x");
    let refused = written(folder.path(), &misspelt, TUPLES).load_config_file(&path).unwrap_err().to_string();
    assert!(refused.contains("policy.yaml:7:") && refused.contains("unknown key `objekt`"), "{refused}");
}
