//! A delegator, the issuer it believes, and a backend.

use std::sync::Arc;

use apl_cmf::{
    Capabilities, Capability, Client, Credentials, Draft, Identity, Message, Minted, PrincipalKind, Proofs, Role,
    Secret, Standing, Subject, View,
};
use biscuit_auth::{Biscuit, BlockBuilder, KeyPair, PublicKey};
use cpex_delegator_biscuit::{BiscuitFactory, KIND};
use cpex_sdk::config::PluginConfig;
use cpex_sdk::delegation::{Delegator, MintError, MintRequest, Notes, Party};
use cpex_sdk::testing::{ManualClock, START_MS, block_on, host};
use cpex_sdk::{Factory, Host, Instance};
use serde_json::{Value as Json, json};

use super::backend::Backend;

/// When tests begin, in seconds since the Unix epoch.
pub(super) const START: u64 = START_MS / 1000;

pub(super) struct Bench {
    pub(super) issuer: KeyPair,
    pub(super) clock: Arc<ManualClock>,
    delegator: Arc<dyn Delegator>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::configured(&json!({}))
    }

    /// A delegator with these keys over the smallest config.
    pub(super) fn configured(over: &Json) -> Self {
        let (issuer, clock) = (KeyPair::new(), Arc::new(ManualClock::default()));
        let mut config = json!({ "root_public_key": { "kind": "hex", "hex": issuer.public().to_bytes_hex() } });
        over.as_object().unwrap().iter().for_each(|(key, value)| config[key] = value.clone());
        let host = Host { clock: Arc::clone(&clock) as Arc<_>, ..host() };
        let declaration = PluginConfig { config, capabilities: may_read(), ..PluginConfig::new("narrow", KIND) };
        match BiscuitFactory.build(&declaration, &host) {
            Ok(Instance::Delegator(delegator)) => Self { issuer, clock, delegator },
            other => panic!("expected a delegator, found {other:?}"),
        }
    }

    /// A token of the issuer with this Datalog in its first block.
    pub(super) fn issue(&self, datalog: &str) -> Biscuit {
        Biscuit::builder().code(datalog).unwrap().build(&self.issuer).unwrap()
    }

    pub(super) fn mint(&self, step: &Step) -> Result<Minted, MintError> {
        let draft = Draft::new(Message::new(Role::User, Vec::new()));
        let subject = Subject { id: "ada".to_owned(), ..Subject::default() };
        let client = Client { id: "assistant".to_owned(), ..Client::default() };
        let identity = Identity { subject: Some(subject), client: Some(client), ..Identity::default() };
        let mut envelope = draft.identify(identity, Standing::Verified, START_MS);
        envelope.receive_credentials(step.credentials.clone(), step.proofs.clone());
        let notes = Notes::default();
        let permissions: Vec<Arc<str>> = step.permissions.iter().map(|permission| Arc::from(*permission)).collect();
        let request = MintRequest {
            target: None,
            audience: step.audience,
            permissions: &permissions,
            subject: step.subject,
            actor: step.actor,
            operation: View::new(&envelope, may_read()),
            notes: &notes,
        };
        block_on(self.delegator.mint(&request))
    }

    /// Whether a backend that believes the same issuer performs an operation for a token at that time.
    pub(super) fn accepts(&self, token: &Biscuit, audience: &str, operation: &str, time: u64) -> bool {
        let backend = Backend { issuer: self.issuer.public(), audience: audience.to_owned() };
        backend.permits(&token.to_base64().unwrap(), operation, time).is_ok()
    }

    /// What is minted of a token, as the backend reads it.
    pub(super) fn minted(&self, token: &Biscuit, audience: &'static str, permissions: &[&'static str]) -> Biscuit {
        let step = Step { permissions: permissions.to_vec(), ..Step::of(token, audience) };
        read(&self.mint(&step).unwrap(), self.issuer.public())
    }

    /// Why nothing is minted of a token for the audience `pay` and the permission `read`.
    pub(super) fn cause(&self, text: &str) -> String {
        self.mint(&Step::by(text)).unwrap_err().0
    }
}

/// A `delegate` step, what the caller sent, and what the parties were identified by.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) proofs: Proofs,
    pub(super) credentials: Credentials,
    pub(super) subject: Party,
    pub(super) actor: Option<Party>,
    pub(super) audience: &'static str,
    pub(super) permissions: Vec<&'static str>,
}

impl Step {
    /// One for a user who was identified by that text.
    pub(super) fn by(text: &str) -> Self {
        Self { proofs: Proofs::none().with(PrincipalKind::Subject, Secret::from(text)), ..Self::default() }
    }

    /// One for a user with that token.
    pub(super) fn of(token: &Biscuit, audience: &'static str) -> Self {
        Self { audience, ..Self::by(&token.to_base64().unwrap()) }
    }
}

impl Default for Step {
    fn default() -> Self {
        Self {
            proofs: Proofs::none(),
            credentials: Credentials::bearer("of-nobody"),
            subject: Party::User,
            actor: None,
            audience: "pay",
            permissions: vec!["read"],
        }
    }
}

/// The token in the header that is sent.
pub(super) fn read(minted: &Minted, root: PublicKey) -> Biscuit {
    let text = minted.value.expose();
    Biscuit::from_base64(text.strip_prefix("Bearer ").unwrap_or(text), root).unwrap()
}

/// What a holder appends.
pub(super) fn appended(token: &Biscuit, datalog: &str) -> Biscuit {
    token.append(BlockBuilder::new().code(datalog).unwrap()).unwrap()
}

fn may_read() -> Capabilities {
    Capabilities::NONE
        .with(Capability::ReadInboundCredentials)
        .with(Capability::ReadSubject)
        .with(Capability::ReadClient)
}
