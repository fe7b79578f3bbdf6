//! The key of an issuer: what it is, and which algorithms it may be used with.
//!
//! A key fixes its family of algorithms when it is read, so a token cannot make a public key serve as a shared secret, nor
//! do without a signature (RFC 8725, section 3.1).

mod jwk;
mod pem;

use apl_cmf::Secret;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER as PROVIDER;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind};
use serde_json::{Map, Value as Json};

/// A key that signatures are verified with. Its `Debug` shows no key.
#[derive(Debug)]
pub(crate) struct VerifyingKey {
    /// Its `kid`, where it has one.
    pub(crate) id: Option<String>,
    /// The algorithms a token may name.
    // INVARIANT: all of the family of the key.
    pub(crate) algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

impl VerifyingKey {
    /// A public key in PEM (RFC 7468).
    pub(crate) fn from_pem(text: &str) -> Result<Self, &'static str> {
        Self::new(pem::read(text)?)
    }

    /// A JSON Web Key (RFC 7517), which may have a `kid` and be bound to one `alg`.
    pub(crate) fn from_jwk(jwk: &Map<String, Json>) -> Result<Self, &'static str> {
        let read = jwk::read(jwk)?;
        let mut key = Self::new(read.key)?;
        key.id = read.id;
        if let Some(algorithm) = read.algorithm {
            if !key.algorithms.contains(&algorithm) {
                return Err("the `alg` of the key is not one of its type");
            }
            key.algorithms = vec![algorithm];
        }
        Ok(key)
    }

    /// A secret shared with the issuer.
    pub(crate) fn from_secret(secret: &Secret) -> Result<Self, &'static str> {
        Self::new(DecodingKey::from_secret(secret.expose().as_bytes()))
    }

    /// Whether the signature of that message is of this key. Codes of shared secrets are compared in constant time.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &Vec<u8>) -> bool {
        // The provider is named: the default of the process panics where another crate brought a second one.
        let verifier = (PROVIDER.verifier_factory)(&algorithm, &self.key);
        verifier.is_ok_and(|verifier| verifier.verify(message, signature).is_ok())
    }

    fn new(key: DecodingKey) -> Result<Self, &'static str> {
        Ok(Self { id: None, algorithms: algorithms(&key)?.to_vec(), key })
    }
}

/// The algorithms of a key that is fit for use (RFC 7518, section 3.1; RFC 8037, section 3.1).
fn algorithms(key: &DecodingKey) -> Result<&'static [Algorithm], &'static str> {
    match (key.family(), key.kind()) {
        (AlgorithmFamily::Rsa, DecodingKeyKind::RsaModulusExponent { n, e }) => rsa(n, e),
        (AlgorithmFamily::Rsa, DecodingKeyKind::SecretOrDer(der)) => {
            let (n, e) = (PROVIDER.key_utils.rsa_pub_components_from_public_key)(der)
                .map_err(|_| "the RSA key cannot be read")?;
            rsa(&n, &e)
        }
        (AlgorithmFamily::Ec, DecodingKeyKind::SecretOrDer(point)) => elliptic(point),
        (AlgorithmFamily::Ed, DecodingKeyKind::SecretOrDer(bytes)) if bytes.len() == 32 => Ok(&[Algorithm::EdDSA]),
        (AlgorithmFamily::Hmac, DecodingKeyKind::SecretOrDer(secret)) if secret.is_empty() => {
            Err("the secret is empty")
        }
        (AlgorithmFamily::Hmac, DecodingKeyKind::SecretOrDer(_)) => {
            Ok(&[Algorithm::HS256, Algorithm::HS384, Algorithm::HS512])
        }
        _ => Err("the key is not of the length of its type"),
    }
}

/// Modulus and exponent are big-endian numbers without zeros before them (RFC 7518, section 6.3.1).
fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<&'static [Algorithm], &'static str> {
    use Algorithm::{PS256, PS384, PS512, RS256, RS384, RS512};
    let (Some(modulus_bits), Some(exponent_bits)) = (bits(modulus), bits(exponent)) else {
        return Err("modulus or exponent of the RSA key is empty or begins with a zero");
    };
    if !(2048..=8192).contains(&modulus_bits) {
        return Err("an RSA key must have from 2048 to 8192 bits");
    }
    let odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
    if !odd || !(2..=33).contains(&exponent_bits) {
        return Err("the exponent of the RSA key is not fit for use");
    }
    Ok(&[RS256, RS384, RS512, PS256, PS384, PS512])
}

fn bits(number: &[u8]) -> Option<usize> {
    let first = number.first().filter(|first| **first != 0)?;
    Some(8 * number.len() - first.leading_zeros() as usize)
}

/// An uncompressed point is a 4 and two coordinates (SEC 1, section 2.3.3).
fn elliptic(point: &[u8]) -> Result<&'static [Algorithm], &'static str> {
    match point {
        [4, coordinates @ ..] if coordinates.len() == 64 => Ok(&[Algorithm::ES256]),
        [4, coordinates @ ..] if coordinates.len() == 96 => Ok(&[Algorithm::ES384]),
        _ => Err("the key is not an uncompressed point of the curve P-256 or P-384"),
    }
}

#[cfg(test)]
mod tests;
