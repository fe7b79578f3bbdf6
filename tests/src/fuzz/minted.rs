//! What a token endpoint answers: the credential of a permit is the token it holds, and nothing of it is in a record.

use cpex::{Caller, Decision, Operation};
use serde_json::{Map, Value as Json};

use super::monitor::{Monitor, denial};
use super::peer::Says;
use super::token::{KEY, VALID};

/// What every token of the seeds begins with.
const PLANTED: &str = "planted";

/// An answer with a token that was asked for.
const ISSUED: &[u8] = include_bytes!("../../../fuzz/corpus/minted/exchange.json");

pub(super) fn check(input: &[u8]) {
    let document = format!(
        "plugins:
  - {{ name: jwt, kind: identity/jwt, config: {{ trusted_issuers: [ {{ issuer: 'https://idp.example', audiences: [agents], \
         decoding_key: {{ kind: jwk, jwk: {{ kty: OKP, crv: Ed25519, kid: k1, x: '{KEY}' }} }} }} ] }} }}
  - {{ name: oauth, kind: delegator/oauth, capabilities: [read_inbound_credentials], config: {{ token_endpoint: \
         'https://idp.example/token', client_id: gate, client_secret_source: {{ kind: literal, secret: hush }} }} }}
routes: [ {{ tool: t, authentication: [jwt], policy: [ 'delegate(oauth, target: api, permissions: [read])' ] }} ]"
    );
    let monitor = Monitor::reaching(&document, Says::body(input));
    let outcome = monitor.authorize(Operation::tool("t", Map::new()).caller(Caller::bearer(VALID)));
    let said = format!("{:?}{:?}", outcome.report.errors, outcome.report.delegations);
    assert!(!said.contains(PLANTED), "what the endpoint said is in the record: {said}");
    let code = denial(&outcome);
    let Decision::Allow(mut permit) = outcome.decision else {
        assert_ne!(input, ISSUED, "a token was issued, and none is sent");
        return assert_eq!(code, Some("delegation.failed"));
    };
    let answer: Json = serde_json::from_slice(input).unwrap_or_default();
    let minted = permit.credentials();
    let [minted] = minted.as_slice() else { panic!("{} credentials were minted", minted.len()) };
    let token = answer.get("access_token").and_then(Json::as_str).unwrap_or_default();
    assert!(minted.is_sendable() && minted.value.expose() == format!("Bearer {token}"), "another token is sent");
    assert_eq!(&*minted.audience, "api");
}
