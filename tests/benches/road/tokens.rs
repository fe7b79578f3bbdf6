//! i. Callers known by signed tokens: one that was never seen, by every algorithm, and one that comes again. The floor is
//! the signature alone.

use std::cell::{Cell, RefCell};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::Bench;
use super::monitor::ready;

/// More tokens than are kept once they were verified, so that one which comes again after all the others is verified anew.
const TOKENS: usize = 1100;

/// One key of each sort.
pub(crate) enum Key {
    Shared(Box<hmac::Key>),
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

pub(crate) fn all(bench: &mut Bench) {
    verified(bench, "floor-signature-hs256", "i-verified-hs256", Key::shared);
    verified(bench, "floor-signature-rs256", "i-verified-rs256", Key::rsa);
    verified(bench, "floor-signature-es256", "i-verified-es256", Key::p256);
    verified(bench, "floor-signature-eddsa", "i-verified-eddsa", Key::ed25519);
    seen_before(bench);
}

/// A token is verified that was not seen before, beside its signature alone.
fn verified(bench: &mut Bench, floor: &'static str, name: &'static str, key: fn() -> Key) {
    if !bench.wants(floor) && !bench.wants(name) {
        return;
    }
    let key = key();
    let message = b"a message of the length of most tokens".repeat(7);
    let signature = key.sign(&message);
    bench.scenario(floor, || (), |()| assert!(key.verifies(&message, &signature)));
    // Signed when they are first asked for: fewer are where instructions are counted.
    let (manager, tokens, next) = (manager(&key), RefCell::new(Vec::new()), Cell::new(0));
    let unseen = || {
        let (number, mut tokens) = (next.get(), tokens.borrow_mut());
        next.set((number + 1) % TOKENS);
        if tokens.len() <= number {
            tokens.push(key.signed(number));
        }
        operation(&tokens[number])
    };
    bench.scenario(name, unseen, |operation| allowed(&manager, operation));
}

fn seen_before(bench: &mut Bench) {
    if !bench.wants("i-seen-before") {
        return;
    }
    let key = Key::ed25519();
    let (manager, token) = (manager(&key), key.signed(0));
    let _kept = allowed(&manager, operation(&token));
    bench.scenario("i-seen-before", || operation(&token), |operation| allowed(&manager, operation));
}

fn allowed(manager: &PluginManager, operation: Operation) -> Outcome<Permit> {
    let outcome = ready(manager.authorize(operation));
    assert!(matches!(outcome.decision, Decision::Allow(_)), "{outcome:?}");
    outcome
}

const SHARED: &str = "a secret that the issuer and this process share";

fn operation(token: &str) -> Operation {
    Operation::tool("lookup", Map::new()).caller(Caller::bearer(token))
}

fn manager(key: &Key) -> PluginManager {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    let issuer = json!({ "issuer": "https://idp.example", "audiences": ["agents"], "decoding_key": key.described() });
    let document = json!({
        "plugins": [{ "name": "jwt", "kind": "identity/jwt", "config": { "trusted_issuers": [issuer] } }],
        "routes": [{ "tool": "lookup", "authentication": ["jwt"], "policy": ["require(role.hr)"] }],
    });
    manager.load_config_yaml(&document.to_string()).unwrap();
    ready(manager.initialize()).unwrap();
    manager
}

impl Key {
    fn shared() -> Self {
        Self::Shared(Box::new(hmac::Key::new(hmac::HMAC_SHA256, SHARED.as_bytes())))
    }

    fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Shared(_) => "HS256",
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    /// The `decoding_key` of a document.
    pub(crate) fn described(&self) -> Json {
        let jwk = match self {
            Self::Shared(_) => return json!({ "kind": "secret", "secret": SHARED }),
            Self::Rsa(key) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
                json!({ "kty": "RSA", "n": encode(&public.n), "e": encode(&public.e) })
            }
            Self::P256(key) => {
                let point = key.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) })
            }
            Self::Ed25519(key) => json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key()) }),
        };
        json!({ "kind": "jwk", "jwk": jwk })
    }

    /// A token of that number, good for as long as benchmarks are run.
    fn signed(&self, number: usize) -> String {
        let claims = json!({
            "sub": "eve", "jti": number, "roles": ["hr"], "scope": "read write", "email": "eve@example.com",
        });
        self.signed_for(claims)
    }

    /// A token with these claims, good for as long.
    pub(crate) fn signed_for(&self, mut claims: Json) -> String {
        let header = json!({ "alg": self.algorithm(), "typ": "JWT" });
        claims["iss"] = "https://idp.example".into();
        claims["aud"] = "agents".into();
        claims["exp"] = 4_102_444_800_u64.into();
        let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.sign(message.as_bytes());
        format!("{message}.{}", encode(signature))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Shared(key) => hmac::sign(key, message).as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
            Self::P256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let of = |algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
        };
        match self {
            Self::Shared(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Rsa(key) => of(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref()),
            Self::P256(key) => of(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref()),
            Self::Ed25519(key) => of(&ED25519, key.public_key().as_ref()),
        }
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
