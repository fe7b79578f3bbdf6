#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::time::Duration;

use apl_cmf::{Credentials, Draft, Message, Role};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex_sdk::testing::{ManualClock, START_MS, block_on, host};
use serde_json::json;

use super::*;

const SECRET: &str = "hush-hush";

/// A resolver and the clock it reads.
fn resolver() -> (Resolver, Arc<ManualClock>) {
    let config = json!({ "trusted_issuers": [{
        "issuer": "https://idp.example", "audiences": ["agents"], "leeway_seconds": 5,
        "decoding_key": { "kind": "secret", "secret": SECRET },
    }] });
    let clock = Arc::new(ManualClock::default());
    (Resolver::new(Settings::read(&config, &host()).unwrap(), Arc::clone(&clock) as Arc<_>), clock)
}

/// A token that expires in 60 seconds.
fn token() -> String {
    let expires = START_MS / 1000 + 60;
    let claims = json!({ "iss": "https://idp.example", "aud": "agents", "sub": "eve", "exp": expires });
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(br#"{"alg":"HS256"}"#), encode(claims.to_string().as_bytes()));
    let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), signed.as_bytes());
    format!("{signed}.{}", encode(code.as_ref()))
}

/// The identifier of the user, or the code of the refusal.
fn asked(resolver: &Resolver, token: &str) -> String {
    let draft = Draft::new(Message::new(Role::User, Vec::new()));
    let credentials = Credentials::bearer(token);
    match block_on(resolver.resolve(Inbound { credentials: &credentials, draft: &draft })) {
        Resolution::Verified(verified) => match verified.principal {
            Principal::Subject(subject) => subject.id,
            other => panic!("expected a user, found {other:?}"),
        },
        Resolution::Failed(failure) => failure.code.to_owned(),
        Resolution::Nothing => panic!("the token was not looked at"),
    }
}

/// Has a text that is no token known as that token is, so that it is accepted by whoever does not verify it.
fn plant(resolver: &Resolver, planted: &str, token: &str) {
    let known = resolver.verified.find(&verified::digest(token)).unwrap();
    resolver.verified.keep(verified::digest(planted), known);
}

#[test]
fn a_token_that_was_verified_is_not_verified_again() {
    let (resolver, _clock) = resolver();
    assert_eq!(asked(&resolver, "planted"), "auth.malformed");
    assert_eq!(asked(&resolver, &token()), "eve");
    plant(&resolver, "planted", &token());
    assert_eq!(asked(&resolver, "planted"), "eve");
}

#[test]
fn a_token_that_expired_or_came_before_its_time_is_verified_again() {
    let (resolver, clock) = resolver();
    assert_eq!(asked(&resolver, &token()), "eve");
    plant(&resolver, "planted", &token());
    clock.advance(Duration::from_millis(64_999));
    assert_eq!(asked(&resolver, "planted"), "eve", "the leeway counts");
    clock.advance(Duration::from_millis(1));
    assert_eq!(asked(&resolver, "planted"), "auth.malformed");
    assert_eq!(asked(&resolver, &token()), "auth.expired");
    clock.set(START_MS - 1);
    assert_eq!(asked(&resolver, "planted"), "auth.malformed");
    assert_eq!(asked(&resolver, &token()), "eve");
}

#[test]
fn what_was_refused_is_not_known() {
    let (resolver, _clock) = resolver();
    let forged = format!("{}A", token());
    for text in ["planted", forged.as_str(), ""] {
        assert_ne!(asked(&resolver, text), "eve", "{text}");
        assert!(resolver.verified.find(&verified::digest(text)).is_none(), "{text}");
    }
}

#[test]
fn a_text_that_is_too_long_is_not_even_looked_up() {
    let (resolver, _clock) = resolver();
    assert_eq!(asked(&resolver, &token()), "eve");
    let long = "x".repeat(16 * 1024 + 1);
    plant(&resolver, &long, &token());
    assert_eq!(asked(&resolver, &long), "auth.malformed");
}

#[test]
fn callers_may_know_what_is_accepted_and_no_key() {
    let (resolver, _) = resolver();
    let accepts = resolver.accepts().unwrap();
    assert_eq!(accepts.bearer_method(), Some("header"));
    let issuer = TrustedIssuer {
        issuer: "https://idp.example".to_owned(),
        audiences: vec!["agents".to_owned()],
        algorithms: ["HS256", "HS384", "HS512"].map(str::to_owned).to_vec(),
    };
    assert_eq!((accepts.issuers.as_slice(), accepts.has_scopes), ([issuer].as_slice(), true));
    assert!(!format!("{accepts:?}").contains(SECRET));
}

#[test]
fn only_a_token_that_a_client_can_get_and_send_is_a_bearer_token() {
    let method = |config: serde_json::Value| {
        let mut config = config;
        config["trusted_issuers"] = json!([{
            "issuer": "https://idp.example", "audiences": ["agents"],
            "decoding_key": { "kind": "secret", "secret": SECRET },
        }]);
        Resolver::new(Settings::read(&config, &host()).unwrap(), Arc::new(ManualClock::default()))
            .accepts()
            .unwrap()
            .bearer_method()
    };
    assert_eq!(method(json!({})), Some("header"));
    assert_eq!(method(json!({ "header": "authorization" })), Some("header"));
    assert_eq!(method(json!({ "credential": { "kind": "query_param", "name": "access_token" } })), Some("query"));
    for config in [
        json!({ "header": "Proxy-Authorization" }),
        json!({ "header": "X-Token" }),
        json!({ "credential": { "kind": "cookie", "name": "session" } }),
        json!({ "credential": { "kind": "query_param", "name": "token" } }),
    ] {
        assert_eq!(method(config.clone()), None, "{config}");
    }
}
