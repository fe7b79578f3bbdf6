//! The resolver of an `identity/jwt`.

use std::sync::Arc;

use apl_cmf::Principal;
use cpex_sdk::{AuthFailure, Clock, IdentityResolver, Inbound, Resolution, async_trait, code};
use serde_json::{Map, Value as Json};

use crate::config::Settings;
use crate::issuer::Issuer;
use crate::refusal::Refusal;
use crate::token::Token;

/// Verifies the token of one place.
pub(crate) struct Resolver {
    settings: Settings,
    clock: Arc<dyn Clock>,
}

impl Resolver {
    pub(crate) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock }
    }

    async fn verify(&self, text: &str) -> Result<Principal, AuthFailure> {
        let token = Token::parse(text)?;
        let issuer = self.issuer(&token.claims)?;
        issuer.accept(token, self.clock.now_ms()).await
    }

    fn issuer(&self, claims: &Map<String, Json>) -> Result<&Issuer, Refusal> {
        let name = match claims.get("iss") {
            None => return Err(Refusal::new(code::AUTH_ISSUER, "`iss` is missing")),
            Some(Json::String(name)) => name,
            Some(_) => return Err(Refusal::malformed("`iss` is not text")),
        };
        let issuer = self.settings.issuers.iter().find(|issuer| issuer.name == *name);
        issuer.ok_or(Refusal::new(code::AUTH_ISSUER, "`iss` is not a trusted issuer"))
    }
}

#[async_trait]
impl IdentityResolver for Resolver {
    async fn resolve(&self, inbound: Inbound<'_>) -> Resolution {
        let answer = match self.settings.place.find(inbound.credentials) {
            Ok(None) => return Resolution::Nothing,
            Ok(Some(text)) => self.verify(text).await,
            Err(refusal) => Err(refusal.into()),
        };
        answer.map_or_else(Resolution::Failed, |principal| Resolution::Verified(Box::new(principal)))
    }
}
