//! Keys of an issuer, and tokens signed with them.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
    RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cpex_sdk::testing::START_MS;
use serde_json::{Value as Json, json};

/// Every algorithm there is.
pub(super) const ALGORITHMS: [&str; 12] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"];

/// The time of the tests, in seconds since the Unix epoch.
pub(super) const NOW: u64 = START_MS / 1000;

pub(super) const ISSUER: &str = "https://idp.example";
pub(super) const AUDIENCE: &str = "agents";

/// One key of each type.
pub(super) struct Keys {
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
    secret: [u8; 64],
}

/// The keys of the trusted issuer.
pub(super) static KEYS: LazyLock<Keys> = LazyLock::new(Keys::generate);

/// The keys of somebody else.
pub(super) static OTHER_KEYS: LazyLock<Keys> = LazyLock::new(Keys::generate);

/// Header and claims of a token that is accepted.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) header: Json,
    pub(super) claims: Json,
}

impl Token {
    pub(super) fn new(algorithm: &str) -> Self {
        Self {
            header: json!({"alg": algorithm, "typ": "JWT", "kid": "k1"}),
            claims: json!({
                "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 300,
                "roles": ["hr"],
            }),
        }
    }

    /// The same with a claim set.
    pub(super) fn claim(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// The same without a claim.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(name).unwrap();
        self
    }

    /// The same with a member of the header set.
    pub(super) fn header(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// The text, signed with the keys and the algorithm its header names.
    pub(super) fn signed(&self) -> String {
        sign(&KEYS, self.header["alg"].as_str().unwrap(), &self.header.to_string(), &self.claims.to_string())
    }
}

/// A token of a header and a payload that are taken as they are.
pub(super) fn sign(keys: &Keys, algorithm: &str, header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = keys.sign(algorithm, signed.as_bytes());
    format!("{signed}.{}", encode(signature))
}

/// A code made with a key that is not one, as an attacker does who knows the public key.
pub(super) fn sign_hs256(secret: &[u8], header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
    format!("{signed}.{}", encode(code))
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Keys {
    /// The PEM text of the public key that an algorithm is verified with.
    pub(super) fn pem(&self, algorithm: &str) -> String {
        let der: Vec<u8> = match algorithm {
            "ES256" => self.p256.public_key().as_der().unwrap().as_ref().to_vec(),
            "ES384" => self.p384.public_key().as_der().unwrap().as_ref().to_vec(),
            "EdDSA" => self.ed25519.public_key().as_der().unwrap().as_ref().to_vec(),
            _ => self.rsa.public_key().as_der().unwrap().as_ref().to_vec(),
        };
        pem("PUBLIC KEY", &der)
    }

    /// The RSA key in the older form of PEM.
    pub(super) fn pkcs1_pem(&self) -> String {
        pem("RSA PUBLIC KEY", self.rsa.public_key().as_ref())
    }

    /// The JWK that an algorithm is verified with, without `kid` and `alg`.
    pub(super) fn jwk(&self, algorithm: &str) -> Json {
        let point = |curve: &str, key: &EcdsaKeyPair| {
            let coordinates = key.public_key().as_ref()[1..].to_vec();
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
        };
        match algorithm {
            "ES256" => point("P-256", &self.p256),
            "ES384" => point("P-384", &self.p384),
            "EdDSA" => json!({"kty": "OKP", "crv": "Ed25519", "x": encode(self.ed25519.public_key())}),
            "HS256" | "HS384" | "HS512" => json!({"kty": "oct", "k": encode(self.secret)}),
            _ => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public_key());
                json!({"kty": "RSA", "n": encode(&public.n), "e": encode(&public.e)})
            }
        }
    }

    fn generate() -> Self {
        let mut secret = [0; 64];
        fill(&mut secret).unwrap();
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            p384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
            ed25519: Ed25519KeyPair::generate().unwrap(),
            secret,
        }
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let code = |family| hmac::sign(&hmac::Key::new(family, &self.secret), message).as_ref().to_vec();
        let point = |key: &EcdsaKeyPair| key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
        match algorithm {
            "HS256" => code(hmac::HMAC_SHA256),
            "HS384" => code(hmac::HMAC_SHA384),
            "HS512" => code(hmac::HMAC_SHA512),
            "ES256" => point(&self.p256),
            "ES384" => point(&self.p384),
            "EdDSA" => self.ed25519.sign(message).as_ref().to_vec(),
            "RS256" => self.sign_rsa(&RSA_PKCS1_SHA256, message),
            "RS384" => self.sign_rsa(&RSA_PKCS1_SHA384, message),
            "RS512" => self.sign_rsa(&RSA_PKCS1_SHA512, message),
            "PS256" => self.sign_rsa(&RSA_PSS_SHA256, message),
            "PS384" => self.sign_rsa(&RSA_PSS_SHA384, message),
            "PS512" => self.sign_rsa(&RSA_PSS_SHA512, message),
            _ => panic!("no algorithm `{algorithm}`"),
        }
    }

    fn sign_rsa(&self, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
