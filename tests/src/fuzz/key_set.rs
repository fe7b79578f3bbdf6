//! What an issuer answers in the place of its keys: its token is accepted if the key is there, and never otherwise.

use cpex::{Caller, Operation};
use serde_json::{Map, Value as Json};

use super::monitor::{Monitor, denial};
use super::peer::Says;
use super::token::{KEY, VALID};

const DOCUMENT: &str = "
plugins:
  - name: jwt
    kind: identity/jwt
    config:
      trusted_issuers:
        - issuer: https://idp.example
          audiences: [agents]
          decoding_key: { kind: jwks_url, url: 'https://idp.example/keys' }
routes: [ { tool: t, authentication: [jwt], policy: [ 'require(role.hr)' ] } ]
";

/// An answer that holds the key and nothing else.
const PUBLISHED: &[u8] = include_bytes!("../../../fuzz/corpus/key_set/one.json");

pub(super) fn check(input: &[u8]) {
    let monitor = Monitor::reaching(DOCUMENT, Says::body(input));
    let outcome = monitor.authorize(Operation::tool("t", Map::new()).caller(Caller::bearer(VALID)));
    match denial(&outcome) {
        None => assert!(publishes(input), "a token is accepted whose key is not published"),
        Some(code) => {
            assert!(["auth.unavailable", "auth.signature", "auth.invalid"].contains(&code), "`{code}`");
            assert_ne!(input, PUBLISHED, "the key is published, and its token is refused");
        }
    }
}

/// Whether the key stands in the answer, however it is written.
fn publishes(input: &[u8]) -> bool {
    let set: Option<Json> = serde_json::from_slice(input).ok();
    let keys = set.as_ref().and_then(|set| set.get("keys")?.as_array());
    keys.into_iter().flatten().any(|key| key.get("x").is_some_and(|x| x == KEY))
}
