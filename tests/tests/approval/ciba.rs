//! An OpenID provider that asks a person, from policy to permit.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex::prelude::*;
use cpex::sdk::testing::{KeptElicitations, ManualClock, START_MS};
use cpex::{ManagerConfig, Outcome, Permit};
use serde_json::{Map, Value as Json, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A provider, and replicas of a host that have it ask.
struct Bench {
    provider: MockServer,
    clock: Arc<ManualClock>,
    manager: PluginManager,
    replica: PluginManager,
}

impl Bench {
    async fn new() -> Self {
        let (provider, clock) = (MockServer::start().await, Arc::new(ManualClock::default()));
        let store = KeptElicitations::new(Arc::clone(&clock) as _);
        let replica = manager(&provider, &clock, &store).await;
        let manager = manager(&provider, &clock, &store).await;
        Self { provider, clock, manager, replica }
    }

    /// What the provider answers next at that endpoint.
    async fn says(&self, endpoint: &str, status: u16, body: &Json) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(path(endpoint)).respond_with(answer).up_to_n_times(1).mount(&self.provider).await;
    }

    /// A call that is pending, by the identifier it is repeated with, after the interval.
    async fn pending(&self) -> String {
        self.says("/backchannel", 200, &json!({ "auth_req_id": "planted-request", "expires_in": 120 })).await;
        let outcome = self.manager.authorize(raise()).await;
        let Decision::Pending(pending) = outcome.decision else { panic!("{outcome:?}") };
        self.clock.advance(Duration::from_secs(5));
        pending.elicitation
    }

    /// What becomes of the repeated call once the provider answers so.
    async fn told(&self, id: &str, status: u16, body: &Json) -> String {
        self.says("/token", status, body).await;
        decided(&self.manager.authorize(raise().resume(id)).await)
    }

    /// How often the provider was asked.
    async fn asked(&self) -> usize {
        self.provider.received_requests().await.unwrap().len()
    }
}

