//! The text of a token: nothing but the one that the issuer signed speaks for anybody.

use std::sync::LazyLock;

use cpex::{Caller, Operation};
use serde_json::Map;

use super::monitor::{Monitor, denial};
use super::peer::Says;

/// What the issuer signed.
pub(super) const VALID: &str = include_str!("../../../fuzz/corpus/token/valid.txt");

/// The public key of the issuer.
pub(super) const KEY: &str = "2VP8vbYlEeJWhDNFUfqP_spDfZHilUN-01G8ZHC9jZs";

static MONITOR: LazyLock<Monitor> = LazyLock::new(|| {
    let document = format!(
        "plugins: [ {{ name: jwt, kind: identity/jwt, config: {{ trusted_issuers: [ {{ issuer: 'https://idp.example', \
         audiences: [agents], decoding_key: {{ kind: jwk, jwk: {{ kty: OKP, crv: Ed25519, kid: k1, x: '{KEY}' }} }} }} ] \
         }} }} ]\nroutes: [ {{ tool: t, authentication: [jwt], policy: [ 'require(role.hr)' ] }} ]"
    );
    Monitor::reaching(&document, Says::nothing())
});

pub(super) fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let operation = Operation::tool("t", Map::new()).caller(Caller::bearer(text));
    let outcome = MONITOR.authorize(operation);
    match denial(&outcome) {
        None => assert_eq!(text.trim_matches(' '), VALID, "a token is accepted that the issuer did not sign"),
        Some(code) => {
            assert!(code.starts_with("auth.") && text != VALID, "a token is refused with `{code}`");
        }
    }
    let said = format!("{:?}", outcome.report.errors);
    for part in text.split('.').filter(|part| part.len() > 16) {
        assert!(!said.contains(part), "a part of the token is in the record: {said}");
    }
}
