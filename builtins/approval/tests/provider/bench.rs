//! A channel, its replicas, their provider, and what a step asks of them.

use std::sync::Arc;
use std::time::Duration;

use apl_cmf::{Capabilities, Draft, Identity, Message, Role, Standing, View};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex_approval::{CIBA_KIND, CibaFactory};
use cpex_http::Hyper;
use cpex_sdk::config::PluginConfig;
use cpex_sdk::elicitation::{Ask, ElicitationChannel, ElicitationError, ElicitationStore, QuestionId, Status};
use cpex_sdk::testing::{FixedSecrets, KeptElicitations, ManualClock, START_MS, host};
use cpex_sdk::{Factory, Host, Instance};
use serde_json::{Value as Json, json};

use cpex_test_peer::Peer;

pub(super) const SECRET: &str = "planted-secret/+";
pub(super) const QUESTION: QuestionId = QuestionId([7; 32]);

pub(super) struct Bench {
    pub(super) peer: Peer,
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: Arc<dyn ElicitationStore>,
    channel: Arc<dyn ElicitationChannel>,
}

impl Bench {
    /// A channel with these keys over the smallest config.
    pub(super) async fn new(over: &Json) -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = Arc::new(KeptElicitations::new(Arc::clone(&clock) as _));
        Self::keeping(over, clock, store).await
    }

    /// The same on a store of that clock.
    pub(super) async fn keeping(over: &Json, clock: Arc<ManualClock>, store: Arc<dyn ElicitationStore>) -> Self {
        let peer = Peer::new().await;
        let channel = channel(&peer, over, &clock, &store);
        Self { peer, clock, store, channel }
    }

    /// Another process that shares the store.
    pub(super) fn replica(&self) -> Arc<dyn ElicitationChannel> {
        channel(&self.peer, &json!({}), &self.clock, &self.store)
    }

    pub(super) async fn ask(&self, step: &Step) -> Result<(), ElicitationError> {
        let draft = Draft::new(Message::new(Role::User, Vec::new()));
        let envelope = draft.identify(Identity::default(), Standing::Anonymous, START_MS);
        let ask = Ask {
            question: QUESTION,
            rule: "routes[0].policy[0]",
            verb: "require_approval",
            approver: step.approver,
            issuer: step.issuer,
            channel: None,
            purpose: step.purpose,
            timeout: step.timeout,
            entity: None,
            operation: View::new(&envelope, Capabilities::NONE),
        };
        self.channel.ask(&ask).await
    }

    /// Asks, is accepted, and lets the interval pass.
    pub(super) async fn asked(&self) {
        self.peer.say_json("200 OK", &accepted());
        self.ask(&Step::default()).await.unwrap();
        self.clock.advance(Duration::from_secs(5));
    }

    pub(super) async fn check(&self) -> Result<Status, String> {
        self.channel.check(&QUESTION).await.map_err(|error| error.0)
    }

    /// What becomes of one poll that is answered so.
    pub(super) async fn told(&self, status: &str, body: &Json) -> Result<Status, String> {
        self.peer.say_json(status, body);
        self.check().await
    }
}

/// A waiting step.
pub(super) struct Step {
    pub(super) approver: &'static str,
    pub(super) issuer: Option<&'static str>,
    pub(super) purpose: Option<&'static str>,
    pub(super) timeout: Duration,
}

impl Default for Step {
    fn default() -> Self {
        Self { approver: "bob", issuer: None, purpose: None, timeout: Duration::from_secs(600) }
    }
}

fn channel(
    peer: &Peer,
    over: &Json,
    clock: &Arc<ManualClock>,
    store: &Arc<dyn ElicitationStore>,
) -> Arc<dyn ElicitationChannel> {
    let host = Host {
        http: Some(Arc::new(Hyper)),
        secrets: Arc::new(FixedSecrets::default().with("SECRET", SECRET)),
        clock: Arc::clone(clock) as Arc<_>,
        elicitations: Arc::clone(store),
        ..host()
    };
    let declaration = PluginConfig { config: config(peer, over), ..PluginConfig::new("managers", CIBA_KIND) };
    match CibaFactory.build(&declaration, &host) {
        Ok(Instance::Approver(channel)) => channel,
        other => panic!("expected a channel, found {other:?}"),
    }
}

/// The smallest config, with these keys over it, and without those that are null.
fn config(peer: &Peer, over: &Json) -> Json {
    let mut config = json!({
        "backchannel_endpoint": format!("http://{}/backchannel", peer.address),
        "token_endpoint": format!("http://{}/token", peer.address),
        "insecure_http": true, "issuer": "https://idp.example",
        "client_id": "gate way", "client_secret_source": { "kind": "env_var", "name": "SECRET" },
    });
    for (key, value) in over.as_object().unwrap() {
        config[key] = value.clone();
    }
    config.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    config
}

/// What a provider answers that asks the person, for two minutes.
pub(super) fn accepted() -> Json {
    json!({ "auth_req_id": "planted-request", "expires_in": 120 })
}

/// What it answers once that person signed in.
pub(super) fn signed_in(by: &str) -> Json {
    let claims = json!({
        "iss": "https://idp.example", "aud": "gate way", "sub": by, "exp": START_MS / 1000 + 3600,
        "email": format!("{by}@acme.example"),
    });
    let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
    json!({ "access_token": "planted-access", "token_type": "Bearer", "expires_in": 60, "id_token": token })
}

/// What it answers to a poll that gives no token.
pub(super) fn error(code: &str) -> Json {
    json!({ "error": code, "error_description": "planted" })
}

pub(super) fn approved(by: &str) -> Result<Status, String> {
    Ok(Status::Approved { by: by.to_owned() })
}

pub(super) fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
