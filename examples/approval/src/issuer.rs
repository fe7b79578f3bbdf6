//! Stands for an identity provider: a key made on the spot, and tokens signed with it.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex::SystemClock;
use cpex::cmf::Secret;
use cpex::sdk::config::SecretSource;
use cpex::sdk::{Clock as _, SecretError, SecretReader};
use serde_json::{Value as Json, json};

/// How long its tokens are good for, in seconds.
const LIFETIME: u64 = 600;

/// The issuer, and what gives the runtime its key.
#[derive(Debug)]
pub struct Issuer {
    key: Secret,
}

impl Issuer {
    /// An issuer with a key of its own; none where there is no randomness.
    #[must_use]
    pub fn new() -> Option<Self> {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).ok()?;
        Some(Self { key: Secret::new(URL_SAFE_NO_PAD.encode(key)) })
    }

    /// A signed token (RFC 7519) that says this of a person.
    #[must_use]
    pub fn token(&self, person: &Json) -> String {
        let now = SystemClock::default().now_ms() / 1000;
        let mut claims = json!({ "iss": "https://idp.example", "aud": "agents", "exp": now + LIFETIME });
        if let (Some(claims), Some(person)) = (claims.as_object_mut(), person.as_object()) {
            claims.extend(person.clone());
        }
        let encode = |part: &Json| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&json!({ "alg": "HS256" })), encode(&claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.expose().as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes())))
    }
}

impl SecretReader for Issuer {
    fn read(&self, _source: &SecretSource) -> Result<Secret, SecretError> {
        Ok(self.key.clone())
    }
}
