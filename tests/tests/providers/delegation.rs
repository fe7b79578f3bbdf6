//! Tokens that a provider mints for backends, and what the backends learn from them.

use std::sync::{Arc, Mutex};

use cpex::cmf::Credentials;
use cpex::prelude::*;
use serde_json::{Value as Json, json};

use super::host::{backend, decided, operation};
use super::process::Provider;

/// A route for each way to delegate.
fn document(provider: &Provider) -> String {
    let (issuer, workload) = (provider.issuer(), &provider.greeting.workload);
    let keys = format!("decoding_key: {{ kind: jwks_url, url: '{issuer}/jwks', insecure_http: true }}");
    let trusted = format!("trusted_issuers: [{{ issuer: '{issuer}', audiences: [agents], {keys} }}]");
    let oauth = format!(
        "kind: delegator/oauth
    capabilities: [read_inbound_credentials]
    config:
      token_endpoint: {issuer}/token
      insecure_http: true
      client_id: gateway
      workload_assertion_type: urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    let secret = "client_secret_source: { kind: literal, secret: 'planted-secret/+ of the gateway' }";
    format!(
        "
plugins:
  - {{ name: user, kind: identity/jwt, config: {{ {trusted} }} }}
  - {{ name: client, kind: identity/jwt, config: {{ role: client, header: X-Client, {trusted} }} }}
  - name: workload
    kind: identity/jwt
    config:
      role: caller_workload
      header: X-Workload
      trusted_issuers:
        - {{ issuer: '{workload}', audiences: ['{issuer}'], decoding_key: {{ kind: jwk, jwk: {jwk} }} }}
  - name: oauth
    {oauth}
      {secret}
  - name: sparing
    {oauth}
      {secret}
      cache: {{ enabled: true }}
  - name: strict
    {oauth}
      {secret}
      require_act: true
  - name: stranger
    {oauth}
      client_secret_source: {{ kind: literal, secret: planted-wrong }}
routes:
  - tool: user
    authentication: [user]
    policy: [\"delegate(oauth, target: 'https://pay.example', permissions: ['pay:read'])\"]
  - tool: user_by_audience
    authentication: [user]
    policy: ['delegate(oauth, target: pay-api, permissions: [\"pay:read\", \"pay:write\"])']
  - tool: again
    authentication: [user]
    policy: [\"delegate(sparing, target: 'https://pay.example', permissions: ['pay:read'])\"]
  - tool: narrow
    authentication: [user]
    policy:
      - \"delegate(oauth, target: 'https://pay.example', permissions: ['pay:read', 'pay:write'])\"
      - \"!(delegation.granted.permissions contains 'pay:write'): deny('too narrow', 'narrow')\"
  - tool: acting
    authentication: [user, client]
    policy: [\"delegate(strict, target: 'https://pay.example', permissions: ['pay:read'], actor: client)\"]
  - tool: acting_unsaid
    authentication: [user, client]
    policy: [\"delegate(oauth, target: 'https://legacy.example', actor: client)\"]
  - tool: acting_strictly
    authentication: [user, client]
    policy: [\"delegate(strict, target: 'https://legacy.example', actor: client)\"]
  - tool: client
    authentication: [client]
    policy: [\"delegate(oauth, target: 'https://pay.example', permissions: ['pay:read'], subject: client)\"]
  - tool: this
    policy: [\"delegate(oauth, target: 'https://pay.example', permissions: ['pay:read', 'pay:write'], subject: this_workload)\"]
  - tool: workload
    authentication: [workload]
    policy: [\"delegate(oauth, target: 'https://pay.example', permissions: ['pay:read'], subject: caller_workload)\"]
  - tool: unknown_backend
    authentication: [user]
    policy: [\"delegate(oauth, target: 'https://elsewhere.example')\"]
  - tool: stranger
    authentication: [user]
    policy: [\"delegate(stranger, target: 'https://pay.example')\"]
  - tool: or_without
    authentication: [user]
    policy: [\"delegate(oauth, target: 'https://pay.example', on_error: continue)\"]
",
        jwk = provider.greeting.workload_key,
    )
}

/// A provider, a host under that document, and the tokens of a user and of a client that acts for a scheduler.
struct Bench {
    provider: Provider,
    manager: PluginManager,
    user: String,
    client: String,
}

impl Bench {
    async fn new() -> Self {
        let mut provider = Provider::start();
        let manager = PluginManager::from_yaml(&document(&provider)).await.unwrap();
        let user = provider.token(&json!({}));
        let client = provider.token(&json!({ "sub": "assistant", "claims": { "act": { "sub": "scheduler" } } }));
        Self { provider, manager, user, client }
    }

    fn credentials(&self) -> Credentials {
        Credentials::bearer(&self.user).with("X-Client", &*self.client)
    }

    /// What the backend learns of a call that must be permitted.
    async fn called(&self, tool: &str, credentials: Credentials) -> Json {
        let learned = Arc::new(Mutex::new(None));
        let (learns, issuer) = (Arc::clone(&learned), self.provider.issuer().to_owned());
        let call_tool = |call: Call| async move {
            assert_eq!(call.credentials().len(), 1);
            *learns.lock().unwrap() = backend(&issuer, call.credentials()).await;
            Ok::<_, std::io::Error>(Answer::structured(json!({})))
        };
        let outcome = self.manager.guard(operation(tool, credentials), call_tool).await.unwrap();
        let shown = format!("{outcome:?}");
        assert!(matches!(outcome.decision, Decision::Allow(_)), "{shown}");
        assert!(!shown.contains("planted") && !shown.contains(&self.user), "{shown}");
        let learned = learned.lock().unwrap().take();
        learned.expect("the backend takes the token")
    }

    /// The causes that are recorded of a denial with that code.
    async fn denied(&self, tool: &str, code: &str) -> Vec<String> {
        let outcome = self.manager.authorize(operation(tool, self.credentials())).await;
        let shown = format!("{outcome:?}");
        assert!(!shown.contains("planted") && !shown.contains(&self.user), "{shown}");
        assert_eq!(&*outcome.decision.violation().unwrap().code, code);
        outcome.report.errors.iter().map(ToString::to_string).collect()
    }
}

#[tokio::test]
async fn the_backend_gets_a_token_of_its_own_in_place_of_the_users() {
    let bench = Bench::new().await;
    let learned = bench.called("user", bench.credentials()).await;
    assert_eq!(learned["sub"], "ada");
    assert_eq!(learned["aud"], "https://pay.example");
    assert_eq!(learned["scope"], "pay:read");
    assert_eq!(learned["client_id"], "gateway");
    assert!(learned.get("act").is_none() && learned.get("roles").is_none());
    let learned = bench.called("user_by_audience", bench.credentials()).await;
    assert_eq!((&learned["aud"], &learned["scope"]), (&json!("pay-api"), &json!("pay:read pay:write")));
}

#[tokio::test]
async fn a_token_serves_again_only_who_it_was_minted_for() {
    let mut bench = Bench::new().await;
    let tokens = [bench.user.clone(), bench.provider.token(&json!({ "sub": "grace" }))];
    let mut minted = Vec::new();
    for token in [&tokens[0], &tokens[0], &tokens[1]] {
        let learned = bench.called("again", Credentials::bearer(token)).await;
        minted.push((learned["sub"].as_str().unwrap().to_owned(), learned["jti"].clone()));
    }
    assert_eq!(minted[0], minted[1]);
    assert_eq!((&*minted[0].0, &*minted[2].0), ("ada", "grace"));
    assert_eq!(bench.provider.asked_for("/token"), 2);
}

#[tokio::test]
async fn the_token_says_who_acts_and_for_whom_that_one_acts() {
    let bench = Bench::new().await;
    let learned = bench.called("acting", bench.credentials()).await;
    assert_eq!(learned["sub"], "ada");
    assert_eq!(learned["act"], json!({ "sub": "assistant", "act": { "sub": "scheduler" } }));
}

#[tokio::test]
async fn a_provider_that_omits_who_acts_is_recorded_or_refused() {
    let bench = Bench::new().await;
    let outcome = bench.manager.authorize(operation("acting_unsaid", bench.credentials())).await;
    assert_eq!(outcome.report.errors, ["oauth: the minted token does not say who acts"]);
    drop(outcome.decision.allowed().unwrap());
    let causes = bench.denied("acting_strictly", "delegation.failed").await;
    assert_eq!(causes, ["strict: the minted token does not say who acts, and `require_act` is set"]);
}

#[tokio::test]
async fn policy_sees_that_less_was_granted_than_was_asked_for() {
    let bench = Bench::new().await;
    assert_eq!(decided(&bench.manager, "narrow", bench.credentials()).await, "narrow");
}

#[tokio::test]
async fn clients_this_process_and_workloads_get_tokens_of_their_own() {
    let mut bench = Bench::new().await;
    let learned = bench.called("client", bench.credentials()).await;
    assert_eq!((&learned["sub"], &learned["scope"]), (&json!("assistant"), &json!("pay:read")));
    let learned = bench.called("this", Credentials::none()).await;
    assert_eq!((&learned["sub"], &learned["scope"]), (&json!("gateway"), &json!("pay:read")));
    assert_eq!(learned["aud"], "https://pay.example");
    let assertion = bench.provider.told("assertion", json!({}));
    let sent = Credentials::none().with("X-Workload", assertion.as_str().unwrap());
    let learned = bench.called("workload", sent.clone()).await;
    assert_eq!(
        (&learned["sub"], &learned["aud"]),
        (&json!(bench.provider.greeting.workload), &json!("https://pay.example"))
    );
    let again = bench.manager.authorize(operation("workload", sent)).await;
    assert_eq!(&*again.decision.violation().unwrap().code, "delegation.failed", "an assertion is good once");
    assert_eq!(again.report.errors, ["oauth: as the caller workload: the token endpoint refused: `invalid_client`"]);
}

#[tokio::test]
async fn what_the_provider_refuses_is_denied_with_its_code_and_none_of_its_words() {
    let bench = Bench::new().await;
    let causes = bench.denied("unknown_backend", "delegation.failed").await;
    assert_eq!(causes, ["oauth: the token endpoint refused: `invalid_target`"]);
    let causes = bench.denied("stranger", "delegation.failed").await;
    assert_eq!(causes, ["stranger: the token endpoint refused: `invalid_client`"]);
}

#[tokio::test]
async fn a_token_that_ended_at_the_provider_before_it_did_here_is_not_repeated_by_its_refusal() {
    let mut bench = Bench::new().await;
    assert_eq!(decided(&bench.manager, "user", bench.credentials()).await, "allowed");
    // The provider signs with other keys, and echoes a token that it does not know.
    bench.provider.told("rotate", json!({}));
    let causes = bench.denied("user", "delegation.failed").await;
    assert_eq!(causes, ["oauth: the token endpoint refused: `invalid_request`"]);
}

#[tokio::test]
async fn an_outage_of_the_provider_denies_unless_the_step_goes_on_without_a_token() {
    let mut bench = Bench::new().await;
    assert_eq!(decided(&bench.manager, "user", bench.credentials()).await, "allowed");
    bench.provider.set_up(false);
    let before = bench.provider.asked_for("/token");
    let causes = bench.denied("user", "delegation.failed").await;
    assert!(causes[0].ends_with("the connection was lost"), "{causes:?}");
    assert_eq!(bench.provider.asked_for("/token"), before + 1, "a mint is asked for once");
    let outcome = bench.manager.authorize(operation("or_without", bench.credentials())).await;
    assert_eq!(outcome.decision.allowed().unwrap().credentials(), []);
    bench.provider.set_up(true);
    assert_eq!(decided(&bench.manager, "user", bench.credentials()).await, "allowed");
}
