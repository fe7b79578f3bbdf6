//! One CPEX behind another: the host enforces what the decision point decides.

use cpex::cmf::SubjectKind;
use cpex::prelude::*;
use serde_json::{Map, json};

use super::running::{BETH, MORTY, RICK, Running, TOKEN};

fn document(running: &Running, more: &str) -> String {
    format!(
        "
global:
  pdp:
    - kind: authzen
      endpoint: {url}
      insecure_http: true
      auth: {{ kind: bearer, token: {{ kind: literal, secret: {TOKEN} }} }}
      {more}
routes:
  - tool: update_todo
    policy:
      - authzen:
          action: can_update_todo
          resource: {{ type: todo, id: \"${{args.id}}\", properties: {{ ownerID: \"${{args.owner}}\" }} }}
  - tool: tidy_up
    policy:
      - authzen:
          action: [can_read_todos, can_create_todo, can_update_todo]
          resource: {{ type: todo, id: \"${{args.id}}\", properties: {{ ownerID: \"${{args.owner}}\" }} }}
",
        url = running.url
    )
}

/// `allow`, or the code of the denial and what was recorded.
async fn called(manager: &PluginManager, tool: &str, who: &str, owner: &str) -> String {
    let arguments = Map::from_iter([("id".to_owned(), json!("1")), ("owner".to_owned(), json!(owner))]);
    let subject = Subject { id: who.to_owned(), ..Subject::default() };
    called_by(manager, Operation::tool(tool, arguments), subject).await
}

async fn called_by(manager: &PluginManager, operation: Operation, subject: Subject) -> String {
    let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    let outcome = manager.authorize(operation.caller(caller)).await;
    match outcome.decision {
        Decision::Allow(_) => "allow".to_owned(),
        Decision::Deny(violation) => {
            format!("{} {}", violation.code, outcome.report.errors.join("; ")).trim().to_owned()
        }
        Decision::Pending(_) => panic!("nobody is asked"),
    }
}

#[tokio::test]
async fn what_the_decision_point_permits_is_allowed_and_nothing_else() {
    let running = Running::new().await;
    let manager = PluginManager::from_yaml(&document(&running, "timeout_ms: 20000")).await.unwrap();
    let morty = "morty@the-citadel.com";
    for tool in ["update_todo", "tidy_up"] {
        assert_eq!(called(&manager, tool, RICK, morty).await, "allow", "{tool}");
        assert_eq!(called(&manager, tool, MORTY, morty).await, "allow", "{tool}");
        assert_eq!(called(&manager, tool, BETH, morty).await, "pdp.denied", "{tool}");
        assert_eq!(called(&manager, tool, "nobody", morty).await, "pdp.denied", "{tool}");
    }
    let arguments = Map::from_iter([("id".to_owned(), json!(1)), ("owner".to_owned(), json!(morty))]);
    let subject = Subject { id: RICK.to_owned(), ..Subject::default() };
    let number = called_by(&manager, Operation::tool("update_todo", arguments.clone()), subject.clone()).await;
    assert_eq!(number, "pdp.error authzen: `id` of `resource` is no text");
    let arguments = Map::from_iter([("id".to_owned(), json!("1")), ("owner".to_owned(), json!(morty))]);
    let system = Subject { kind: SubjectKind::System, ..subject };
    assert_eq!(called_by(&manager, Operation::tool("update_todo", arguments), system).await, "allow");
}

#[tokio::test]
async fn a_decision_point_that_does_not_know_the_host_permits_nothing() {
    let running = Running::new().await;
    let document = document(&running, "").replace(TOKEN, "other");
    let manager = PluginManager::from_yaml(&document).await.unwrap();
    let denied = called(&manager, "update_todo", RICK, "rick@the-citadel.com").await;
    assert_eq!(denied, "pdp.error authzen: the decision point answered with status 401");
}

#[tokio::test]
async fn decisions_serve_again_until_the_document_is_loaded_anew() {
    let running = Running::new().await;
    let document = document(&running, "cache: { ttl_seconds: 3600 }");
    let manager = PluginManager::from_yaml(&document).await.unwrap();
    let (rick, beth) = ("rick@the-citadel.com", "beth@the-smiths.com");
    assert_eq!(called(&manager, "update_todo", RICK, rick).await, "allow");
    assert_eq!(called(&manager, "update_todo", BETH, beth).await, "pdp.denied");
    running.stop().await;
    assert_eq!(called(&manager, "update_todo", RICK, rick).await, "allow");
    assert_eq!(called(&manager, "update_todo", BETH, beth).await, "pdp.denied");
    let unasked = called(&manager, "update_todo", MORTY, rick).await;
    assert!(unasked.starts_with("pdp.error authzen: the decision point: "), "{unasked}");
    manager.reload_yaml(&document).await.unwrap();
    let forgotten = called(&manager, "update_todo", RICK, rick).await;
    assert!(forgotten.starts_with("pdp.error authzen: the decision point: "), "{forgotten}");
}
