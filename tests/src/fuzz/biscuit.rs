//! A Biscuit, or the content of a block that its holder appended to a good one: what is minted of it is good for the one
//! backend and the one permission, and nothing of it is in a record.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use biscuit_auth::builder::{Term, fact, string};
use biscuit_auth::{Algorithm, AuthorizerBuilder, AuthorizerLimits, Biscuit, KeyPair, PrivateKey, PublicKey};
use cpex::cmf::Credentials;
use cpex::{Caller, Decision, Operation};
use serde_json::Map;

use super::monitor::{Monitor, NOW_MS, denial};
use super::peer::Says;
use super::token;

/// What the issuer signed.
const VALID: &str = include_str!("../../../fuzz/corpus/biscuit/valid.txt");

/// The public key of the issuer.
const ROOT: &str = "197f6b23e16c8532c6abc838facd5ea789be0c76b2920334039bfa8b3d368d61";

static MONITOR: LazyLock<Monitor> = LazyLock::new(|| {
    let key = token::KEY;
    let document = format!(
        "plugins:
  - {{ name: jwt, kind: identity/jwt, config: {{ trusted_issuers: [ {{ issuer: 'https://idp.example', audiences: [agents], \
         decoding_key: {{ kind: jwk, jwk: {{ kty: OKP, crv: Ed25519, kid: k1, x: '{key}' }} }} }} ] }} }}
  - {{ name: narrow, kind: delegator/biscuit, capabilities: [read_inbound_credentials, read_subject], config: {{ root_public_key: \
         {{ kind: hex, hex: {ROOT} }}, inbound_headers: {{ user: X-Biscuit }} }} }}
routes: [ {{ tool: t, authentication: [jwt], policy: [ 'delegate(narrow, target: api, permissions: [read])' ] }} ]"
    );
    Monitor::reaching(&document, Says::nothing())
});

pub(super) fn check(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        mint(text);
    }
    if let Some(text) = appended(input) {
        mint(&text);
    }
}

/// What a monitor makes of that token.
fn mint(text: &str) {
    let sent = Credentials::bearer(token::VALID).with("x-biscuit", text);
    let outcome = MONITOR.authorize(Operation::tool("t", Map::new()).caller(Caller::Credentials(sent)));
    let said = format!("{:?}{:?}", outcome.report.errors, outcome.report.delegations);
    let parts = text.as_bytes().windows(32).step_by(16).filter_map(|part| std::str::from_utf8(part).ok());
    parts.for_each(|part| assert!(!said.contains(part), "a part of the token is in the record: {said}"));
    let code = denial(&outcome);
    let Decision::Allow(mut permit) = outcome.decision else {
        assert_ne!(text, VALID, "a good token is refused");
        return assert_eq!(code, Some("delegation.failed"));
    };
    let minted = permit.credentials();
    let [minted] = minted.as_slice() else { panic!("{} credentials were minted", minted.len()) };
    let token =
        minted.value.expose().strip_prefix("Bearer ").and_then(|token| Biscuit::from_base64(token, root()).ok());
    let Some(token) = token else { panic!("what is sent is no token of the issuer") };
    assert!(permits(&token, "api", "read", 0), "the backend refuses what was minted for it");
    assert!(!permits(&token, "other", "read", 0), "another backend takes what was minted");
    assert!(!permits(&token, "api", "write", 0), "another permission is taken");
    assert!(!permits(&token, "api", "read", 300), "it is taken after its end");
}

/// A good token with a block of that content, which holders may append.
fn appended(content: &[u8]) -> Option<String> {
    let next = KeyPair::from(&PrivateKey::from_bytes(&[7; 32], Algorithm::Ed25519).ok()?);
    let token = Biscuit::from_base64(VALID, root()).ok()?;
    let token = token.container().append_serialized(&next, content.to_vec(), None).ok()?;
    Some(URL_SAFE.encode(token.to_vec().ok()?))
}

/// Whether a backend of that audience takes the token, so many seconds from now.
fn permits(token: &Biscuit, audience: &str, operation: &str, later: u64) -> bool {
    let limits = AuthorizerLimits { max_time: Duration::from_secs(60), ..AuthorizerLimits::default() };
    let now = Term::Date(NOW_MS / 1000 + later);
    let backend = AuthorizerBuilder::new()
        .set_limits(limits)
        .fact(fact("audience", &[string(audience)]))
        .and_then(|backend| backend.fact(fact("operation", &[string(operation)])))
        .and_then(|backend| backend.fact(fact("time", &[now])))
        .and_then(|backend| backend.policy("allow if true"));
    backend.and_then(|backend| backend.build(token)?.authorize()).is_ok()
}

fn root() -> PublicKey {
    match PublicKey::from_bytes_hex(ROOT, Algorithm::Ed25519) {
        Ok(root) => root,
        Err(error) => panic!("{error}"),
    }
}
