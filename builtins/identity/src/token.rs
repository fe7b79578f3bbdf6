//! A token as text: a JWS in compact form (RFC 7515, section 3.1) whose payload is a set of claims (RFC 7519).
//!
//! What is read here is what the token says of itself. Nothing of it is believed until a key verified it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex_sdk::json::{self, Unreadable};
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::algorithm;
use crate::refusal::Refusal;

/// How long a token may be, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// Types of tokens that state who calls: plain, access tokens (RFC 9068), and JWT-SVIDs. Tokens made for something else,
/// such as logout or proof of possession, say so in their type (RFC 8725, section 3.11).
const TYPES: [&str; 3] = ["jwt", "at+jwt", "jose"];

/// A token that could be read.
pub(crate) struct Token<'t> {
    /// None where it names none that is known, such as `none`.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) key_id: Option<String>,
    pub(crate) claims: Map<String, Json>,
    /// What the signature is about: header and payload as they were sent.
    pub(crate) signed: &'t str,
    pub(crate) signature: Zeroizing<Vec<u8>>,
}

impl<'t> Token<'t> {
    /// Reads the text of a token.
    pub(crate) fn parse(text: &'t str) -> Result<Self, Refusal> {
        check_length(text)?;
        let parts = text.rsplit_once('.').and_then(|(signed, last)| Some((signed, signed.split_once('.')?, last)));
        let (signed, (header, payload), signature) =
            parts.ok_or(Refusal::malformed("the token has not three parts"))?;
        let header = json::object(&decode(header)?).map_err(unreadable)?;
        if header.contains_key("crit") {
            return Err(Refusal::invalid("the header has `crit`, and no extension is understood"));
        }
        check_type(header.get("typ"))?;
        let algorithm = header.get("alg").and_then(Json::as_str).ok_or(Refusal::malformed("`alg` is not text"))?;
        Ok(Self {
            algorithm: algorithm::named(algorithm),
            key_id: key_id(header.get("kid"))?,
            claims: json::object(&decode(payload)?).map_err(unreadable)?,
            signed,
            signature: decode(signature)?,
        })
    }
}

/// Refuses a text that is too long to be looked at.
pub(crate) fn check_length(text: &str) -> Result<(), Refusal> {
    if text.len() > MAX_BYTES {
        return Err(Refusal::malformed("the token is longer than 16 KiB"));
    }
    Ok(())
}

/// Base64url without padding, in the one spelling there is of each value (RFC 7515, section 2).
fn decode(part: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let decoded = URL_SAFE_NO_PAD.decode(part).map(Zeroizing::new);
    decoded.map_err(|_| Refusal::malformed("a part of the token is not base64url without padding"))
}

fn check_type(kind: Option<&Json>) -> Result<(), Refusal> {
    let Some(kind) = kind else { return Ok(()) };
    let kind = kind.as_str().ok_or(Refusal::malformed("`typ` is not text"))?.to_ascii_lowercase();
    let short = kind.strip_prefix("application/").unwrap_or(&kind);
    if TYPES.contains(&short) { Ok(()) } else { Err(Refusal::invalid("`typ` is that of another kind of token")) }
}

fn key_id(id: Option<&Json>) -> Result<Option<String>, Refusal> {
    match id {
        None => Ok(None),
        Some(Json::String(id)) => Ok(Some(id.clone())),
        Some(_) => Err(Refusal::malformed("`kid` is not text")),
    }
}

const fn unreadable(unreadable: Unreadable) -> Refusal {
    Refusal::malformed(match unreadable {
        Unreadable::NotAnObject => "header or payload is not a JSON object",
        Unreadable::TooDeep => "header or payload nests too deep",
        Unreadable::MemberTwice => "header or payload states a member twice",
    })
}
