//! The envelope of one identified operation.

mod answer_labels;
mod apply;
mod context;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::change::{Change, LabelScope, Ledger, Side};
use crate::context::without_credentials;
use crate::credential::{Credentials, Minted, Proofs, RawCredentials};
use crate::echo::Echoes;
use crate::phase::PhaseState;
use crate::reading::Reading;
use crate::slots::Slots;
use crate::{ContentPart, Elicitation, Entity, EntityKind, Grant, Identity, Message, MessagePayload, NameSet};

/// How an identity came to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody was identified.
    Anonymous,
    /// Identity plugins verified credentials.
    Verified,
    /// The host stated it.
    Vouched,
}

/// One operation and all that policy may know of it. The identity is fixed; every change goes through
/// [`Envelope::apply`].
#[derive(Clone, Debug)]
pub struct Envelope {
    request: MessagePayload,
    response: Option<MessagePayload>,
    slots: Slots,
    /// None of an anonymous caller. In a box, since it is large and handed on from place to place.
    identity: Option<Box<Identity>>,
    standing: Standing,
    received_ms: u64,
    /// None until the session's labels were loaded.
    session_labels: Option<NameSet>,
    message_labels: NameSet,
    /// None while there are none.
    credentials: Option<Arc<RawCredentials>>,
    phase: PhaseState,
    reading: Reading,
    ledger: Ledger,
}

impl Envelope {
    pub(crate) fn new(
        request: Message,
        slots: Slots,
        identity: Option<Box<Identity>>,
        standing: Standing,
        received_ms: u64,
    ) -> Self {
        Self {
            request: MessagePayload { message: request },
            response: None,
            slots,
            identity,
            standing,
            received_ms,
            session_labels: None,
            message_labels: NameSet::default(),
            credentials: None,
            phase: PhaseState::default(),
            reading: Reading::default(),
            ledger: Ledger::default(),
        }
    }

    /// Receives the headers an answer came with by HTTP, in place of what the host stated before; credentials are left out.
    pub fn response_headers(&mut self, mut headers: BTreeMap<String, String>) {
        if let Some(echoes) = self.echoes() {
            headers.values_mut().for_each(|value| *value = echoes.redact(value).into_owned());
        }
        Arc::make_mut(self.slots.http.get_or_insert_default()).response_headers = without_credentials(headers);
    }

    /// Receives the tokens the caller sent, and those of them that principals were identified by, for those who may read them.
    pub fn receive_credentials(&mut self, inbound: Credentials, proofs: Proofs) {
        if !inbound.is_empty() {
            let held = Arc::make_mut(self.credentials.get_or_insert_default());
            (held.inbound, held.proofs) = (inbound, proofs);
        }
    }

    /// Takes out the credentials that were minted for the backend, each for a header of its own: once.
    #[must_use]
    pub fn take_minted(&mut self) -> Vec<Minted> {
        self.credentials.as_mut().map(|held| Arc::make_mut(held).take_minted()).unwrap_or_default()
    }

    /// The tokens the caller sent.
    #[must_use]
    pub(crate) fn inbound(&self) -> Option<&Credentials> {
        self.credentials.as_deref().map(|held| &held.inbound)
    }

    /// The tokens that principals were identified by.
    pub(crate) fn proofs(&self) -> Option<&Proofs> {
        self.credentials.as_deref().map(|held| &held.proofs)
    }

    /// The credentials that were minted for the backend.
    pub(crate) fn minted(&self) -> impl Iterator<Item = &Minted> {
        self.credentials.iter().flat_map(|held| held.minted())
    }

    /// The lower-case names of the headers of the caller that were asked for as credentials.
    pub fn read_headers(&self) -> impl Iterator<Item = &str> {
        self.inbound().into_iter().flat_map(Credentials::read_headers)
    }

