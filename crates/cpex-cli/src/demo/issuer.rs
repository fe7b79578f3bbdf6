//! The identity provider of the scenario: a key made on the spot, and tokens signed with it.

use std::fmt::Write as _;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cpex::SystemClock;
use cpex::sdk::Clock as _;
use serde_json::{Map, Value as Json, json};

use super::scenario::Person;

/// How long the tokens of people are good for, in seconds.
const LIFETIME: u64 = 3600;

/// How long those are good for that are made for a backend.
pub(super) const MINTED_LIFETIME: u64 = 300;

/// Its name.
pub(super) const NAME: &str = "https://idp.example";

/// Whom people's tokens are for.
pub(super) const GATEWAY: &str = "cpex-demo";

/// What the gateway is to it.
pub(super) const CLIENT: &str = "agent-gateway";

/// Characters of a line of PEM (RFC 7468, section 2).
const PEM_LINE: usize = 64;

pub(super) struct Issuer {
    key: Ed25519KeyPair,
    /// What the gateway proves itself by.
    pub(super) client_secret: String,
}

impl Issuer {
    pub(super) fn new() -> Option<Self> {
        let mut secret = [0; 24];
        rand::fill(&mut secret).ok()?;
        Some(Self { key: Ed25519KeyPair::generate().ok()?, client_secret: URL_SAFE_NO_PAD.encode(secret) })
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

    /// A signed token (RFC 7519) of a person, for the gateway.
    pub(super) fn token(&self, person: &Person) -> String {
        self.sign(&json!({
            "iss": NAME,
            "aud": GATEWAY,
            "sub": person.name,
            "iat": now(),
            "exp": now() + LIFETIME,
            "roles": person.roles,
            "permissions": person.permissions,
            "teams": person.teams,
        }))
    }

    /// A signed token of the same person for one backend, good for these scopes and nothing else (RFC 9068, section 2.2).
    pub(super) fn narrower_token(&self, subject: &str, audience: &str, scope: &str) -> String {
        self.sign(&json!({
            "iss": NAME,
            "aud": audience,
            "sub": subject,
            "client_id": CLIENT,
            "iat": now(),
            "exp": now() + MINTED_LIFETIME,
            "scope": scope,
        }))
    }

    /// The claims of a token that it signed for that audience, and that is not over.
    pub(super) fn verify(&self, token: &str, audience: Option<&str>) -> Option<Map<String, Json>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&ED25519, self.key.public_key()).verify(signed.as_bytes(), &signature).ok()?;
        let (_, payload) = signed.split_once('.')?;
        let claims: Map<String, Json> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let is_meant = audience.is_none_or(|audience| claims.get("aud") == Some(&Json::from(audience)));
        let lasts = claims.get("exp").and_then(Json::as_u64).is_some_and(|until| until > now());
        (is_meant && lasts).then_some(claims)
    }

    fn sign(&self, claims: &Json) -> String {
        let signed = format!("{}.{}", encode(&json!({ "alg": "EdDSA", "typ": "JWT" })), encode(claims));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// Seconds since the Unix epoch.
fn now() -> u64 {
    SystemClock::default().now_ms() / 1000
}

fn encode(part: &Json) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}
