//! A delegator, its token endpoint, and what a step asks of it.

use std::sync::Arc;

use apl_cmf::PrincipalKind::{CallerWorkload, Subject};
use apl_cmf::{
    Capabilities, Capability, Credentials, Draft, Identity, Message, Minted, PrincipalKind, Proofs, Role, Secret,
    Standing, View,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex_delegator_oauth::{KIND, OAuthFactory};
use cpex_http::Hyper;
use cpex_sdk::config::PluginConfig;
use cpex_sdk::delegation::{Delegator, MintError, MintRequest, Notes, Party};
use cpex_sdk::testing::{FixedSecrets, ManualClock, START_MS, host};
use cpex_sdk::{Factory, Host, Instance};
use serde_json::{Value as Json, json};

use cpex_test_peer::Peer;

pub(super) const SECRET: &str = "planted-secret/+";
pub(super) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub(super) const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

pub(super) struct Bench {
    pub(super) peer: Peer,
    pub(super) clock: Arc<ManualClock>,
    delegator: Arc<dyn Delegator>,
    may_read: bool,
}

impl Bench {
    /// A delegator with these keys over the smallest config.
    pub(super) async fn new(over: &Json) -> Self {
        Self::granted(over, true).await
    }

    /// The same, granted the tokens of callers or not.
    pub(super) async fn granted(over: &Json, may_read: bool) -> Self {
        let (peer, clock) = (Peer::new().await, Arc::new(ManualClock::default()));
        let secrets = Arc::new(FixedSecrets::default().with("SECRET", SECRET));
        let host = Host { http: Some(Arc::new(Hyper)), secrets, clock: Arc::clone(&clock) as Arc<_>, ..host() };
        let declaration = PluginConfig {
            config: config(&peer, over),
            capabilities: capabilities(may_read),
            ..PluginConfig::new("hr-oauth", KIND)
        };
        match OAuthFactory.build(&declaration, &host) {
            Ok(Instance::Delegator(delegator)) => Self { peer, clock, delegator, may_read },
            other => panic!("expected a delegator, found {other:?}"),
        }
    }

    /// What it makes of a step.
    pub(super) async fn mint(&self, step: &Step) -> Result<Minted, MintError> {
        self.noted(step).await.0
    }

    /// The same, and what is to be recorded.
    pub(super) async fn noted(&self, step: &Step) -> (Result<Minted, MintError>, Vec<String>) {
        let draft = Draft::new(Message::new(Role::User, Vec::new()));
        let mut envelope = draft.identify(Identity::default(), Standing::Anonymous, START_MS);
        envelope.receive_credentials(Credentials::bearer("of-nobody"), step.proofs.clone());
        let notes = Notes::default();
        let permissions: Vec<Arc<str>> = step.permissions.iter().map(|scope| Arc::from(*scope)).collect();
        let request = MintRequest {
            target: step.target,
            audience: step.audience,
            permissions: &permissions,
            subject: step.subject,
            actor: step.actor,
            operation: View::new(&envelope, capabilities(self.may_read)),
            notes: &notes,
        };
        let minted = self.delegator.mint(&request).await;
        (minted, notes.into_vec())
    }

    /// The value of the header, of a step that must succeed.
    pub(super) async fn value(&self, step: &Step) -> String {
        self.mint(step).await.unwrap().value.expose().to_owned()
    }

    /// The cause, of a step that must fail.
    pub(super) async fn cause(&self, step: &Step) -> String {
        self.mint(step).await.unwrap_err().0
    }

    /// Waits until the peer is asked, and has it answer.
    pub(super) async fn let_go(&self) {
        self.peer.is_asked().await;
        self.peer.let_go();
    }

    /// The form that was posted last.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        self.peer.heard().last().unwrap().form()
    }
}

/// A `delegate` step, and what the parties were identified by.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) proofs: Proofs,
    pub(super) subject: Party,
    pub(super) actor: Option<Party>,
    pub(super) target: Option<&'static str>,
    pub(super) audience: &'static str,
    pub(super) permissions: &'static [&'static str],
}

impl Default for Step {
    fn default() -> Self {
        Self {
            proofs: proofs(&[(Subject, "user-token"), (CallerWorkload, "workload-token")]),
            subject: Party::User,
            actor: None,
            target: Some("workday-api"),
            audience: "workday-api",
            permissions: &["read"],
        }
    }
}

/// The tokens that principals were identified by.
pub(super) fn proofs(tokens: &[(PrincipalKind, &str)]) -> Proofs {
    tokens.iter().fold(Proofs::none(), |proofs, (principal, token)| proofs.with(*principal, Secret::from(*token)))
}

/// A config with these keys over it.
fn config(peer: &Peer, over: &Json) -> Json {
    let mut config = json!({
        "token_endpoint": format!("http://{}/token", peer.address), "insecure_http": true,
        "client_id": "gate way", "client_secret_source": { "kind": "env_var", "name": "SECRET" },
    });
    for (key, value) in over.as_object().unwrap() {
        config[key] = value.clone();
    }
    config
}

fn capabilities(may_read: bool) -> Capabilities {
    if may_read { Capabilities::NONE.with(Capability::ReadInboundCredentials) } else { Capabilities::NONE }
}

/// What an endpoint answers that issues that token, for five minutes.
pub(super) fn issued(token: &str) -> Json {
    json!({ "access_token": token, "token_type": "Bearer", "expires_in": 300, "issued_token_type": ACCESS_TOKEN })
}

/// A token with these claims.
pub(super) fn jwt(claims: &Json) -> String {
    format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(claims.to_string()))
}
