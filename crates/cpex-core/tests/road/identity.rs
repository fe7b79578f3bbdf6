//! Who may state an identity, and what becomes of operations where nobody does.

use std::sync::Arc;

use cpex_core::{Caller, Decision, PluginManager};
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Accepts, Factory, Host, IdentityResolver, Inbound, Instance, Resolution, async_trait};
use serde_json::json;

use crate::support::{Bench, allowed, denied, eve, lookup};

fn document(authentication: &str) -> String {
    format!(
        r#"
plugins:
  - {{ name: alice, kind: test/identity, config: {{ yield: alice }} }}
  - {{ name: bob, kind: test/identity, config: {{ yield: bob }}, on_demand: true }}
  - {{ name: nothing, kind: test/identity, config: {{ yield: nothing }}, on_demand: true }}
  - {{ name: fail, kind: test/identity, config: {{ yield: fail }}, on_demand: true }}
  - {{ name: panic, kind: test/identity, config: {{ yield: panic }}, on_error: ignore, on_demand: true }}
  - {{ name: log, kind: audit/test }}
routes:
  - tool: other
    authentication: [alice]
  - tool: lookup
    authentication: {authentication}
    policy: [ "require(authenticated)" ]
"#
    )
}

async fn decided(authentication: &str, caller: Caller) -> Result<String, &'static str> {
    let bench = Bench::new(&document(authentication)).await;
    let outcome = bench.guard(lookup().caller(caller)).await;
    match outcome.decision {
        Decision::Allow(_) => Ok(bench.records()[0]["caller"]["subject"].as_str().unwrap_or("-").to_owned()),
        _ => Err(denied(&outcome)),
    }
}

#[tokio::test]
async fn a_verified_caller_is_the_one_the_plugin_yields() {
    assert_eq!(decided("[alice]", Caller::anonymous()).await, Ok("alice".into()));
}

#[tokio::test]
async fn a_vouched_identity_is_refused_where_authentication_is_in_force() {
    assert_eq!(decided("[alice]", eve()).await, Err("auth.invalid"));
    assert_eq!(decided("[{name: alice, optional: true}]", eve()).await, Err("auth.invalid"));
}

#[tokio::test]
async fn a_vouched_identity_is_accepted_where_the_document_names_the_host() {
    assert_eq!(decided("[host]", eve()).await, Ok("eve".into()));
    assert_eq!(decided("[alice, host]", eve()).await, Ok("eve".into()));
}

#[tokio::test]
async fn a_vouched_identity_is_accepted_and_recorded_as_such_where_nothing_authenticates() {
    let bench = Bench::new(&document("[]")).await;
    allowed(bench.guard(lookup().caller(eve())).await);
    assert_eq!(bench.records()[0]["caller"]["standing"], json!("vouched"));
}

#[tokio::test]
async fn nobody_is_denied_unless_every_authenticator_is_optional() {
    assert_eq!(decided("[nothing]", Caller::anonymous()).await, Err("auth.missing"));
    assert_eq!(decided("[{name: nothing, optional: true}, host]", Caller::anonymous()).await, Err("auth.missing"));
    let anonymous = decided("[{name: nothing, optional: true}]", Caller::anonymous()).await;
    assert_eq!(anonymous, Err("policy.require_failed"), "an anonymous caller is not authenticated");
}

#[tokio::test]
async fn an_empty_vouched_identity_is_nobody() {
    let nobody = Caller::vouched(apl_cmf::Identity::default());
    assert_eq!(decided("[host]", nobody).await, Err("auth.missing"));
}

#[tokio::test]
async fn a_failed_credential_denies_although_another_authenticator_yields() {
    assert_eq!(decided("[alice, fail]", Caller::anonymous()).await, Err("auth.expired"));
    assert_eq!(decided("[{name: fail, optional: true}]", Caller::anonymous()).await, Err("auth.expired"));
}

#[tokio::test]
async fn two_subjects_are_ambiguous() {
    assert_eq!(decided("[alice, bob]", Caller::anonymous()).await, Err("auth.ambiguous"));
}

#[tokio::test]
async fn a_panicking_authenticator_denies_whatever_its_on_error_says() {
    assert_eq!(decided("[panic]", Caller::anonymous()).await, Err("plugin.panic"));
}

#[tokio::test]
async fn a_denied_credential_is_recorded_with_its_note_and_the_caller_is_not_told() {
    let bench = Bench::new(&document("[fail]")).await;
    let outcome = bench.guard(lookup()).await;
    let shown = format!("{:?}", outcome.decision);
    assert!(!shown.contains("exp has passed"), "{shown}");
    let record = &bench.records()[0];
    assert_eq!(record["code"], json!("auth.expired"));
    assert_eq!(record["errors"], json!(["fail: auth.expired: exp has passed"]));
    assert_eq!(record["entity"], json!({ "type": "tool", "name": "lookup", "server": null }));
}

#[tokio::test]
async fn a_manager_without_a_document_denies_and_says_what_to_do() {
    let manager = PluginManager::default();
    let outcome = manager.authorize(lookup()).await;
    let Decision::Deny(violation) = &outcome.decision else { panic!("{outcome:?}") };
    assert_eq!(&*violation.code, "engine.shutdown");
    assert!(violation.reason.contains("initialize"), "{violation:?}");
}

/// Panics when it is asked what it accepts.
struct Shy;

#[async_trait]
impl IdentityResolver for Shy {
    fn accepts(&self) -> Option<Accepts> {
        panic!("that is private");
    }

    async fn resolve(&self, _inbound: Inbound<'_>) -> Resolution {
        Resolution::Nothing
    }
}

impl Factory for Shy {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Identity(Arc::new(Self)))
    }
}

#[test]
fn a_resolver_that_cannot_say_what_it_accepts_is_refused() {
    let manager = PluginManager::default();
    manager.register_factory("test/shy", Arc::new(Shy));
    let document = "plugins: [ { name: shy, kind: test/shy } ]\nroutes: [ { tool: t, authentication: [shy] } ]\n";
    let refused = manager.load_config_yaml(document).unwrap_err().to_string();
    assert!(refused.contains("it panicked when it was asked what it accepts"), "{refused}");
}
