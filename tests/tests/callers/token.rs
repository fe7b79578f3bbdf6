//! Tokens of an issuer that documents trust by a shared secret.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex::SystemClock;
use cpex::sdk::Clock as _;
use serde_json::{Value as Json, json};

/// A token of the issuer with these claims beside those that make it acceptable; a claim given here comes first.
pub(super) fn token(claims: &Json) -> String {
    let now = SystemClock::default().now_ms() / 1000;
    let mut all = json!({ "iss": "https://idp.example", "aud": "agents", "sub": "eve", "exp": now + 600 });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(&all.to_string()));
    let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"hush-hush-hush-hush"), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(code.as_ref()))
}
