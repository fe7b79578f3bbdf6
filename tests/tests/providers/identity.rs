//! Tokens that a provider signed, verified by the keys it publishes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex::cmf::Credentials;
use cpex::prelude::*;
use serde_json::{Value as Json, json};

use super::host::{decided, manager};
use super::process::Provider;

const KEYS: &str = "/jwks";

fn document(issuer: &str) -> String {
    format!(
        "
plugins:
  - name: jwt-user
    kind: identity/jwt
    config:
      trusted_issuers:
        - issuer: {issuer}
          audiences: [agents]
          decoding_key: {{ kind: jwks_url, url: '{issuer}{KEYS}', insecure_http: true }}
routes:
  - tool: get_compensation
    authentication: [jwt-user]
    policy: [ 'require(role.hr)' ]
"
    )
}

async fn asked(manager: &PluginManager, token: &str) -> String {
    decided(manager, "get_compensation", Credentials::bearer(token)).await
}

#[tokio::test]
async fn a_token_verifies_whichever_of_its_keys_the_provider_signed_it_with() {
    let mut provider = Provider::start();
    let manager = PluginManager::from_yaml(&document(provider.issuer())).await.unwrap();
    for algorithm in ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"] {
        let token = provider.token(&json!({ "algorithm": algorithm }));
        assert_eq!(asked(&manager, &token).await, "allowed", "{algorithm}");
        let nobody = provider.token(&json!({ "algorithm": algorithm, "claims": {} }));
        assert_eq!(asked(&manager, &nobody).await, "policy.require_failed", "{algorithm}");
        let (signed, _) = nobody.rsplit_once('.').unwrap();
        let (_, signature) = token.rsplit_once('.').unwrap();
        assert_eq!(asked(&manager, &format!("{signed}.{signature}")).await, "auth.signature", "{algorithm}");
    }
    assert_eq!(provider.asked_for(KEYS), 1, "the keys are fetched once");
}

#[tokio::test]
async fn the_first_token_after_a_rollover_verifies_and_tokens_of_the_old_keys_end() {
    let mut provider = Provider::start();
    let manager = PluginManager::from_yaml(&document(provider.issuer())).await.unwrap();
    let old = provider.token(&json!({}));
    assert_eq!(asked(&manager, &old).await, "allowed");
    provider.told("rotate", json!({}));
    assert_eq!(asked(&manager, &old).await, "allowed", "nobody told of the rollover yet");
    let new = provider.token(&json!({}));
    assert_eq!(asked(&manager, &new).await, "allowed");
    assert_eq!(asked(&manager, &old).await, "auth.signature");
    assert_eq!(provider.asked_for(KEYS), 2);
}

#[tokio::test]
async fn a_provider_that_is_down_when_the_host_starts_is_asked_again() {
    let mut provider = Provider::start();
    provider.set_up(false);
    let (manager, clock) = manager(&document(provider.issuer())).await;
    let token = provider.token(&json!({}));
    assert_eq!(asked(&manager, &token).await, "auth.unavailable");
    provider.set_up(true);
    clock.advance(1);
    assert_eq!(asked(&manager, &token).await, "allowed");
}

#[tokio::test]
async fn keys_that_were_had_serve_through_an_outage() {
    let mut provider = Provider::start();
    let (manager, clock) = manager(&document(provider.issuer())).await;
    let token = provider.token(&json!({ "seconds": 100_000 }));
    assert_eq!(asked(&manager, &token).await, "allowed");
    provider.set_up(false);
    let before = provider.asked_for(KEYS);
    clock.advance(3601);
    let other = provider.token(&json!({ "seconds": 100_000 }));
    assert_eq!((asked(&manager, &token).await, asked(&manager, &other).await), ("allowed".into(), "allowed".into()));
    assert!(provider.asked_for(KEYS) > before, "they are old, and were asked for");
    clock.advance(23 * 3600);
    assert_eq!(asked(&manager, &token).await, "auth.unavailable", "no key serves longer than a day");
}

#[tokio::test]
async fn a_token_for_others_or_past_its_end_or_of_another_issuer_is_refused() {
    let mut provider = Provider::start();
    let mut other = Provider::start();
    let (manager, clock) = manager(&document(provider.issuer())).await;
    assert_eq!(asked(&manager, &provider.token(&json!({ "audience": "others" }))).await, "auth.audience");
    assert_eq!(asked(&manager, &other.token(&json!({}))).await, "auth.issuer");
    assert_eq!(decided(&manager, "get_compensation", Credentials::none()).await, "auth.missing");
    let token = provider.token(&json!({ "seconds": 60 }));
    assert_eq!(asked(&manager, &token).await, "allowed");
    clock.advance(61);
    assert_eq!(asked(&manager, &token).await, "auth.expired");
    assert_eq!(other.asked_for(KEYS), 0, "nobody asks who is not trusted");
}

#[tokio::test]
async fn names_that_are_made_up_do_not_make_the_provider_be_asked_for_each() {
    let mut provider = Provider::start();
    let manager = PluginManager::from_yaml(&document(provider.issuer())).await.unwrap();
    let token = provider.token(&json!({}));
    assert_eq!(asked(&manager, &token).await, "allowed");
    for number in 0..50 {
        assert_eq!(asked(&manager, &renamed(&token, &format!("made-up-{number}"))).await, "auth.signature");
    }
    assert_eq!(asked(&manager, &token).await, "allowed");
    assert_eq!(provider.asked_for(KEYS), 2);
}

#[tokio::test]
async fn callers_that_come_at_once_wait_for_one_fetch() {
    let mut provider = Provider::start();
    let manager = Arc::new(PluginManager::from_yaml(&document(provider.issuer())).await.unwrap());
    let tokens: Vec<_> = (0..16).map(|_| provider.token(&json!({}))).collect();
    let mut callers = tokio::task::JoinSet::new();
    for token in tokens {
        let manager = Arc::clone(&manager);
        callers.spawn(async move { asked(&manager, &token).await });
    }
    assert!(callers.join_all().await.iter().all(|decided| decided == "allowed"));
    assert_eq!(provider.asked_for(KEYS), 1);
}

/// The same token, which says that another key signed it.
fn renamed(token: &str, key: &str) -> String {
    let (header, rest) = token.split_once('.').unwrap();
    let mut header: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"] = key.into();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}