    /// A text of the answer without the credentials that were minted for the backend.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.echoes().map_or(Cow::Borrowed(text), |echoes| echoes.redact(text))
    }

    /// Takes the credentials that were minted for the backend out of what it answered; answers whether there were any.
    pub fn redact_message(&self, response: &mut Message) -> bool {
        self.echoes().is_some_and(|echoes| echoes.redact_message(response))
    }

    /// Whether the backend may have been sent a credential that its answer could hold.
    #[must_use]
    pub fn may_be_echoed(&self) -> bool {
        self.echoes().is_some()
    }

    fn echoes(&self) -> Option<Echoes> {
        self.credentials.as_deref().and_then(RawCredentials::echoes)
    }

    /// Receives what the capability answered, without the credentials that were minted for it; the post phases judge it.
    /// Answers whether there were any.
    pub fn answer(&mut self, mut response: Message) -> bool {
        let held_credentials = self.redact_message(&mut response);
        self.response = Some(MessagePayload { message: response });
        self.reading = Reading::default();
        for (author, label) in self.answer_labels(LabelScope::Message) {
            // The host may put any label on an operation.
            let _ = self.apply(&author, Change::label(label, LabelScope::Message));
        }
        held_credentials
    }

    /// Makes the labels of the session readable. What was bound before stays: labels only grow.
    pub fn bind_session(&mut self, labels: &NameSet) {
        let bound = self.session_labels.get_or_insert_default();
        *bound = bound.union(labels);
    }

    /// Takes out what goes to the capability. The envelope keeps what the message is about, and its arguments only if
    /// they are to stay readable.
    pub fn release_request(&mut self, keep_arguments: bool) -> Message {
        if keep_arguments {
            return self.request.message.clone();
        }
        let kept = self.request.message.content.iter().filter_map(ContentPart::asking);
        let kept = Message::new(self.request.message.role, kept.collect());
        std::mem::replace(&mut self.request.message, kept)
    }

    /// Begins a new ledger and gives the old one.
    pub fn begin_ledger(&mut self) -> Ledger {
        std::mem::take(&mut self.ledger)
    }

    /// Turns to the other side of the operation: its phases have minted nothing and asked nobody yet.
    pub fn turn(&mut self) {
        self.phase = PhaseState::default();
        self.ledger = Ledger::default();
    }

    /// The MCP server the entity lives on, as the host says.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.slots.mcp().get("server").and_then(Json::as_str)
    }

    /// What goes to the capability.
    #[must_use]
    pub const fn request(&self) -> &Message {
        &self.request.message
    }

    /// What came back from it, once it did.
    #[must_use]
    pub fn response(&self) -> Option<&Message> {
        self.response.as_ref().map(|payload| &payload.message)
    }

    /// The payload of one side, as a plugin gets it; the result has none before the capability answered.
    #[must_use]
    pub const fn payload(&self, side: Side) -> Option<&MessagePayload> {
        match side {
            Side::Args => Some(&self.request),
            Side::Result => self.response.as_ref(),
        }
    }

    /// Takes the envelope apart into what goes to the capability and what came back from it.
    #[must_use]
    pub fn into_messages(self) -> (Message, Option<Message>) {
        (self.request.message, self.response.map(|payload| payload.message))
    }

    /// The entity a message of that kind of hook is about; of an HTTP request its path.
    #[must_use]
    pub fn entity(&self, kind: EntityKind) -> Option<Entity<'_>> {
        self.slots.entity(kind, &self.request.message)
    }

    /// Arguments of the operation: those of the request it makes, or the URI of the resource as `uri`. The body of an HTTP
    /// request that came as text is the argument `body`, if it is a JSON object or array.
    #[must_use]
    pub fn arguments(&self) -> Option<&Map<String, Json>> {
        let parts = &self.request.message.content;
        self.reading.arguments(parts).or_else(|| parts.iter().find_map(ContentPart::arguments))
    }

    /// The result, once there is one: the structured answer, or where there is none the first text that is a JSON object
    /// or array.
    #[must_use]
    pub fn result(&self) -> Option<&Json> {
        let parts = &self.response()?.content;
        let structured = parts.iter().find_map(|part| match part {
            ContentPart::ToolResult(result) if !result.content.is_null() => Some(&result.content),
            _ => None,
        });
        structured.or_else(|| self.reading.result(parts))
    }

    /// The verified principals.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        match &self.identity {
            Some(identity) => identity,
            None => Identity::NOBODY,
        }
    }

    /// How they came to be believed.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// When the operation was received, in milliseconds since the Unix epoch.
    #[must_use]
    pub const fn received_ms(&self) -> u64 {
        self.received_ms
    }

    /// Labels of the session; none while the session is not bound.
    #[must_use]
    pub const fn session_labels(&self) -> Option<&NameSet> {
        self.session_labels.as_ref()
    }

    /// Labels of this operation.
    #[must_use]
    pub const fn message_labels(&self) -> &NameSet {
        &self.message_labels
    }

    /// The latest credential that was minted in the phases of this side.
    #[must_use]
    pub const fn grant(&self) -> Option<&Grant> {
        self.phase.grant.as_ref()
    }

    /// The latest approval that was asked for in the phases of this side.
    #[must_use]
    pub const fn elicitation(&self) -> Option<&Elicitation> {
        self.phase.elicitation.as_ref()
    }

    /// What was changed, by whom.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}
