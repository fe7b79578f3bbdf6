//! The token endpoint of the scenario: exchanges the token of a person for one that a single backend accepts (RFC 8693).

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::issuer::{CLIENT, GATEWAY, Issuer, MINTED_LIFETIME};

/// The backends it makes tokens for, each with the scopes the gateway may have there.
const BACKENDS: &[(&str, &[&str])] = &[("workday-api", &["read_compensation"])];

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// How long a request may be, in bytes.
const MAX_REQUEST: usize = 64 * 1024;

/// Answers one request after the other, for as long as the scenario lasts.
pub(super) async fn serve(listener: TcpListener, issuer: Arc<Issuer>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Who breaks off gets no answer.
        let _ = converse(stream, &issuer).await;
    }
}

async fn converse(mut stream: TcpStream, issuer: &Issuer) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !is_whole(&request) && request.len() < MAX_REQUEST {
        if stream.read_buf(&mut request).await? == 0 {
            break;
        }
    }
    let (status, body) = match answer(&request, issuer) {
        Ok(granted) => ("200 OK", granted),
        Err(error) => ("400 Bad Request", json!({ "error": error })),
    };
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n");
    let length = body.len();
    let answer = format!("{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

fn is_whole(request: &[u8]) -> bool {
    let Some((head, body)) = parted(request) else { return false };
    let length = header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    body.len() >= length
}

fn parted(request: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(request).ok()?.split_once("\r\n\r\n")
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// What is granted, or the code of what is wrong (RFC 6749, section 5.2; RFC 8693, section 2.2).
fn answer(request: &[u8], issuer: &Issuer) -> Result<Json, &'static str> {
    let (head, body) = parted(request).ok_or("invalid_request")?;
    let client = format!("{CLIENT}:{}", issuer.client_secret);
    let proof = header(head, "authorization").and_then(|value| value.strip_prefix("Basic "));
    if proof != Some(&*STANDARD.encode(client)) {
        return Err("invalid_client");
    }
    let form: BTreeMap<_, _> = form_urlencoded::parse(body.as_bytes()).collect();
    let asked = |name: &str| form.get(name).map(|value| &**value).ok_or("invalid_request");
    if asked("grant_type")? != EXCHANGE {
        return Err("unsupported_grant_type");
    }
    let claims = issuer.verify(asked("subject_token")?, Some(GATEWAY)).ok_or("invalid_request")?;
    let subject = claims.get("sub").and_then(Json::as_str).ok_or("invalid_request")?;
    let audience = asked("audience")?;
    let (_, scopes) = BACKENDS.iter().find(|(backend, _)| *backend == audience).ok_or("invalid_target")?;
    let granted: Vec<&str> = asked("scope")?.split(' ').filter(|scope| scopes.contains(scope)).collect();
    if granted.is_empty() {
        return Err("invalid_scope");
    }
    let scope = granted.join(" ");
    Ok(json!({
        "access_token": issuer.narrower_token(subject, audience, &scope),
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": MINTED_LIFETIME,
        "scope": scope,
    }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

    use super::*;
    use crate::demo::scenario::CALLERS;

    fn asked(issuer: &Issuer, secret: &str, pairs: &[(&str, &str)]) -> Result<Json, &'static str> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let proof = STANDARD.encode(format!("{CLIENT}:{secret}"));
        answer(format!("POST /token HTTP/1.1\r\nAuthorization: Basic {proof}\r\n\r\n{body}").as_bytes(), issuer)
    }

    #[test]
    fn a_token_is_exchanged_for_a_narrower_one_of_the_same_person() {
        let issuer = Issuer::new().unwrap();
        let inbound = issuer.token(CALLERS.first().unwrap());
        let form = [("grant_type", EXCHANGE), ("subject_token", &*inbound), ("audience", "workday-api")];
        let pairs = |scope| form.iter().copied().chain([("scope", scope)]).collect::<Vec<_>>();
        let granted = asked(&issuer, &issuer.client_secret, &pairs("read_compensation write_all")).unwrap();
        assert_eq!(granted.get("scope"), Some(&json!("read_compensation")));
        let minted = granted.get("access_token").and_then(Json::as_str).unwrap();
        let claims = issuer.verify(minted, Some("workday-api")).unwrap_or_else(|| panic!("{minted}"));
        assert_eq!(claims.get("sub"), Some(&json!("alice")));
        assert!(claims.get("roles").is_none() && claims.get("permissions").is_none(), "{claims:?}");
        assert!(issuer.verify(minted, Some(GATEWAY)).is_none());
        assert_eq!(asked(&issuer, &issuer.client_secret, &pairs("write_all")), Err("invalid_scope"));
        assert_eq!(asked(&issuer, "wrong", &pairs("read_compensation")), Err("invalid_client"));
        let again = [("grant_type", EXCHANGE), ("subject_token", minted), ("audience", "workday-api")];
        assert_eq!(asked(&issuer, &issuer.client_secret, &again), Err("invalid_request"));
    }

    #[test]
    fn what_another_signed_is_exchanged_for_nothing() {
        let (issuer, other) = (Issuer::new().unwrap(), Issuer::new().unwrap());
        let forged = other.token(CALLERS.first().unwrap());
        let form = [("grant_type", EXCHANGE), ("subject_token", &*forged), ("audience", "workday-api"), ("scope", "x")];
        assert_eq!(asked(&issuer, &issuer.client_secret, &form), Err("invalid_request"));
    }
}
