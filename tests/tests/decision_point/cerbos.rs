//! What Cerbos decides is what happens.

use cpex::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::process::Cerbos;

fn document(cerbos: &Cerbos, more: &str) -> String {
    format!(
        "
global:
  pdp: [{{ kind: authzen, endpoint: '{url}', insecure_http: true, timeout_ms: 20000 {more} }}]
routes:
  - tool: read
    policy:
      - authzen:
          subject: &caller {{ type: user, id: '${{subject.id}}', properties: {{ cerbos.roles: '${{subject.roles}}' }} }}
          action: read
          resource: {{ type: document, id: '${{args.id}}' }}
  - tool: write
    policy:
      - authzen:
          subject: *caller
          action: {{ name: write }}
          resource: &owned {{ type: document, id: '${{args.id}}', properties: {{ owner: '${{args.owner}}' }} }}
          context: {{ hour: '${{request.hour}}' }}
  - tool: both
    policy: [{{ authzen: {{ subject: *caller, action: [read, write], resource: *owned }} }}]
  - tool: compare
    policy:
      - authzen:
          subject: *caller
          action: read
          resource: [{{ type: document, id: '${{args.id}}' }}, {{ type: '${{args.kind}}', id: '7' }}]
  - tool: by_default
    policy: [{{ authzen: {{ action: read, resource: {{ type: document, id: '7' }} }} }}]
",
        url = cerbos.url
    )
}

/// `allow`, or the code of the denial and what is recorded of it.
async fn called(manager: &PluginManager, tool: &str, (id, role): (&str, &str), arguments: &Json) -> String {
    let subject = Subject { id: id.to_owned(), roles: NameSet::from_iter([role]), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    let arguments: Map<_, _> = arguments.as_object().unwrap().clone();
    let outcome = manager.authorize(Operation::tool(tool, arguments).caller(caller)).await;
    match outcome.decision {
        Decision::Allow(_) => "allow".to_owned(),
        Decision::Deny(violation) => {
            format!("{} {}", violation.code, outcome.report.errors.join("; ")).trim().to_owned()
        }
        Decision::Pending(_) => panic!("nobody is asked"),
    }
}

#[tokio::test]
async fn what_cerbos_permits_is_allowed_and_nothing_else() {
    let cerbos = Cerbos::start();
    let (ada, bob, eve) = (("ada", "staff"), ("bob", "hr"), ("eve", "guest"));
    let one = json!({ "id": "7", "owner": "ada", "kind": "document" });
    let other = json!({ "id": "7", "owner": "ada", "kind": "page" });
    for semantic in ["deny_on_first_deny", "execute_all"] {
        let document = document(&cerbos, &format!(", evaluations_semantic: {semantic}"));
        let manager = PluginManager::from_yaml(&document).await.unwrap();
        for (tool, who, arguments, end) in [
            ("read", ada, &one, "allow"),
            ("read", bob, &one, "allow"),
            ("read", eve, &one, "pdp.denied"),
            ("write", ada, &one, "allow"),
            ("write", bob, &one, "pdp.denied"),
            ("both", ada, &one, "allow"),
            ("both", bob, &one, "pdp.denied"),
            ("both", eve, &one, "pdp.denied"),
            ("compare", bob, &one, "allow"),
            ("compare", bob, &other, "pdp.denied"),
            ("by_default", ada, &one, "pdp.denied"),
        ] {
            assert_eq!(called(&manager, tool, who, arguments).await, end, "{tool} {who:?} {semantic}");
        }
    }
}

#[tokio::test]
async fn decisions_of_cerbos_serve_again() {
    let cerbos = Cerbos::start();
    let manager = PluginManager::from_yaml(&document(&cerbos, ", cache: { ttl_seconds: 3600 }")).await.unwrap();
    let one = json!({ "id": "7", "owner": "ada" });
    for _ in 0..2 {
        assert_eq!(called(&manager, "both", ("ada", "staff"), &one).await, "allow");
        assert_eq!(called(&manager, "write", ("bob", "hr"), &one).await, "pdp.denied");
    }
    drop(cerbos);
    assert_eq!(called(&manager, "both", ("ada", "staff"), &one).await, "allow");
    assert_eq!(called(&manager, "write", ("bob", "hr"), &one).await, "pdp.denied");
    let unknown = called(&manager, "read", ("ada", "staff"), &one).await;
    assert!(unknown.starts_with("pdp.error authzen: the decision point: "), "{unknown}");
}

#[tokio::test]
async fn where_cerbos_is_not_found_nothing_is_permitted() {
    let cerbos = Cerbos::start();
    let document = document(&cerbos, "").replace(&cerbos.url, &format!("{}/elsewhere", cerbos.url));
    let manager = PluginManager::from_yaml(&document).await.unwrap();
    let denied = called(&manager, "read", ("ada", "staff"), &json!({ "id": "7" })).await;
    assert_eq!(denied, "pdp.error authzen: the decision point answered with status 404");
}
