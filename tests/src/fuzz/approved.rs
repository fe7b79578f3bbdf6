//! What an OpenID provider answers about an approval: only a token that says so makes somebody who approved, and nothing of
//! an answer is in a cause.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex::cmf::{Capabilities, Draft, Identity, Message, Role, Standing, View};
use cpex::sdk::config::PluginConfig;
use cpex::sdk::elicitation::{Ask, ElicitationChannel, ElicitationError, QuestionId, Status};
use cpex::sdk::http::{Egress, HttpClient, HttpError, HttpPort, OutboundRequest, OutboundResponse};
use cpex::sdk::testing::{KeptElicitations, ManualClock, START_MS, block_on, host};
use cpex::sdk::{Host, Instance, async_trait};
use serde_json::{Value as Json, json};

/// What every secret of the seeds begins with.
const PLANTED: &str = "planted";

const KIND: &str = "elicitation/ciba";
const QUESTION: QuestionId = QuestionId([7; 32]);

/// An answer to who asks.
const ACCEPTED: &[u8] = include_bytes!("../../../fuzz/corpus/approved/accepted.json");

/// An answer to who polls.
const SIGNED_IN: &[u8] = include_bytes!("../../../fuzz/corpus/approved/signed_in.json");

/// Has one answer to who asks and one to who polls.
#[derive(Clone)]
struct Provider {
    asked: Arc<[u8]>,
    polled: Arc<[u8]>,
}

impl HttpPort for Provider {
    fn client(&self, _egress: Egress) -> Result<Arc<dyn HttpClient>, HttpError> {
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
impl HttpClient for Provider {
    fn check(&self, _url: &str) -> Result<(), HttpError> {
        Ok(())
    }

    async fn send(&self, request: OutboundRequest<'_>) -> Result<OutboundResponse, HttpError> {
        let body = if request.url.ends_with("/token") { &self.polled } else { &self.asked };
        Ok(OutboundResponse { status: 200, headers: Vec::new(), body: body.to_vec().into() })
    }
}

pub(super) fn check(input: &[u8]) {
    let asked = answer(input, SIGNED_IN);
    assert!(asked.is_ok() || input != ACCEPTED, "a request was accepted, and nobody is asked: {asked:?}");
    let polled = answer(ACCEPTED, input);
    if let Ok(Status::Approved { by }) = &polled {
        assert_eq!(Some(by.as_str()), approver(input).as_deref(), "somebody else approved");
    }
    let is_final = matches!(polled, Ok(Status::Approved { .. } | Status::Forged) | Err(_));
    assert!(is_final, "a success leaves the question at {polled:?}");
    assert!(matches!(polled, Ok(Status::Approved { .. })) || input != SIGNED_IN, "nobody approved: {polled:?}");
    for error in [asked.err(), polled.err()].into_iter().flatten() {
        assert!(!error.0.contains(PLANTED), "what the provider said is in the cause: {error}");
    }
}

/// What comes of a question where the provider has these answers.
fn answer(asked: &[u8], polled: &[u8]) -> Result<Status, ElicitationError> {
    let clock = Arc::new(ManualClock::default());
    let channel = channel(Provider { asked: asked.into(), polled: polled.into() }, &clock);
    let draft = Draft::new(Message::new(Role::User, Vec::new()));
    let envelope = draft.identify(Identity::default(), Standing::Anonymous, START_MS);
    let ask = Ask {
        question: QUESTION,
        rule: "rule",
        verb: "require_approval",
        approver: "bob",
        issuer: None,
        channel: None,
        purpose: None,
        timeout: Duration::from_secs(600),
        entity: None,
        operation: View::new(&envelope, Capabilities::NONE),
    };
    block_on(channel.ask(&ask))?;
    clock.advance(Duration::from_secs(5));
    block_on(channel.check(&QUESTION))
}

fn channel(provider: Provider, clock: &Arc<ManualClock>) -> Arc<dyn ElicitationChannel> {
    let host = Host {
        http: Some(Arc::new(provider)),
        clock: Arc::clone(clock) as Arc<_>,
        elicitations: Arc::new(KeptElicitations::new(Arc::clone(clock) as Arc<_>)),
        ..host()
    };
    let config = json!({
        "backchannel_endpoint": "https://idp.example/backchannel", "token_endpoint": "https://idp.example/token",
        "issuer": "https://idp.example", "client_id": "gate",
        "client_secret_source": { "kind": "literal", "secret": "hush" },
    });
    let factory = cpex::builtin_factory(KIND).unwrap_or_else(|| panic!("`{KIND}` is not compiled in"));
    match factory.build(&PluginConfig { config, ..PluginConfig::new("managers", KIND) }, &host) {
        Ok(Instance::Approver(channel)) => channel,
        other => panic!("no channel: {other:?}"),
    }
}

/// Who approved by an answer, read in another way; none where the token is not good.
fn approver(answer: &[u8]) -> Option<String> {
    let answer: Json = serde_json::from_slice(answer).ok()?;
    let payload = answer.get("id_token")?.as_str()?.split('.').nth(1)?;
    let claims: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let is_issued = claims.get("iss")? == "https://idp.example";
    let is_ours = claims.get("aud")?.to_string().contains("\"gate\"");
    let is_alive = claims.get("exp")?.as_f64()? * 1000.0 > START_MS as f64;
    let approver = claims.get("sub")?.as_str()?;
    (is_issued && is_ours && is_alive).then(|| approver.to_owned())
}
