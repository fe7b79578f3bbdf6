//! What a token endpoint answers. Its errors never repeat it: they are texts of this program and codes of the RFCs.

use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Secret;
use cpex_sdk::delegation::MintError;
use cpex_sdk::http::OutboundResponse;
use cpex_sdk::oauth::{is_scope, members, refusal, unverified_claims};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::form::{ACCESS_TOKEN, Grant};

/// What may be issued in an exchange and be sent to a backend (RFC 8693, section 3).
const ISSUED: [&str; 2] = [ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt"];

/// Why a token is refused (RFC 6749, section 5.2; RFC 8707, section 2).
const REFUSALS: [&str; 7] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
];

/// A token that was issued.
pub(crate) struct Answer {
    pub(crate) token: Secret,
    /// What it is good for; as was asked for where it does not say (RFC 6749, section 5.1).
    pub(crate) scopes: Option<Vec<Arc<str>>>,
    /// How long, from when it was asked for; unknown where it does not say.
    pub(crate) lifetime: Option<Duration>,
}

/// The members that are read. One that is stated twice makes the whole unreadable.
#[derive(Deserialize)]
struct Written {
    access_token: Secret,
    token_type: String,
    expires_in: Option<u64>,
    scope: Option<String>,
    issued_token_type: Option<String>,
}

impl Answer {
    /// Reads the answer to a form of that grant.
    pub(crate) fn read(response: &OutboundResponse, grant: Grant) -> Result<Self, MintError> {
        if response.status != 200 {
            return Err(refused(response));
        }
        let written: Written = members(&response.body)
            .ok_or_else(|| failed("the answer of the token endpoint is not that of RFC 6749"))?;
        if !written.token_type.eq_ignore_ascii_case("bearer") {
            return Err(failed("the issued token is no bearer token"));
        }
        if !is_sendable(written.access_token.expose()) {
            return Err(failed("the issued token cannot be sent in a header"));
        }
        match written.issued_token_type.as_deref() {
            Some(kind) if !ISSUED.contains(&kind) => return Err(failed("the issued token is no access token")),
            None if grant == Grant::Exchange => return Err(failed("the answer does not say what kind of token it is")),
            Some(_) | None => {}
        }
        if written.expires_in == Some(0) {
            return Err(failed("the issued token is already over"));
        }
        let scopes = written.scope.as_deref().map(scopes).transpose()?;
        Ok(Self { token: written.access_token, scopes, lifetime: written.expires_in.map(Duration::from_secs) })
    }
}

/// Whether a token says who acts for its subject (RFC 8693, section 4.1). One that cannot be read says nothing.
pub(crate) fn names_actor(token: &str) -> bool {
    let claims = unverified_claims(token);
    claims.is_some_and(|claims| claims.get("act").and_then(Json::as_object).is_some_and(|act| !act.is_empty()))
}

fn refused(response: &OutboundResponse) -> MintError {
    match refusal(response, &REFUSALS) {
        Some(known) => failed(format!("the token endpoint refused: `{known}`")),
        None => failed(format!("the token endpoint answered with status {}", response.status)),
    }
}

fn scopes(text: &str) -> Result<Vec<Arc<str>>, MintError> {
    let scopes: Vec<_> = text.split(' ').filter(|scope| !scope.is_empty()).collect();
    if scopes.iter().all(|scope| is_scope(scope)) {
        Ok(scopes.into_iter().map(Arc::from).collect())
    } else {
        Err(failed("the granted scope is not that of RFC 6749"))
    }
}

fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

fn failed(text: impl Into<String>) -> MintError {
    MintError(text.into())
}

#[cfg(test)]
mod tests;