async fn manager(provider: &MockServer, clock: &Arc<ManualClock>, store: &KeptElicitations) -> PluginManager {
    let ports = ManagerConfig {
        clock: Some(Arc::clone(clock) as _),
        elicitations: Some(Arc::new(store.clone())),
        ..ManagerConfig::default()
    };
    let manager = PluginManager::new(ports);
    cpex::install_builtins(&manager);
    let document = format!(
        "
plugins:
  - name: managers
    kind: elicitation/ciba
    config:
      issuer: https://idp.example
      backchannel_endpoint: {uri}/backchannel
      token_endpoint: {uri}/token
      insecure_http: true
      client_id: gateway
      client_secret_source: {{ kind: literal, secret: planted-secret }}
routes:
  - tool: raise_salary
    policy: [ \"require_approval(managers, from: claim.manager, purpose: 'Raise a salary', timeout: 10m)\" ]
",
        uri = provider.uri(),
    );
    manager.load_config_yaml(&document).unwrap();
    manager.initialize().await.unwrap();
    manager
}

fn raise() -> Operation {
    let claims = Map::from_iter([("manager".to_owned(), json!("bob"))]);
    let subject = Subject { id: "eve".to_owned(), claims, ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    Operation::tool("raise_salary", Map::from_iter([("amount".to_owned(), json!(300))])).caller(caller)
}

/// `allowed`, `pending`, or the code of the denial. Nothing that is planted is among what is printed.
fn decided(outcome: &Outcome<Permit>) -> String {
    let shown = format!("{outcome:?}");
    assert!(!shown.contains("planted"), "{shown}");
    match &outcome.decision {
        Decision::Allow(_) => "allowed".to_owned(),
        Decision::Deny(violation) => violation.code.to_string(),
        Decision::Pending(_) => "pending".to_owned(),
    }
}

fn signed_in(by: &str) -> Json {
    let claims =
        json!({ "iss": "https://idp.example", "aud": "gateway", "sub": by, "exp": START_MS / 1000 + 3600 }).to_string();
    let token = format!("e30.{}.planted", URL_SAFE_NO_PAD.encode(claims));
    json!({ "access_token": "planted-access", "token_type": "Bearer", "id_token": token })
}

fn error(code: &str) -> Json {
    json!({ "error": code, "error_description": "planted" })
}

#[tokio::test]
async fn a_call_waits_for_the_person_and_is_allowed_once() {
    let bench = Bench::new().await;
    let id = bench.pending().await;
    assert_eq!(bench.told(&id, 400, &error("authorization_pending")).await, "pending");
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.told(&id, 200, &signed_in("bob")).await, "allowed");
    assert_eq!(decided(&bench.manager.authorize(raise().resume(&*id)).await), "elicitation.replayed");
    assert_eq!(bench.asked().await, 3);
}

#[tokio::test]
async fn a_call_goes_on_at_any_replica_and_once_among_all() {
    let bench = Bench::new().await;
    let id = bench.pending().await;
    bench.says("/token", 200, &signed_in("bob")).await;
    let again = async |manager: &PluginManager| decided(&manager.authorize(raise().resume(&*id)).await);
    let (one, other) = tokio::join!(again(&bench.manager), again(&bench.replica));
    let mut ends = [one, other];
    ends.sort();
    // Who comes second finds the other still polling, or what the other used up.
    assert!(ends[0] == "allowed" && ["elicitation.replayed", "pending"].contains(&&*ends[1]), "{ends:?}");
    assert_eq!(again(&bench.replica).await, "elicitation.replayed");
    assert_eq!(bench.asked().await, 2);
}

#[tokio::test]
async fn what_another_than_the_approver_answers_is_not_valid() {
    let bench = Bench::new().await;
    let id = bench.pending().await;
    assert_eq!(bench.told(&id, 200, &signed_in("eve")).await, "elicitation.invalid");
    assert_eq!(bench.told(&id, 200, &signed_in("bob")).await, "elicitation.invalid");
    assert_eq!(bench.asked().await, 2);
}

#[tokio::test]
async fn a_token_without_a_person_is_not_valid() {
    let bench = Bench::new().await;
    let id = bench.pending().await;
    let answer = json!({ "access_token": "planted", "token_type": "Bearer" });
    assert_eq!(bench.told(&id, 200, &answer).await, "elicitation.invalid");
}

#[tokio::test]
async fn a_person_may_refuse_or_let_the_time_pass() {
    for (code, denial) in [("access_denied", "elicitation.denied"), ("expired_token", "elicitation.expired")] {
        let bench = Bench::new().await;
        let id = bench.pending().await;
        assert_eq!(bench.told(&id, 400, &error(code)).await, denial);
        assert_eq!(bench.told(&id, 200, &signed_in("bob")).await, denial);
        assert_eq!(bench.asked().await, 2);
    }
    let bench = Bench::new().await;
    let id = bench.pending().await;
    bench.clock.advance(Duration::from_secs(115));
    assert_eq!(bench.told(&id, 200, &signed_in("bob")).await, "elicitation.expired");
    assert_eq!(bench.asked().await, 1);
}

#[tokio::test]
async fn a_call_that_comes_too_early_is_pending_and_asks_nobody() {
    let bench = Bench::new().await;
    let id = bench.pending().await;
    assert_eq!(bench.told(&id, 400, &error("slow_down")).await, "pending");
    bench.clock.advance(Duration::from_secs(9));
    assert_eq!(decided(&bench.manager.authorize(raise().resume(&*id)).await), "pending");
    assert_eq!(bench.asked().await, 2);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.told(&id, 200, &signed_in("bob")).await, "allowed");
}

#[tokio::test]
async fn an_outage_denies_and_passes() {
    let bench = Bench::new().await;
    bench.says("/backchannel", 400, &error("unknown_user_id")).await;
    let outcome = bench.manager.authorize(raise()).await;
    assert_eq!(decided(&outcome), "elicitation.failed");
    assert_eq!(outcome.report.errors, ["managers: the backchannel endpoint refused: `unknown_user_id`"]);
    let id = bench.pending().await;
    bench.says("/token", 503, &json!("planted")).await;
    let outcome = bench.manager.authorize(raise().resume(&*id)).await;
    assert_eq!(decided(&outcome), "elicitation.failed");
    assert_eq!(outcome.report.errors, ["managers: the token endpoint answered with status 503"]);
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.told(&id, 200, &signed_in("bob")).await, "allowed");
}
