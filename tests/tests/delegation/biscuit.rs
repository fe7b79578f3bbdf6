//! A Biscuit on its way: from the caller, narrowed, to the backend, and nowhere else.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use biscuit_auth::{AuthorizerBuilder, Biscuit, KeyPair};
use cpex::cmf::{Credentials, Minted, Principal, Subject};
use cpex::prelude::*;
use serde_json::Map;

use crate::{Anybody, INBOUND, log};

/// A manager that narrows tokens of that issuer, and writes its records into that folder.
async fn manager(issuer: &KeyPair, folder: &Path) -> PluginManager {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    let user = Principal::Subject(Subject { id: "ada".to_owned(), ..Subject::default() });
    manager.register_factory("test/user", Arc::new(Anybody { principal: user, token: INBOUND }));
    fs::write(folder.join("root.pub"), issuer.public().print()).unwrap();
    let document = format!(
        "
plugins:
  - {{ name: user, kind: test/user }}
  - {{ name: log, kind: audit/logger, config: {{ destination: {{ file: {{ path: '{folder}/log.jsonl' }} }} }} }}
  - name: narrow
    kind: delegator/biscuit
    capabilities: [read_inbound_credentials, read_subject]
    config:
      root_public_key: {{ kind: file, path: '{folder}/root.pub' }}
      inbound_headers: {{ user: X-Biscuit }}
routes:
  - tool: get_pay
    authentication: [user]
    policy:
      - \"delegate(narrow, target: pay-api, permissions: [read, list])\"
      - \"!(delegation.granted.permissions contains 'list'): deny('too narrow', 'narrow')\"
",
        folder = folder.display(),
    );
    manager.load_config_yaml(&document).unwrap();
    manager.initialize().await.unwrap();
    manager
}

async fn get_pay(manager: &PluginManager, token: &str) -> Outcome<Permit> {
    let sent = Credentials::bearer(INBOUND).with("X-Biscuit", token);
    manager.authorize(Operation::tool("get_pay", Map::new()).caller(Caller::Credentials(sent))).await
}

/// Whether a backend takes what it is sent for that operation, now.
fn accepts(minted: &Minted, issuer: &KeyPair, audience: &str, operation: &str) -> bool {
    let token = Biscuit::from_base64(minted.value.expose().strip_prefix("Bearer ").unwrap(), issuer.public()).unwrap();
    let facts = format!("audience(\"{audience}\"); operation(\"{operation}\"); allow if user($user);");
    let limits = biscuit_auth::AuthorizerLimits { max_time: std::time::Duration::from_secs(60), ..Default::default() };
    let backend = AuthorizerBuilder::new().set_limits(limits).time().code(facts).unwrap();
    backend.build(&token).unwrap().authorize().is_ok()
}

#[tokio::test]
async fn the_narrowed_token_goes_to_the_backend_and_into_no_record() {
    let (issuer, folder) = (KeyPair::new(), tempfile::tempdir().unwrap());
    let manager = manager(&issuer, folder.path()).await;
    let facts = "user(\"ada\"); name(\"planted\");";
    let inbound = Biscuit::builder().code(facts).unwrap().build(&issuer).unwrap().to_base64().unwrap();
    let outcome = get_pay(&manager, &inbound).await;
    let shown = format!("{outcome:?}");
    let mut permit = outcome.decision.allowed().unwrap();
    let minted = permit.credentials();
    assert_eq!((minted.len(), minted[0].header.as_str()), (1, "Authorization"));
    assert!(accepts(&minted[0], &issuer, "pay-api", "read") && accepts(&minted[0], &issuer, "pay-api", "list"));
    assert!(!accepts(&minted[0], &issuer, "hr-api", "read") && !accepts(&minted[0], &issuer, "pay-api", "write"));
    drop(permit);
    let log = log(folder.path());
    let granted =
        r#""delegations":[{"delegator":"narrow","audience":"pay-api","permissions":["read","list"],"subject":"user"}]"#;
    assert!(log.contains(granted), "{log}");
    for secret in [&*inbound, minted[0].value.expose(), "planted"] {
        assert!(!log.contains(secret) && !shown.contains(secret), "{log}{shown}");
    }
}

#[tokio::test]
async fn a_token_of_another_issuer_gets_no_further_and_into_no_record() {
    let (issuer, folder) = (KeyPair::new(), tempfile::tempdir().unwrap());
    let manager = manager(&issuer, folder.path()).await;
    let forged =
        Biscuit::builder().fact("user(\"planted\")").unwrap().build(&KeyPair::new()).unwrap().to_base64().unwrap();
    let outcome = get_pay(&manager, &forged).await;
    assert_eq!(&*outcome.decision.violation().unwrap().code, "delegation.failed");
    assert_eq!(outcome.report.errors, ["narrow: the token of `user` is no Biscuit under the root key"]);
    let shown = format!("{outcome:?}{}", log(folder.path()));
    assert!(shown.contains("is no Biscuit under the root key"));
    assert!(!shown.contains("planted") && !shown.contains(&forged), "{shown}");
}

#[tokio::test]
async fn the_biscuit_of_somebody_else_gets_no_further() {
    let (issuer, folder) = (KeyPair::new(), tempfile::tempdir().unwrap());
    let manager = manager(&issuer, folder.path()).await;
    let of_bob = Biscuit::builder().fact("user(\"bob\")").unwrap().build(&issuer).unwrap().to_base64().unwrap();
    let outcome = get_pay(&manager, &of_bob).await;
    let cause = "narrow: the token of `user` does not pass for `read` and this audience at this time";
    assert_eq!(outcome.report.errors, [cause]);
}
