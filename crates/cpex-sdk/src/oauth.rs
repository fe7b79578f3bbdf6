//! What clients of an OAuth 2.0 authorization server have in common: how they authenticate, what they post, and which words
//! of an answer they repeat.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::config::{ConfigFault, ConfigNode, Key, SecretSource, Shape};
use crate::factory::Host;
use crate::http::{HttpClient, HttpError, OutboundMethod, OutboundRequest, OutboundResponse};
use crate::json;

/// `client_id`.
pub const CLIENT_ID: Key = Key::required("client_id", Shape::Text, "What this process is to the authorization server.");

/// `client_secret_source`.
pub const CLIENT_SECRET: Key = Key::required("client_secret_source", Shape::Secret, "Where its secret comes from.");

/// How much of an answer is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// An endpoint that forms are posted to.
pub struct Endpoint {
    url: String,
    client: Arc<dyn HttpClient>,
    timeout: Duration,
}

impl Endpoint {
    /// The endpoint at that URL, which is waited for no longer than that.
    #[must_use]
    pub fn new(url: &str, client: Arc<dyn HttpClient>, timeout: Duration) -> Self {
        Self { url: url.to_owned(), client, timeout }
    }

    /// Posts a form, once: who gets no answer does not know what came of it. `authorization` is the value of that header;
    /// none where the form says who posts it.
    ///
    /// # Errors
    /// There is no answer, or none that could be read.
    pub async fn post(&self, form: &str, authorization: Option<&Secret>) -> Result<OutboundResponse, HttpError> {
        let accept = ("Accept", "application/json");
        let alone = [accept];
        let both = authorization.map(|authorization| [accept, ("Authorization", authorization.expose())]);
        let request = OutboundRequest {
            method: OutboundMethod::Post { content_type: "application/x-www-form-urlencoded", body: form.as_bytes() },
            url: &self.url,
            headers: both.as_ref().map_or(&alone, |both| both),
            max_bytes: MAX_BYTES,
            timeout: self.timeout,
        };
        self.client.send(request).await
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").finish_non_exhaustive()
    }
}

/// The header `Authorization` of the client that a config has under [`CLIENT_ID`] and [`CLIENT_SECRET`]. None where
/// something is wrong with them, which is then among the faults.
pub fn authorization(config: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Secret> {
    let id = config.get(CLIENT_ID.name);
    if let Some(id) = id.as_ref().filter(|id| id.text() == Some("")) {
        faults.push(id.fault("the identifier is empty"));
    }
    let secret = secret(&config.get(CLIENT_SECRET.name)?, host, faults)?;
    Some(basic(id?.text()?, &secret))
}

/// A form (RFC 6749, appendix B). It may hold tokens, and is wiped when dropped.
#[must_use]
pub fn form(pairs: &[(&str, &str)]) -> Zeroizing<String> {
    let mut form = Zeroizing::new(String::with_capacity(room(pairs)));
    for (name, value) in pairs {
        if !form.is_empty() {
            form.push('&');
        }
        encode(name, &mut form);
        form.push('=');
        encode(value, &mut form);
    }
    form
}

/// The members of an answer that are read. None where it is no object, or one of them is stated twice.
#[must_use]
pub fn members<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Option<T> {
    // What is derived would take a list for its members in their order.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(body).ok()).flatten()
}

/// The error code of an answer, if it is one of those: whatever else a peer says, it may say of a token.
#[must_use]
pub fn refusal<'k>(response: &OutboundResponse, known: &[&'k str]) -> Option<&'k str> {
    #[derive(Deserialize)]
    struct Refused {
        error: String,
    }
    let Refused { error } = members(&response.body)?;
    known.iter().find(|known| **known == error).copied()
}

