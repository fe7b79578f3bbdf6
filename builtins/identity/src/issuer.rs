//! A trusted issuer, and what a token in its name must stand up to.

use std::sync::Arc;

use apl_cmf::Principal;
use cpex_sdk::{AuthFailure, TrustedIssuer, code};
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value as Json};

use crate::key::VerifyingKey;
use crate::key_set::KeySet;
use crate::mapping::Mapping;
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
    pub(crate) keys: Keys,
    /// The algorithms a token may name; none where those of the key are not narrowed.
    pub(crate) algorithms: Option<Vec<Algorithm>>,
    /// What its claims mean.
    pub(crate) mapping: Mapping,
}

/// What came of a token that was accepted, and as long as what it stands up to stays the same.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) principal: Principal,
    /// When it was accepted, in milliseconds since the Unix epoch.
    at_ms: u64,
    /// When it expires, by the same clock.
    until_ms: i128,
    /// The keys that were published then, and the one of them that the token names.
    published: Option<(Arc<[VerifyingKey]>, Option<String>)>,
}

/// Where the keys of an issuer come from.
#[derive(Debug)]
pub(crate) enum Keys {
    /// The document.
    One(Box<VerifyingKey>),
    /// The issuer, which publishes them.
    Published(KeySet),
}

/// Whom a token must be meant for.
#[derive(Debug)]
pub(crate) enum Audiences {
    /// Anybody: the document switched the check off.
    Anybody,
    OneOf(Vec<String>),
}

impl Issuer {
    /// Whom a token speaks for. Its signature is checked first, so that nothing else is told of a token that the issuer did
    /// not make. `now_ms` is the time in milliseconds since the Unix epoch.
    pub(crate) async fn accept(&self, token: Token<'_>, now_ms: u64) -> Result<Accepted, AuthFailure> {
        let published = match &self.keys {
            Keys::One(_) => None,
            Keys::Published(set) => {
                let keys = set.keys(token.key_id.as_deref()).await;
                Some((keys.map_err(|refusal| self.failure(None, refusal))?, token.key_id.clone()))
            }
        };
        let keys = match (&self.keys, &published) {
            (_, Some((keys, _))) => keys,
            (Keys::One(key), None) => std::slice::from_ref(&**key),
            (Keys::Published(_), None) => &[],
        };
        let key = chosen(keys, &token).map_err(|refusal| {
            // Only a key that is alone is the one that was meant.
            let alone = <&[VerifyingKey; 1]>::try_from(keys).ok().map(|[key]| key);
            self.failure(alone, refusal)
        })?;
        let checked = self.check_all(key, token, now_ms).map_err(|refusal| self.failure(Some(key), refusal));
        checked.map(|(principal, until_ms)| Accepted { principal, at_ms: now_ms, until_ms, published })
    }

    /// What callers may know of it. Which algorithms keys that it publishes may be used with is known once they are fetched.
    pub(crate) fn told(&self) -> TrustedIssuer {
        let of_key = match &self.keys {
            Keys::One(key) => key.algorithms.as_slice(),
            Keys::Published(_) => &[],
        };
        let algorithms = self.algorithms.as_deref().unwrap_or(of_key);
        TrustedIssuer {
            issuer: self.name.clone(),
            audiences: self.audiences.named().to_vec(),
            algorithms: algorithms.iter().map(|algorithm| format!("{algorithm:?}")).collect(),
        }
    }

    /// Whether that token would be accepted again: it has not expired, the clock was not set back, and keys that are
    /// published are those that were published then.
    pub(crate) async fn still_accepts(&self, accepted: &Accepted, now_ms: u64) -> bool {
        if now_ms < accepted.at_ms || accepted.until_ms <= i128::from(now_ms) {
            return false;
        }
        match (&self.keys, &accepted.published) {
            (Keys::One(_), None) => true,
            (Keys::Published(set), Some((then, named))) => {
                set.keys(named.as_deref()).await.is_ok_and(|now| Arc::ptr_eq(&now, then))
            }
            _ => false,
        }
    }

