//! The delegator of a `delegator/oauth`.

use std::sync::Arc;

use apl_cmf::Minted;
use cpex_sdk::async_trait;
use cpex_sdk::delegation::{Delegator, MintError, MintRequest, Party};

use crate::answer::names_actor;
use crate::cache::Issued;
use crate::config::Settings;
use crate::form::{ACCESS_TOKEN, Form, Purpose, Token};

/// Mints at one token endpoint.
pub(crate) struct OAuth {
    pub(crate) settings: Settings,
    /// Whether it was granted the tokens of callers.
    pub(crate) may_read: bool,
}

/// Who the token is for, and by what they are known.
struct Parties<'m> {
    subject: Subject<'m>,
    actor: Option<&'m str>,
}

/// The subject of a token, with its own.
#[derive(Clone, Copy)]
enum Subject<'m> {
    Caller(Party, &'m str),
    ThisProcess,
}

#[async_trait]
impl Delegator for OAuth {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        let purpose = Purpose::of(request)?;
        let parties = self.parties(request)?;
        let mint = self.issue(&parties, &purpose);
        let issued = match &self.settings.cache {
            Some(cache) => cache.issued(cache.key(made_of(&parties, &purpose, request.actor)), mint).await?,
            None => Arc::new(mint.await?),
        };
        if parties.actor.is_some() && !issued.names_actor {
            request.notes.add("the minted token does not say who acts");
        }
        Ok(Minted {
            header: self.settings.outbound.name().to_owned(),
            value: self.settings.outbound.value(&issued.token),
            audience: request.audience.into(),
            permissions: issued.scopes.clone(),
        })
    }
}

impl OAuth {
    fn parties<'m>(&'m self, request: &MintRequest<'m>) -> Result<Parties<'m>, MintError> {
        let subject = match request.subject {
            Party::ThisWorkload => Subject::ThisProcess,
            party => Subject::Caller(party, self.token(party, request)?),
        };
        let Some(party) = request.actor else { return Ok(Parties { subject, actor: None }) };
        let (Subject::Caller(_, of_subject), Some(_)) = (subject, party.principal()) else {
            return Err(failed("nobody can act for this process, nor it for others"));
        };
        let actor = self.token(party, request)?;
        if actor == of_subject {
            let [subject, actor] = [request.subject, party].map(Party::name);
            return Err(failed(format!(
                "`{subject}` and `{actor}` were identified by one token, which says of nobody that it acts"
            )));
        }
        Ok(Parties { subject, actor: Some(actor) })
    }

    /// The token a party was identified by.
    fn token<'m>(&'m self, party: Party, request: &MintRequest<'m>) -> Result<&'m str, MintError> {
        let named = |what: &str| failed(format!("the token of `{}`: {what}", party.name()));
        if !self.may_read {
            return Err(named("the plugin needs the capability `read_inbound_credentials`"));
        }
        let token = party.principal().and_then(|principal| request.operation.token_of(principal));
        token.ok_or_else(|| named("it was identified by none"))
    }

    async fn issue(&self, parties: &Parties<'_>, purpose: &Purpose<'_>) -> Result<Issued, MintError> {
        let (endpoint, types) = (&self.settings.endpoint, &self.settings.types);
        let actor = parties.actor.map(|text| Token { text, kind: &types.actor });
        let form = match parties.subject {
            Subject::ThisProcess => Form::client_credentials(purpose),
            Subject::Caller(Party::CallerWorkload, assertion) => {
                let asserted = Form::assertion(Token { text: assertion, kind: &types.assertion });
                let own = endpoint.post(&asserted).await;
                let own = own.map_err(|MintError(why)| failed(format!("as the caller workload: {why}")))?;
                Form::exchange(Token { text: own.token.expose(), kind: ACCESS_TOKEN }, actor, purpose)
            }
            Subject::Caller(_, text) => Form::exchange(Token { text, kind: &types.subject }, actor, purpose),
        };
        let answer = endpoint.post(&form).await?;
        let names_actor = actor.is_some() && names_actor(answer.token.expose());
        if actor.is_some() && self.settings.requires_act && !names_actor {
            return Err(failed("the minted token does not say who acts, and `require_act` is set"));
        }
        let scopes = answer.scopes.unwrap_or_else(|| purpose.scopes.to_vec());
        Ok(Issued { token: answer.token, scopes, lifetime: answer.lifetime, names_actor })
    }
}

/// Everything that makes a token; who it is made by is of the cache itself. What may be missing stands with its name.
fn made_of<'p>(parties: &Parties<'p>, purpose: &Purpose<'p>, actor: Option<Party>) -> impl Iterator<Item = &'p str> {
    let subject = match parties.subject {
        Subject::Caller(party, token) => [party.name(), token],
        Subject::ThisProcess => [Party::ThisWorkload.name(), ""],
    };
    let actor = [actor.map_or("", Party::name), parties.actor.unwrap_or_default()];
    let backend = [purpose.audience, purpose.resource.unwrap_or_default()];
    let scopes = purpose.scopes.iter().map(|scope| &**scope);
    subject.into_iter().chain(actor).chain(backend).chain(scopes)
}

fn failed(text: impl Into<String>) -> MintError {
    MintError(text.into())
}