/// The claims of a JSON Web Token in its compact form (RFC 7519, section 3.1), as they are written: its signature is not
/// looked at. None where it is no such token, or a claim is stated twice.
#[must_use]
pub fn unverified_claims(token: &str) -> Option<Map<String, Json>> {
    let mut parts = token.split('.');
    let (Some(_), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let claims = URL_SAFE_NO_PAD.decode(claims).map(Zeroizing::new).ok()?;
    if signature.is_empty() { None } else { json::object(&claims).ok() }
}

/// Whether a text is one scope and not several (RFC 6749, section 3.3).
#[must_use]
pub fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

fn secret(source: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Secret> {
    match host.secrets.read(&SecretSource::from_config(source.value).ok()?) {
        Ok(secret) if secret.expose().is_empty() => faults.push(source.fault("the secret is empty")),
        Ok(secret) => return Some(secret),
        Err(error) => faults.push(source.fault(error.to_string())),
    }
    None
}

/// Identifier and secret, encoded as in a form before they are joined (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &Secret) -> Secret {
    let mut joined = Zeroizing::new(String::with_capacity(3 * (id.len() + secret.expose().len()) + 1));
    encode(id, &mut joined);
    joined.push(':');
    encode(secret.expose(), &mut joined);
    let encoded = Zeroizing::new(STANDARD.encode(joined.as_bytes()));
    Secret::new(format!("Basic {}", *encoded))
}

/// As a name or value of a form is encoded (WHATWG URL, section 5.2).
fn encode(text: &str, form: &mut String) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => form.push(char::from(byte)),
            b' ' => form.push('+'),
            _ => {
                let digits = [byte >> 4, byte & 15].map(|digit| DIGITS.get(usize::from(digit)));
                form.push('%');
                form.extend(digits.into_iter().flatten());
            }
        }
    }
}

/// Room for all of it, so that no part stays behind where a growing text once was.
fn room(pairs: &[(&str, &str)]) -> usize {
    pairs.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifier_and_secret_are_encoded_before_they_are_joined() {
        let header = basic("acme:gateway", &Secret::from("p&s s/é:%"));
        let decoded = STANDARD.decode(header.expose().strip_prefix("Basic ").unwrap_or_default());
        assert_eq!(decoded.as_deref(), Ok(b"acme%3Agateway:p%26s+s%2F%C3%A9%3A%25".as_slice()));
    }

    #[test]
    fn what_is_encoded_fits_the_room_that_was_made_for_it() {
        let pairs = [("scope", "é & = + %"), ("b", ""), ("ç", "aZ09*-._~/\n")];
        let body = form(&pairs);
        assert_eq!(body.as_str(), "scope=%C3%A9+%26+%3D+%2B+%25&b=&%C3%A7=aZ09*-._%7E%2F%0A");
        assert!(body.len() <= room(&pairs));
    }

    #[test]
    fn a_scope_is_one_word_of_its_characters() {
        for scope in ["read", "repo:read:internal", "https://api.example/read", "a,b", "!"] {
            assert!(is_scope(scope), "{scope}");
        }
        for other in ["", "read write", "read\t", "\"read\"", "re\\ad", "lésen", "read\n"] {
            assert!(!is_scope(other), "{other:?}");
        }
    }

    #[test]
    fn of_a_refusal_only_a_known_code_that_is_stated_once_is_taken() {
        let said = |body: &str| {
            let body = Zeroizing::new(body.as_bytes().to_vec());
            refusal(&OutboundResponse { status: 400, headers: Vec::new(), body }, &["invalid_grant", "access_denied"])
        };
        assert_eq!(said(r#"{"error":"access_denied","error_description":"planted"}"#), Some("access_denied"));
        for other in ["", "planted", r#"{"error":"planted"}"#, r#"{"error":["access_denied"]}"#, r#"["access_denied"]"#]
        {
            assert_eq!(said(other), None, "{other}");
        }
        assert_eq!(said(r#"{"error":"access_denied","error":"invalid_grant"}"#), None);
    }

    #[test]
    fn claims_are_those_of_three_parts_with_each_claim_once() {
        let token = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let claims = unverified_claims(&token(r#"{"sub":"ada"}"#));
        assert_eq!(claims.and_then(|claims| claims.get("sub").cloned()), Some("ada".into()));
        for claims in ["", "null", "[]", r#"{"sub":"a","sub":"b"}"#] {
            assert_eq!(unverified_claims(&token(claims)), None, "{claims}");
        }
        let unsigned = token("{}").replace("c2ln", "");
        for other in ["", "opaque", "a.b", "..", "e30.!!.c2ln", &unsigned, &format!("{}.x", token("{}"))] {
            assert_eq!(unverified_claims(other), None, "{other}");
        }
    }
}
