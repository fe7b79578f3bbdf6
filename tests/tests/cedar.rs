//! Cedar policies of a document: where their mistakes are shown, and that a change of them is in force afterwards.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;

use cpex::prelude::*;
use serde_json::Map;

const DOCUMENT: &str = "
global:
  pdp:
    - kind: cedar-direct
      policy_files: rules.cedar
routes:
  - { tool: view, policy: [{ cedar: { action: view, resource: { type: Doc, id: d } } }] }
";

const PERMIT: &str = "@id(\"old\") permit(principal, action, resource);\n";

fn manager() -> PluginManager {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    manager
}

/// What one caller is answered: the reason of the denial, if it is one.
async fn reason(manager: &PluginManager) -> Option<String> {
    let subject = Subject { id: "eve".into(), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    match manager.authorize(Operation::tool("view", Map::new()).caller(caller)).await.decision {
        Decision::Allow(_) => None,
        Decision::Deny(violation) => Some(violation.reason.to_string()),
        Decision::Pending(_) => panic!("nobody is asked"),
    }
}

#[tokio::test]
async fn a_policy_that_was_changed_is_in_force_after_a_reload() {
    let folder = tempfile::tempdir().unwrap();
    let (document, rules) = (folder.path().join("policy.yaml"), folder.path().join("rules.cedar"));
    fs::write(&document, DOCUMENT).unwrap();
    fs::write(&rules, PERMIT).unwrap();
    let manager = manager();
    manager.load_config_file(&document).unwrap();
    manager.initialize().await.unwrap();
    assert_eq!(reason(&manager).await, None);

    fs::write(&rules, format!("{PERMIT}@id(\"new\") forbid(principal, action, resource is Doc);\n")).unwrap();
    manager.reload_file(&document).await.unwrap();
    assert_eq!(reason(&manager).await.as_deref(), Some("denied by `cedar`: new"));

    fs::write(&rules, "permit(principal, action").unwrap();
    let refused = manager.reload_file(&document).await.unwrap_err().to_string();
    assert!(refused.contains("rules.cedar:1:25: error[document.config]"), "{refused}");
    assert_eq!(reason(&manager).await.as_deref(), Some("denied by `cedar`: new"), "the old one serves on");
}

#[test]
fn a_mistake_is_shown_where_it_stands_in_the_text() {
    let document = "
global:
  pdp:
    - kind: cedar-direct
      policy_text: |
        // ü
        permit(principal, action, resource)
          when { principal.roles.contins(\"hr\") };
";
    let refused = manager().load_config_yaml(document).unwrap_err().to_string();
    let expected =
        "error[document.config]: `cedar-direct`: `contins` is not a valid method, at line 3, column 10 of the text";
    assert!(refused.starts_with(&format!("<document>:6:9: {expected}")), "{refused}");
    let one_line = "global: { pdp: [ { kind: cedar, policy_text: 'permit(principal, action);' } ] }";
    let refused = manager().load_config_yaml(one_line).unwrap_err().to_string();
    assert!(
        refused.starts_with("<document>:1:71: error[document.config]: `cedar`: this policy is missing"),
        "{refused}"
    );
}
