//! The resolver of an `identity/jwt`.

use std::sync::Arc;

use apl_cmf::Principal;
use cpex_sdk::{Accepts, AuthFailure, Clock, IdentityResolver, Inbound, Resolution, TrustedIssuer, async_trait, code};
use serde_json::{Map, Value as Json};

use crate::config::Settings;
use crate::issuer::{Accepted, Issuer};
use crate::refusal::Refusal;
use crate::token::{self, Token};
use crate::verified::{self, Verified};

/// Verifies the token of one place, and tells again what came of those it verified.
pub(crate) struct Resolver {
    settings: Settings,
    clock: Arc<dyn Clock>,
    verified: Verified<Known>,
}

/// A token that was verified.
struct Known {
    /// Its issuer, by its place among the trusted ones.
    issuer: usize,
    accepted: Accepted,
}

impl Resolver {
    pub(crate) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock, verified: Verified::default() }
    }

    async fn verify(&self, text: &str) -> Result<Principal, AuthFailure> {
        token::check_length(text)?;
        let now_ms = self.clock.now_ms();
        let digest = verified::digest(text);
        if let Some(known) = self.verified.find(&digest)
            && let Some(issuer) = self.settings.issuers.get(known.issuer)
            && issuer.still_accepts(&known.accepted, now_ms).await
        {
            return Ok(known.accepted.principal.clone());
        }
        let token = Token::parse(text)?;
        let (index, issuer) = self.issuer(&token.claims)?;
        let accepted = issuer.accept(token, now_ms).await?;
        let principal = accepted.principal.clone();
        self.verified.keep(digest, Arc::new(Known { issuer: index, accepted }));
        Ok(principal)
    }

    fn issuer(&self, claims: &Map<String, Json>) -> Result<(usize, &Issuer), Refusal> {
        let name = match claims.get("iss") {
            None => return Err(Refusal::new(code::AUTH_ISSUER, "`iss` is missing")),
            Some(Json::String(name)) => name,
            Some(_) => return Err(Refusal::malformed("`iss` is not text")),
        };
        let issuer = self.settings.issuers.iter().enumerate().find(|(_, issuer)| issuer.name == *name);
        issuer.ok_or(Refusal::new(code::AUTH_ISSUER, "`iss` is not a trusted issuer"))
    }
}

#[async_trait]
impl IdentityResolver for Resolver {
    fn accepts(&self) -> Option<Accepts> {
        let issuers: Vec<TrustedIssuer> = self.settings.issuers.iter().map(Issuer::told).collect();
        let has_scopes = self.settings.issuers.iter().any(|issuer| issuer.mapping.has_scopes());
        Some(self.settings.place.accepts(issuers, has_scopes))
    }

    async fn resolve(&self, inbound: Inbound<'_>) -> Resolution {
        let text = match self.settings.place.find(inbound.credentials) {
            Ok(None) => return Resolution::Nothing,
            Ok(Some(text)) => text,
            Err(refusal) => return Resolution::Failed(refusal.into()),
        };
        match self.verify(text).await {
            Ok(principal) => Resolution::by_token(principal, text),
            Err(failure) => Resolution::Failed(failure),
        }
    }
}

#[cfg(test)]
mod tests;
