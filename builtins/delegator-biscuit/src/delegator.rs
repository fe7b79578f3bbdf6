//! The delegator of a `delegator/biscuit`.

use std::sync::Arc;

use apl_cmf::{Minted, Secret};
use biscuit_auth::Biscuit;
use cpex_sdk::delegation::{Delegator, MintError, MintRequest};
use cpex_sdk::{Clock, async_trait};

use crate::attenuation::Purpose;
use crate::config::Settings;
use crate::cost;
use crate::token::{attenuates, verified};

/// Attenuates the Biscuits of callers under one root key.
pub(crate) struct Attenuator {
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Delegator for Attenuator {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        if request.actor.is_some() {
            return Err(MintError("a Biscuit does not say who acts: leave `actor` out".to_owned()));
        }
        let inbound = self.settings.inbound.find(request)?;
        let purpose = Purpose {
            audience: request.audience,
            permissions: request.permissions,
            now: self.clock.now_ms() / 1000,
            lifetime: self.settings.lifetime,
            owner: inbound.owner,
        };
        let minted = self.attenuated(inbound.text, &purpose);
        let minted = minted.map_err(|why| MintError(format!("the token of `{}` {why}", request.subject.name())))?;
        Ok(Minted {
            header: self.settings.outbound.name().to_owned(),
            value: self.settings.outbound.value(&minted),
            audience: request.audience.into(),
            permissions: request.permissions.to_vec(),
        })
    }
}

impl Attenuator {
    fn attenuated(&self, text: &str, purpose: &Purpose<'_>) -> Result<Secret, String> {
        const NOT_MINTED: &str = "cannot be attenuated";
        let inbound = verified(text, &self.settings.root)?;
        let limits = cost::limits(&inbound)?;
        let minted = purpose.narrow(&inbound).and_then(|token| token.to_base64()).map(Secret::new);
        let minted = minted.map_err(|_| NOT_MINTED)?;
        let read_back = Biscuit::from_base64(minted.expose(), self.settings.root);
        let read_back = read_back.ok().filter(|token| attenuates(token, &inbound)).ok_or(NOT_MINTED)?;
        if purpose.permissions.is_empty() && !purpose.passes(&read_back, None, limits.clone()) {
            return Err("does not pass for this audience at this time".to_owned());
        }
        for permission in purpose.permissions {
            if !purpose.passes(&read_back, Some(permission), limits.clone()) {
                return Err(format!("does not pass for `{permission}` and this audience at this time"));
            }
        }
        Ok(minted)
    }
}
