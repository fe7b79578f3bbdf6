//! Who an ID token says has answered.

use std::time::Duration;

use cpex_sdk::oauth::unverified_claims;
use serde_json::{Map, Value as Json};

/// What an ID token must be to count.
pub(super) struct Expected<'e> {
    /// For whom it was issued.
    pub(super) client_id: &'e str,
    /// By whom, where that is known.
    pub(super) issuer: Option<&'e str>,
    /// The claim that says who answered.
    pub(super) approver_claim: &'e str,
    /// The time, in milliseconds since the Unix epoch.
    pub(super) now_ms: u64,
}

/// Who answered, if it is such a token (OpenID Connect Core 1.0, section 3.1.3.7). It must have come from the token endpoint
/// itself, for that is what its signature would prove.
pub(super) fn answered_by(token: &str, expected: &Expected<'_>) -> Option<String> {
    let claims = unverified_claims(token)?;
    let text = |claim: &str| claims.get(claim).and_then(Json::as_str);
    if expected.issuer.is_some_and(|issuer| text("iss") != Some(issuer)) {
        return None;
    }
    if !is_for(expected.client_id, &claims) || !is_alive(&claims, expected.now_ms) {
        return None;
    }
    text(expected.approver_claim).filter(|approver| !approver.is_empty()).map(str::to_owned)
}

/// Where there are several audiences, `azp` says which of them it was issued to.
fn is_for(client: &str, claims: &Map<String, Json>) -> bool {
    let is_ours = |value: &Json| value.as_str() == Some(client);
    let azp = claims.get("azp");
    match claims.get("aud") {
        Some(Json::Array(audiences)) if audiences.len() > 1 => {
            audiences.iter().any(is_ours) && azp.is_some_and(is_ours)
        }
        Some(Json::Array(audiences)) => audiences.iter().any(is_ours) && azp.is_none_or(is_ours),
        Some(audience) => is_ours(audience) && azp.is_none_or(is_ours),
        None => false,
    }
}

fn is_alive(claims: &Map<String, Json>, now_ms: u64) -> bool {
    let end = claims.get("exp").and_then(Json::as_f64);
    let end = end.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    end.is_some_and(|end| end.as_millis() > u128::from(now_ms))
}

#[cfg(test)]
mod tests;
