//! The identity provider of the scenario: a key made on the spot, and tokens signed with it.

use std::fmt::Write as _;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cpex::SystemClock;
use cpex::sdk::Clock as _;
use serde_json::{Value as Json, json};

use super::scenario::Person;

/// How long its tokens are good for, in seconds.
const LIFETIME: u64 = 3600;

/// Characters of a line of PEM (RFC 7468, section 2).
const PEM_LINE: usize = 64;

pub(super) struct Issuer {
    key: Ed25519KeyPair,
}

impl Issuer {
    pub(super) fn new() -> Option<Self> {
        Ed25519KeyPair::generate().ok().map(|key| Self { key })
    }

    /// The public key as PEM (RFC 7468, section 13).
    pub(super) fn public_pem(&self) -> Option<String> {
        let der: PublicKeyX509Der<'_> = self.key.public_key().as_der().ok()?;
        let encoded: Vec<char> = STANDARD.encode(der.as_ref()).chars().collect();
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in encoded.chunks(PEM_LINE) {
            let _ = writeln!(pem, "{}", line.iter().collect::<String>());
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        Some(pem)
    }

    /// A signed token (RFC 7519) of a person.
    pub(super) fn token(&self, person: &Person) -> String {
        let now = SystemClock::default().now_ms() / 1000;
        let claims = json!({
            "iss": "https://idp.example",
            "aud": "cpex-demo",
            "sub": person.name,
            "iat": now,
            "exp": now + LIFETIME,
            "roles": person.roles,
            "permissions": person.permissions,
            "teams": person.teams,
        });
        let signed = format!("{}.{}", encode(&json!({ "alg": "EdDSA", "typ": "JWT" })), encode(&claims));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn encode(part: &Json) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}
