//! What the token endpoint answers to a poll. Its errors never repeat it: they are texts of this program and codes of the
//! specifications.

use apl_cmf::Secret;
use cpex_sdk::elicitation::ElicitationError;
use cpex_sdk::http::OutboundResponse;
use cpex_sdk::oauth::{members, refusal};
use serde::Deserialize;

use super::id_token::{Expected, answered_by};
use super::kept::Verdict;

/// What is said instead of a token (CIBA Core 1.0, section 11; RFC 6749, section 5.2).
const REFUSALS: [&str; 9] = [
    "authorization_pending",
    "slow_down",
    "expired_token",
    "access_denied",
    "invalid_request",
    "invalid_grant",
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// How far a request is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Polled {
    /// Nobody answered yet.
    Pending,
    /// The same, and polls came too close to one another.
    SlowDown,
    /// This is all there will be.
    Answered(Verdict),
}

/// The member that is read. The access token is not: nothing here may act with it.
#[derive(Deserialize)]
struct Written {
    id_token: Option<Secret>,
}

impl Polled {
    /// Reads the answer to a poll of what that approver was asked.
    pub(super) fn read(
        response: &OutboundResponse,
        approver: &str,
        expected: &Expected<'_>,
    ) -> Result<Self, ElicitationError> {
        let verdict = match response.status {
            200 => signed_in(response, expected)?,
            400..=499 => match refusal(response, &REFUSALS) {
                Some("authorization_pending") => return Ok(Self::Pending),
                Some("slow_down") => return Ok(Self::SlowDown),
                Some("expired_token") => Verdict::Expired,
                // Nobody but who was asked can have said no: the provider asked nobody else.
                Some("access_denied") => Verdict::Denied { by: approver.to_owned() },
                // The request is no more, or must not be polled again.
                Some(code @ ("invalid_request" | "invalid_grant")) => Verdict::Failed { cause: refused(code) },
                Some(code) => return Err(ElicitationError(refused(code))),
                None => return Err(unexpected(response.status)),
            },
            status => return Err(unexpected(status)),
        };
        Ok(Self::Answered(verdict))
    }
}

fn signed_in(response: &OutboundResponse, expected: &Expected<'_>) -> Result<Verdict, ElicitationError> {
    let written: Written = members(&response.body)
        .ok_or_else(|| ElicitationError("the answer of the token endpoint is not that of OpenID Connect".to_owned()))?;
    let by = written.id_token.and_then(|token| answered_by(token.expose(), expected));
    Ok(by.map_or(Verdict::Forged, |by| Verdict::Approved { by }))
}

fn refused(code: &str) -> String {
    format!("the token endpoint refused: `{code}`")
}

fn unexpected(status: u16) -> ElicitationError {
    ElicitationError(format!("the token endpoint answered with status {status}"))
}

#[cfg(test)]
mod tests;
