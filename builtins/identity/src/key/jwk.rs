//! JSON Web Keys (RFC 7517, with the members of RFC 7518, section 6, and RFC 8037, section 2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::algorithm;

/// What a JWK says.
pub(super) struct Jwk {
    pub(super) key: DecodingKey,
    pub(super) id: Option<String>,
    pub(super) algorithm: Option<Algorithm>,
}

/// Members of the private part of a key pair.
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// Reads a key. Members that are not known are skipped, as the RFC asks; no error repeats a value.
pub(super) fn read(jwk: &Map<String, Json>) -> Result<Jwk, &'static str> {
    if jwk.contains_key("keys") {
        return Err("expected one key, found a set of keys");
    }
    if PRIVATE.iter().any(|member| jwk.contains_key(*member)) {
        return Err("expected a public key, found a private key");
    }
    check_use(jwk)?;
    let algorithm = text(jwk, "alg", "the `alg` of the key is not text")?
        .map(|name| algorithm::named(name).ok_or("the `alg` of the key is not known"))
        .transpose()?;
    let id = text(jwk, "kid", "the `kid` of the key is not text")?.map(str::to_owned);
    Ok(Jwk { key: key(jwk)?, id, algorithm })
}

fn check_use(jwk: &Map<String, Json>) -> Result<(), &'static str> {
    if jwk.get("use").is_some_and(|purpose| purpose != "sig") {
        return Err("the `use` of the key is not `sig`");
    }
    let operations = jwk.get("key_ops").map(|operations| operations.as_array().map(Vec::as_slice).unwrap_or_default());
    if operations.is_some_and(|operations| !operations.iter().any(|operation| operation == "verify")) {
        return Err("the `key_ops` of the key do not list `verify`");
    }
    Ok(())
}

fn key(jwk: &Map<String, Json>) -> Result<DecodingKey, &'static str> {
    let curve = jwk.get("crv").and_then(Json::as_str);
    match (jwk.get("kty").and_then(Json::as_str), curve) {
        (Some("RSA"), _) => Ok(DecodingKey::from_rsa_raw_components(&bytes(jwk, "n")?, &bytes(jwk, "e")?)),
        (Some("EC"), Some("P-256")) => point(jwk, 32),
        (Some("EC"), Some("P-384")) => point(jwk, 48),
        (Some("EC"), _) => Err("the `crv` of the key is not `P-256` or `P-384`"),
        (Some("OKP"), Some("Ed25519")) => Ok(DecodingKey::from_ed_der(&bytes(jwk, "x")?)),
        (Some("OKP"), _) => Err("the `crv` of the key is not `Ed25519`"),
        (Some("oct"), _) => Ok(DecodingKey::from_secret(&bytes(jwk, "k")?)),
        _ => Err("the `kty` of the key is not `RSA`, `EC`, `OKP` or `oct`"),
    }
}

fn point(jwk: &Map<String, Json>, length: usize) -> Result<DecodingKey, &'static str> {
    let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
    if x.len() != length || y.len() != length {
        return Err("`x` and `y` of the key are not of the length of its curve");
    }
    Ok(DecodingKey::from_ec_der(&[&[4], x.as_slice(), y.as_slice()].concat()))
}

fn bytes(jwk: &Map<String, Json>, member: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let text = jwk.get(member).and_then(Json::as_str).ok_or("a member that the type of the key asks for is missing")?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map(Zeroizing::new);
    bytes.map_err(|_| "a member of the key is not base64url without padding")
}

fn text<'j>(jwk: &'j Map<String, Json>, member: &str, fault: &'static str) -> Result<Option<&'j str>, &'static str> {
    jwk.get(member).map(|value| value.as_str().ok_or(fault)).transpose()
}
