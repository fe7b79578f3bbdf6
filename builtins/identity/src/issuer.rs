//! A trusted issuer, and what a token in its name must stand up to.

use cpex_sdk::{AuthFailure, code};
use serde_json::{Map, Value as Json};

use crate::key::VerifyingKey;
use crate::refusal::Refusal;
use crate::token::Token;

/// An issuer whose tokens are accepted.
#[derive(Debug)]
pub(crate) struct Issuer {
    /// What `iss` must be, exactly.
    pub(crate) name: String,
    pub(crate) audiences: Audiences,
    /// How far its clock may be off, in seconds.
    pub(crate) leeway_s: u64,
    pub(crate) key: VerifyingKey,
}

/// Whom a token must be meant for.
#[derive(Debug)]
pub(crate) enum Audiences {
    /// Anybody: the document switched the check off.
    Anybody,
    OneOf(Vec<String>),
}

impl Issuer {
    /// Checks the signature first, so that nothing else is told of a token that the issuer did not make. `now_ms` is the
    /// time in milliseconds since the Unix epoch.
    pub(crate) fn check(&self, token: &Token<'_>, now_ms: u64) -> Result<(), Refusal> {
        self.check_signature(token)?;
        self.check_times(&token.claims, now_ms)?;
        self.audiences.check(token.claims.get("aud"))
    }

    /// A refusal with issuer and key named as the document names them.
    pub(crate) fn failure(&self, refusal: Refusal) -> AuthFailure {
        let key = self.key.id.as_ref().map(|id| format!(", key `{id}`")).unwrap_or_default();
        AuthFailure { code: refusal.code, note: format!("issuer `{}`{key}: {}", self.name, refusal.check) }
    }

    fn check_signature(&self, token: &Token<'_>) -> Result<(), Refusal> {
        let accepted = token.algorithm.filter(|algorithm| self.key.algorithms.contains(algorithm));
        let Some(algorithm) = accepted else {
            return Err(Refusal::invalid("`alg` is not accepted for the key"));
        };
        if let (Some(own), Some(named)) = (&self.key.id, &token.key_id)
            && own != named
        {
            return Err(Refusal::new(code::AUTH_SIGNATURE, "`kid` names another key"));
        }
        if self.key.verifies(algorithm, token.signed.as_bytes(), &token.signature) {
            return Ok(());
        }
        Err(Refusal::new(code::AUTH_SIGNATURE, "the signature does not verify"))
    }

    fn check_times(&self, claims: &Map<String, Json>, now_ms: u64) -> Result<(), Refusal> {
        let now = i128::from(now_ms);
        let leeway = i128::from(self.leeway_s) * 1000;
        let expires = time_ms(claims.get("exp"), "`exp` is not a number")?;
        let expires = expires.ok_or(Refusal::invalid("`exp` is missing"))?;
        if now >= expires.saturating_add(leeway) {
            return Err(Refusal::new(code::AUTH_EXPIRED, "`exp` has passed"));
        }
        let lies_ahead = |time: Option<i128>| time.is_some_and(|time| now + leeway < time);
        if lies_ahead(time_ms(claims.get("nbf"), "`nbf` is not a number")?) {
            return Err(Refusal::new(code::AUTH_NOT_YET_VALID, "`nbf` lies ahead"));
        }
        if lies_ahead(time_ms(claims.get("iat"), "`iat` is not a number")?) {
            return Err(Refusal::new(code::AUTH_NOT_YET_VALID, "`iat` lies ahead"));
        }
        Ok(())
    }
}

impl Audiences {
    fn check(&self, claim: Option<&Json>) -> Result<(), Refusal> {
        const NOT_TEXTS: Refusal = Refusal::malformed("`aud` is neither text nor a list of texts");
        let Self::OneOf(own) = self else { return Ok(()) };
        let is_own = |named: &str| own.iter().any(|audience| audience == named);
        let fits = match claim {
            None => return Err(Refusal::new(code::AUTH_AUDIENCE, "`aud` is missing")),
            Some(Json::String(named)) => is_own(named),
            Some(Json::Array(named)) => {
                let named: Option<Vec<&str>> = named.iter().map(Json::as_str).collect();
                named.ok_or(NOT_TEXTS)?.into_iter().any(is_own)
            }
            Some(_) => return Err(NOT_TEXTS),
        };
        if fits { Ok(()) } else { Err(Refusal::new(code::AUTH_AUDIENCE, "`aud` names none of the audiences")) }
    }
}

/// A `NumericDate`, which may have a fraction (RFC 7519, section 2), in milliseconds since the Unix epoch.
fn time_ms(claim: Option<&Json>, else_malformed: &'static str) -> Result<Option<i128>, Refusal> {
    let Some(claim) = claim else { return Ok(None) };
    let whole = claim.as_i64().map(i128::from).or_else(|| claim.as_u64().map(i128::from));
    let time = match whole {
        Some(seconds) => Some(seconds * 1000),
        // The cast saturates, and what is cut off is below a millisecond.
        None => claim.as_f64().map(|seconds| (seconds * 1000.0) as i128),
    };
    time.map(Some).ok_or(Refusal::malformed(else_malformed))
}
