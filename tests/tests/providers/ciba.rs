//! People whom a provider asks on their own devices (OpenID Connect CIBA), and what becomes of what they say.

use std::sync::Arc;

use cpex::cmf::Credentials;
use cpex::prelude::*;
use serde_json::{Value as Json, json};

use super::host::{SettableClock, manager, operation};
use super::process::Provider;

/// Longer than the provider wants polls to be apart, in seconds; that is long, so that no slow machine waits for so long.
const INTERVAL: u64 = 61;

fn document(issuer: &str) -> String {
    format!(
        "
plugins:
  - name: user
    kind: identity/jwt
    config:
      trusted_issuers:
        - issuer: '{issuer}'
          audiences: [agents]
          decoding_key: {{ kind: jwks_url, url: '{issuer}/jwks', insecure_http: true }}
  - name: managers
    kind: elicitation/ciba
    config:
      issuer: '{issuer}'
      backchannel_endpoint: '{issuer}/backchannel'
      token_endpoint: '{issuer}/token'
      insecure_http: true
      client_id: gateway
      client_secret_source: {{ kind: literal, secret: 'planted-secret/+ of the gateway' }}
      binding_message_length: 20
routes:
  - tool: raise_salary
    authentication: [user]
    policy: [ \"require_approval(managers, from: claim.manager, purpose: 'Raise a salary!', timeout: 10m)\" ]
"
    )
}

/// A host, and an operation of Ada's that her manager Bob is to approve.
struct Bench {
    provider: Provider,
    manager: PluginManager,
    clock: Arc<SettableClock>,
    token: String,
}

impl Bench {
    async fn new() -> Self {
        let mut provider = Provider::start();
        let (manager, clock) = manager(&document(provider.issuer())).await;
        let token = provider.token(&json!({ "claims": { "manager": "bob" }, "seconds": 3600 }));
        Self { provider, manager, clock, token }
    }

    /// What becomes of the operation, of which no secret is recorded or printed.
    async fn called(&self, resumes: Option<&str>) -> Decision<Permit> {
        let operation = operation("raise_salary", Credentials::bearer(&self.token));
        let operation = resumes.into_iter().fold(operation, Operation::resume);
        let outcome = self.manager.authorize(operation).await;
        let shown = format!("{outcome:?}");
        assert!(!shown.contains("planted") && !shown.contains(&self.token), "{shown}");
        outcome.decision
    }

    /// The identifier to resume with, and the one of the provider.
    async fn begun(&mut self) -> (String, String) {
        let Decision::Pending(pending) = self.called(None).await else { panic!("it waits for Bob") };
        (pending.elicitation, self.asked()["id"].as_str().unwrap().to_owned())
    }

    /// What was last asked of somebody.
    fn asked(&mut self) -> Json {
        self.provider.told("asked", json!({})).as_array_mut().unwrap().pop().unwrap()
    }

    /// `allowed`, `pending` or the code of the denial.
    async fn resumed(&self, elicitation: &str) -> String {
        match self.called(Some(elicitation)).await {
            Decision::Allow(_) => "allowed".to_owned(),
            Decision::Pending(pending) => {
                assert_eq!(pending.elicitation, elicitation);
                "pending".to_owned()
            }
            Decision::Deny(violation) => violation.code.to_string(),
        }
    }

    /// The same, once a poll is due.
    async fn resumed_later(&self, elicitation: &str) -> String {
        self.clock.advance(INTERVAL);
        self.resumed(elicitation).await
    }

    fn answers(&mut self, id: &str, mut how: Json) {
        how["id"] = id.into();
        self.provider.told("answer", how);
    }

    fn polls(&mut self) -> usize {
        self.provider.asked_for("/token")
    }
}

#[tokio::test]
async fn who_approves_lets_the_operation_happen_once() {
    let mut bench = Bench::new().await;
    let (elicitation, id) = bench.begun().await;
    let asked = bench.asked();
    assert_eq!(asked["who"], "bob");
    assert_eq!((&asked["scope"], &asked["binding_message"]), (&json!("openid"), &json!("Raise-a-salary")));
    assert_eq!(asked["requested_expiry"].as_str(), Some("600"));
    assert_eq!((bench.resumed(&elicitation).await.as_str(), bench.polls()), ("pending", 0), "too soon to poll");
    assert_eq!((bench.resumed_later(&elicitation).await.as_str(), bench.polls()), ("pending", 1));
    bench.answers(&id, json!({ "approves": true }));
    assert_eq!(bench.resumed_later(&elicitation).await, "allowed");
    assert_eq!(bench.resumed_later(&elicitation).await, "elicitation.replayed");
    assert_eq!(bench.polls(), 2);
}

#[tokio::test]
async fn who_refuses_denies_it_for_good() {
    let mut bench = Bench::new().await;
    let (elicitation, id) = bench.begun().await;
    bench.answers(&id, json!({ "approves": false }));
    for _ in 0..2 {
        assert_eq!(bench.resumed_later(&elicitation).await, "elicitation.denied");
    }
    assert_eq!(bench.polls(), 1);
}

#[tokio::test]
async fn nobody_approves_in_place_of_who_was_asked() {
    let mut bench = Bench::new().await;
    let (elicitation, id) = bench.begun().await;
    bench.answers(&id, json!({ "approves": true, "by": "mallory" }));
    assert_eq!(bench.resumed_later(&elicitation).await, "elicitation.invalid");
    assert_eq!(bench.resumed_later(&elicitation).await, "elicitation.invalid");
}

#[tokio::test]
async fn what_nobody_answers_in_time_is_over() {
    let mut bench = Bench::new().await;
    let (elicitation, id) = bench.begun().await;
    bench.provider.told("expire", json!({ "id": id }));
    assert_eq!(bench.resumed_later(&elicitation).await, "elicitation.expired", "the provider says so");
    let (elicitation, id) = bench.begun().await;
    bench.clock.advance(600);
    bench.answers(&id, json!({ "approves": true }));
    assert_eq!(bench.resumed(&elicitation).await, "elicitation.expired", "an answer comes too late");
}

#[tokio::test]
async fn a_provider_that_is_polled_too_often_is_polled_less_often() {
    let mut bench = Bench::new().await;
    let (elicitation, id) = bench.begun().await;
    bench.provider.told("slow_down", json!({ "times": 1 }));
    assert_eq!((bench.resumed_later(&elicitation).await.as_str(), bench.polls()), ("pending", 1));
    bench.answers(&id, json!({ "approves": true }));
    assert_eq!((bench.resumed_later(&elicitation).await.as_str(), bench.polls()), ("pending", 1));
    bench.clock.advance(5);
    assert_eq!((bench.resumed(&elicitation).await.as_str(), bench.polls()), ("allowed", 2));
}

#[tokio::test]
async fn an_outage_denies_and_an_answer_that_was_given_is_had_after_it() {
    let mut bench = Bench::new().await;
    let (elicitation, id) = bench.begun().await;
    bench.answers(&id, json!({ "approves": true }));
    bench.provider.set_up(false);
    assert_eq!(bench.resumed_later(&elicitation).await, "elicitation.failed");
    let Decision::Deny(violation) = bench.called(None).await else { panic!("nobody can be asked") };
    assert_eq!(&*violation.code, "elicitation.failed");
    bench.provider.set_up(true);
    assert_eq!(bench.resumed_later(&elicitation).await, "allowed");
}

#[tokio::test]
async fn who_is_unknown_to_the_provider_is_not_asked() {
    let mut bench = Bench::new().await;
    bench.token = bench.provider.token(&json!({ "claims": { "manager": "nobody" } }));
    let outcome = bench.manager.authorize(operation("raise_salary", Credentials::bearer(&bench.token))).await;
    assert_eq!(&*outcome.decision.violation().unwrap().code, "elicitation.failed");
    assert_eq!(outcome.report.errors, ["managers: the backchannel endpoint refused: `unknown_user_id`"]);
}
