//! The envelope of one identified operation.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::change::{Author, Change, ChangeKind, Entry, LabelScope, Ledger, Refused, Side, Slot};
use crate::context::without_credentials;
use crate::extension;
use crate::phase::PhaseState;
use crate::reading::Reading;
use crate::slots::Slots;
use crate::{
    AgentContext, Capability, ContentPart, DataPolicy, Delegation, Elicitation, Entity, EntityKind, ExtensionChange,
    Grant, HttpContext, Identity, Message, MessagePayload, Meta, NameSet, ObjectProfile, RequestContext, Workload,
};

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
    identity: Identity,
    standing: Standing,
    received_ms: u64,
    /// None until the session's labels were loaded.
    session_labels: Option<NameSet>,
    message_labels: NameSet,
    phase: PhaseState,
    reading: Reading,
    ledger: Ledger,
}

impl Envelope {
    pub(crate) fn new(
        request: Message,
        slots: Slots,
        identity: Identity,
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
            phase: PhaseState::default(),
            reading: Reading::default(),
            ledger: Ledger::default(),
        }
    }

    /// Makes a change, if tier and capability allow it, and notes it; answers whether anything is different now.
    ///
    /// # Errors
    /// When the author may not make such a change; the envelope is then as before.
    pub fn apply(&mut self, author: &Author, change: Change<'_>) -> Result<bool, Refused> {
        match change {
            Change::Label(label, scope) => self.add_label(author, label, scope),
            Change::Extension(ExtensionChange::Label(label, scope)) => self.add_label(author, label, scope),
            Change::Extension(change) => self.extend(author, change),
            Change::Grant(grant) => {
                let path = Arc::clone(&grant.audience);
                self.state(author, Slot::Delegation, path, |phase| phase.grant = Some(grant))
            }
            Change::Elicit(elicitation) => {
                let path = Arc::clone(&elicitation.id);
                self.state(author, Slot::Elicitation, path, |phase| phase.elicitation = Some(elicitation))
            }
            Change::Edit { side, path, edit } => {
                let changed = edit(self.parts_mut(side)?);
                if changed {
                    self.ledger.note(Entry {
                        author: author.clone(),
                        slot: slot_of(side),
                        path,
                        kind: ChangeKind::Modify,
                    });
                }
                Ok(changed)
            }
            Change::Replace { side, content } => self.replace(author, side, content),
        }
    }

    /// Receives the headers an answer came with by HTTP, in place of what the host stated before; credentials are left out.
    pub fn response_headers(&mut self, headers: BTreeMap<String, String>) {
        Arc::make_mut(self.slots.http.get_or_insert_default()).response_headers = without_credentials(headers);
    }

    /// Receives what the capability answered; the post phases judge it.
    pub fn answer(&mut self, response: Message) {
        self.response = Some(MessagePayload { message: response });
        self.reading = Reading::default();
        let data = self.slots.data.clone();
        let labels = data.iter().flat_map(|data| data.values()).flat_map(|policy| policy.apply_labels.as_slice());
        for label in labels {
            // The runtime may add any label of an operation.
            let _ = self.add_label(&Author::Runtime, Arc::clone(label), LabelScope::Message);
        }
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
        &self.identity
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

    /// The chain of delegation that led to the caller.
    #[must_use]
    pub fn delegation(&self) -> &Delegation {
        self.slots.delegation()
    }

    /// The request it belongs to.
    #[must_use]
    pub fn request_context(&self) -> &RequestContext {
        self.slots.request()
    }

    /// The agent that acts.
    #[must_use]
    pub fn agent(&self) -> &AgentContext {
        self.slots.agent()
    }

    /// The HTTP request that carried it, to be shared; none where nothing is known of it.
    #[must_use]
    pub fn shared_http(&self) -> Option<Arc<HttpContext>> {
        self.slots.http.clone()
    }

    /// What the host attached, to be shared; none where it attached nothing.
    #[must_use]
    pub fn shared_custom(&self) -> Option<Arc<Map<String, Json>>> {
        self.slots.custom.clone()
    }

    /// The HTTP request that carried it.
    #[must_use]
    pub fn http(&self) -> &HttpContext {
        self.slots.http()
    }

    /// Profiles of the objects it touches, by their names.
    #[must_use]
    pub fn objects(&self) -> &BTreeMap<String, ObjectProfile> {
        self.slots.objects()
    }

    /// What holds for the data it gives out, by their names.
    #[must_use]
    pub fn data(&self) -> &BTreeMap<String, DataPolicy> {
        self.slots.data()
    }

    /// What the host knows of the entity.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        self.slots.meta()
    }

    /// The MCP context.
    #[must_use]
    pub fn mcp(&self) -> &Map<String, Json> {
        self.slots.mcp()
    }

    /// The inference context.
    #[must_use]
    pub fn llm(&self) -> &Map<String, Json> {
        self.slots.llm()
    }

    /// The completion context.
    #[must_use]
    pub fn completion(&self) -> &Map<String, Json> {
        self.slots.completion()
    }

    /// Where its content came from.
    #[must_use]
    pub fn provenance(&self) -> &Map<String, Json> {
        self.slots.provenance()
    }

    /// The agent framework's context.
    #[must_use]
    pub fn framework(&self) -> &Map<String, Json> {
        self.slots.framework()
    }

    /// The workload this process is.
    #[must_use]
    pub fn this_workload(&self) -> Option<&Workload> {
        self.slots.this_workload.as_deref()
    }

    /// What the host attached.
    #[must_use]
    pub fn custom(&self) -> &Map<String, Json> {
        self.slots.custom()
    }

    /// What was changed, by whom.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn add_label(&mut self, author: &Author, label: Arc<str>, scope: LabelScope) -> Result<bool, Refused> {
        const REFUSED: Refused = Refused { slot: Slot::Labels };
        if let Author::Plugin(_, capabilities) = author
            && !capabilities.has(Capability::AppendLabels)
        {
            return Err(REFUSED);
        }
        let set = match scope {
            LabelScope::Session => self.session_labels.as_mut().ok_or(REFUSED)?,
            LabelScope::Message => &mut self.message_labels,
        };
        if set.contains(&label) {
            return Ok(false);
        }
        *set = set.with(Arc::clone(&label));
        self.ledger.note(Entry { author: author.clone(), slot: Slot::Labels, path: label, kind: ChangeKind::Append });
        Ok(true)
    }

    fn extend(&mut self, author: &Author, change: ExtensionChange) -> Result<bool, Refused> {
        let refused = Refused { slot: change.slot() };
        if !matches!(author, Author::Plugin(_, capabilities) if capabilities.has(change.needs())) {
            return Err(refused);
        }
        let (slot, path, kind) = (change.slot(), change.path(), change.kind());
        let changed = extension::change(&mut self.slots, change).ok_or(refused)?;
        if changed {
            self.ledger.note(Entry { author: author.clone(), slot, path, kind });
        }
        Ok(changed)
    }

    /// States what happened in a phase. A plugin cannot.
    fn state(
        &mut self,
        author: &Author,
        slot: Slot,
        path: Arc<str>,
        set: impl FnOnce(&mut PhaseState),
    ) -> Result<bool, Refused> {
        if matches!(author, Author::Plugin(..)) {
            return Err(Refused { slot });
        }
        set(&mut self.phase);
        self.ledger.note(Entry { author: author.clone(), slot, path, kind: ChangeKind::Append });
        Ok(true)
    }

    fn replace(&mut self, author: &Author, side: Side, content: Vec<ContentPart>) -> Result<bool, Refused> {
        let message = self.message_mut(side)?;
        if message.content == content {
            return Ok(false);
        }
        message.content = content;
        self.ledger.note(Entry {
            author: author.clone(),
            slot: slot_of(side),
            path: Arc::from(""),
            kind: ChangeKind::Modify,
        });
        Ok(true)
    }

    fn parts_mut(&mut self, side: Side) -> Result<&mut [ContentPart], Refused> {
        self.message_mut(side).map(|message| message.content.as_mut_slice())
    }

    fn message_mut(&mut self, side: Side) -> Result<&mut Message, Refused> {
        self.reading = Reading::default();
        match side {
            Side::Args => Ok(&mut self.request.message),
            Side::Result => {
                self.response.as_mut().map(|payload| &mut payload.message).ok_or(Refused { slot: Slot::Result })
            }
        }
    }
}

const fn slot_of(side: Side) -> Slot {
    match side {
        Side::Args => Slot::Args,
        Side::Result => Slot::Result,
    }
}