    /// The principal of a token and when it expires.
    fn check_all(&self, key: &VerifyingKey, token: Token<'_>, now_ms: u64) -> Result<(Principal, i128), Refusal> {
        self.check_signature(key, &token)?;
        let until_ms = self.check_times(&token.claims, now_ms)?;
        self.audiences.check(self.mapping.audience(&token.claims))?;
        Ok((self.mapping.principal(token.claims)?, until_ms))
    }

    /// A refusal with issuer and key named as the document or the issuer names them, never as the token does.
    fn failure(&self, key: Option<&VerifyingKey>, refusal: Refusal) -> AuthFailure {
        let key = key.and_then(|key| key.id.as_ref()).map(|id| format!(", key `{id}`")).unwrap_or_default();
        AuthFailure { code: refusal.code, note: format!("issuer `{}`{key}: {}", self.name, refusal.check) }
    }

    fn check_signature(&self, key: &VerifyingKey, token: &Token<'_>) -> Result<(), Refusal> {
        let accepted = |algorithm: &Algorithm| {
            key.algorithms.contains(algorithm) && self.algorithms.as_ref().is_none_or(|own| own.contains(algorithm))
        };
        let Some(algorithm) = token.algorithm.filter(accepted) else {
            return Err(Refusal::invalid("`alg` is not accepted for the key"));
        };
        if key.verifies(algorithm, token.signed.as_bytes(), &token.signature) {
            return Ok(());
        }
        Err(Refusal::new(code::AUTH_SIGNATURE, "the signature does not verify"))
    }

    /// When the token expires, the leeway counted in.
    fn check_times(&self, claims: &Map<String, Json>, now_ms: u64) -> Result<i128, Refusal> {
        let now = i128::from(now_ms);
        let leeway = i128::from(self.leeway_s) * 1000;
        let expires = time_ms(claims.get("exp"), "`exp` is not a number")?;
        let expires = expires.ok_or(Refusal::invalid("`exp` is missing"))?;
        let until = expires.saturating_add(leeway);
        if now >= until {
            return Err(Refusal::new(code::AUTH_EXPIRED, "`exp` has passed"));
        }
        let lies_ahead = |time: Option<i128>| time.is_some_and(|time| now + leeway < time);
        if lies_ahead(time_ms(claims.get("nbf"), "`nbf` is not a number")?) {
            return Err(Refusal::new(code::AUTH_NOT_YET_VALID, "`nbf` lies ahead"));
        }
        if lies_ahead(time_ms(claims.get("iat"), "`iat` is not a number")?) {
            return Err(Refusal::new(code::AUTH_NOT_YET_VALID, "`iat` lies ahead"));
        }
        Ok(until)
    }
}

/// The key a token is verified with: the one it names. A key that is alone serves a token that names none, and one that is
/// alone without a name serves any.
fn chosen<'k>(keys: &'k [VerifyingKey], token: &Token<'_>) -> Result<&'k VerifyingKey, Refusal> {
    match (keys, &token.key_id) {
        ([alone], named) if named.is_none() || alone.id.is_none() => Ok(alone),
        (_, None) => Err(Refusal::new(code::AUTH_SIGNATURE, "`kid` is missing, and the issuer has several keys")),
        (keys, Some(named)) => {
            let fits = |key: &&VerifyingKey| token.algorithm.is_some_and(|own| key.algorithms.contains(&own));
            let of_name = || keys.iter().filter(|key| key.id.as_ref() == Some(named));
            // One name may stand for keys of several types (RFC 7517, section 4.5).
            let key = of_name().find(fits).or_else(|| of_name().next());
            key.ok_or(Refusal::new(code::AUTH_SIGNATURE, "`kid` names another key"))
        }
    }
}

impl Audiences {
    /// Those that are named.
    pub(crate) fn named(&self) -> &[String] {
        match self {
            Self::Anybody => &[],
            Self::OneOf(named) => named,
        }
    }

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
