//! A permit: the only thing a backend may be called with.

use std::borrow::Cow;
use std::fmt;
use std::pin::pin;

use apl_cmf::{Envelope, HttpContext, Message, Role, Secret, forwarded};
use apl_core::Denial;
use apl_cpex::Restriction;
use cpex_sdk::delegation::Minted;
use serde_json::{Map, Value as Json};

use crate::context::ContextTable;
use crate::operation::{Answer, Call};
use crate::outcome::Outcome;
use crate::road::decide::Grant;
use crate::road::state::{Journey, Matter};
use crate::shares;
use crate::trace::Recording;
use crate::underway::{Ended, Shared, Underway, shared};
use crate::watched::Watched;

/// Permission to perform what a message asks for, once, and the way its result comes back to be judged. It keeps the policy
/// the operation began under. Dropping it without a result is recorded as `operation.abandoned`.
#[must_use = "a permit that is dropped is recorded as an abandoned operation"]
pub struct Permit {
    held: Underway,
    /// The operations after the first, of a message that asks for several.
    further: Vec<Underway>,
}

impl Permit {
    pub(crate) const fn new(held: Underway, _granted: &Grant) -> Self {
        Self { held, further: Vec::new() }
    }

    /// The same permission for one more operation of the message.
    pub(crate) fn and(&mut self, further: Underway, _granted: &Grant) {
        self.further.push(further);
    }

    /// One permit for each operation of the message, in order, for a host that performs and completes them one by one.
    #[must_use]
    pub fn split(self) -> Vec<Self> {
        let Self { held, further } = self;
        std::iter::once(held).chain(further).map(|held| Self { held, further: Vec::new() }).collect()
    }

    /// What may go to the capability, as policy left it: one message for each operation.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.envelopes().map(Envelope::request)
    }

    /// What may go to the capability, as policy left it; none of a message that asks for several operations, whose
    /// [`messages`](Self::messages) are several.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        let mut messages = self.messages();
        messages.next().filter(|_| self.further.is_empty())
    }

    /// Takes out what goes to the capability. Arguments stay readable for the phases after the operation where those
    /// read them.
    #[must_use]
    pub fn take_call(&mut self) -> Call {
        let message = Message::join(std::iter::once(&mut self.held).chain(&mut self.further).filter_map(release));
        // Unreachable from outside: only the methods that consume the permit empty it.
        let message = message.unwrap_or_else(|| Message::new(Role::Assistant, Vec::new()));
        Call { message, credentials: Vec::new(), read_headers: self.read_headers() }
    }

    /// The HTTP request that carried the operation, as plugins left its headers; none where nothing is known of it.
    #[must_use]
    pub fn http(&self) -> Option<&HttpContext> {
        self.envelopes().last().map(Envelope::http)
    }

    /// What the host attached to the operation, as plugins left it.
    #[must_use]
    pub fn custom(&self) -> Option<&Map<String, Json>> {
        self.envelopes().last().map(Envelope::custom)
    }

    /// Takes out the credentials that were minted for the backend, each for a header of its own: once. Those of a message
    /// that asks for several operations are had from the permits it is [split](Self::split) into, since each is for its own
    /// operation; here they are none.
    #[must_use]
    pub fn credentials(&mut self) -> Vec<Minted> {
        if self.further.is_empty() { minted(&mut self.held) } else { Vec::new() }
    }

    /// The headers that the operation goes to its backend with, made of those that were received: none that commonly holds
    /// credentials, such as `Authorization`, nor any that identified the caller or was made into another credential; and the
    /// minted ones, which are taken out as [`credentials`](Self::credentials) does, each in place of any header of its name in
    /// any case.
    #[must_use]
    pub fn headers<N, V>(&mut self, received: impl IntoIterator<Item = (N, V)>) -> Vec<(String, Secret)>
    where
        N: Into<String>,
        V: Into<Secret>,
    {
        forwarded(received, &self.read_headers(), &self.credentials())
    }

    /// A text of the answer that the host passes on itself, such as the value of a header, without the credentials that
    /// were minted for the backend. What [`complete`](Self::complete) releases has none of them.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let once = |text: Cow<'t, str>, envelope: &Envelope| match envelope.redact(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(redacted) => Cow::Owned(redacted),
        };
        self.envelopes().fold(Cow::Borrowed(text), once)
    }

    /// The same of every operation, with the identifier of its request.
    pub(crate) fn credentials_by_request(&mut self) -> Vec<(String, Vec<Minted>)> {
        let operations = std::iter::once(&mut self.held).chain(&mut self.further);
        let each = operations.filter_map(|underway| {
            let minted = minted(underway);
            (!minted.is_empty()).then(|| (underway.request_id().unwrap_or_default().to_owned(), minted))
        });
        each.collect()
    }

    /// What the host's router may choose from; none where nothing restricts it. Of several operations it is what all of
    /// them leave.
    #[must_use]
    pub fn restriction(&self) -> Option<Restriction> {
        if self.further.is_empty() {
            return Restriction::fold(&self.held.journey()?.passage.yields.narrowings);
        }
        let journeys = self.operations().filter_map(Underway::journey);
        let narrowings: Vec<_> =
            journeys.flat_map(|journey| journey.passage.yields.narrowings.iter().cloned()).collect();
        Restriction::fold(&narrowings)
    }

    /// Judges what the capability answered. What the caller may see is in the outcome and nowhere else.
    ///
    /// Of several operations every result refers to the request it answers, and none is missing; one that is denied denies
    /// them all.
    pub async fn complete(self, answer: Answer) -> Outcome<Answer> {
        match pin!(self.end(answer)).await {
            Some(ended) => ended.outcome,
            None => Outcome::engine_down(),
        }
    }

    /// The same, with what is left of it; none of a permit that was used up.
    pub(crate) async fn end(self, answer: Answer) -> Option<Ended> {
        let Self { held, mut further } = self;
        if further.is_empty() {
            return pin!(held.end(answer)).await;
        }
        further.insert(0, held);
        Some(shares::after(further, answer).await)
    }

    /// The operation; of several the first, and the others are let go of.
    pub(crate) fn into_first(self) -> Underway {
        self.held
    }

    /// The operation, where it is one.
    pub(crate) fn one(&self) -> Option<&Journey> {
        self.held.journey().filter(|_| self.further.is_empty())
    }

    /// How many bytes of JSON what came back may take, where the document bounds it.
    pub(crate) fn max_bytes(&self) -> Option<u64> {
        self.held.journey().and_then(|journey| journey.passage.snapshot.settings.max_payload_bytes)
    }

    /// Denies what came back before it is judged.
    pub(crate) async fn refuse(self, denial: Denial) -> Outcome<Answer> {
        let mut outcome = Outcome::engine_down();
        for mut underway in std::iter::once(self.held).chain(self.further) {
            underway.turn();
            let settled = underway.refuse(denial.clone()).await;
            outcome = settled.map_or_else(Outcome::engine_down, |settled| underway.conclude(settled).denied());
        }
        outcome
    }

    /// The name of the entity that the operation is on; of several, none.
    pub(crate) fn entity(&self) -> Option<&str> {
        self.one()?.entity().map(|entity| entity.name)
    }

    /// What plugins keep of the request, lent to a hook between those around the operation.
    pub(crate) fn take_contexts(&mut self) -> ContextTable {
        self.further.last_mut().unwrap_or(&mut self.held).take_contexts()
    }

    /// Takes it back.
    pub(crate) fn put_contexts(&mut self, contexts: ContextTable) {
        self.further.last_mut().unwrap_or(&mut self.held).put_contexts(contexts);
    }

    /// What plugins may have changed beside the payload.
    pub(crate) fn shared(&self) -> Shared {
        self.operations().last().and_then(Underway::journey).map(shared).unwrap_or_default()
    }

    /// Completes it with the recording of what policy did.
    pub(crate) async fn explain(mut self, answer: Answer) -> (Outcome<Answer>, Option<Box<Recording>>) {
        if let Some(journey) = self.held.journey_mut() {
            journey.passage.trace = Some(Box::default());
        }
        match pin!(self.end(answer)).await {
            Some(Ended { outcome, trace, .. }) => (outcome, trace),
            None => (Outcome::engine_down(), None),
        }
    }

    /// Watches what is read of the operation from here on.
    pub(crate) fn watch(&mut self, watched: Box<Watched>) {
        if let Some(journey) = self.held.journey_mut() {
            journey.passage.watched = Some(watched);
        }
    }

    fn read_headers(&self) -> Vec<String> {
        self.envelopes().flat_map(Envelope::read_headers).map(str::to_owned).collect()
    }

    fn operations(&self) -> impl Iterator<Item = &Underway> {
        std::iter::once(&self.held).chain(&self.further)
    }

    fn envelopes(&self) -> impl Iterator<Item = &Envelope> {
        self.operations().filter_map(|underway| underway.journey().and_then(Journey::envelope))
    }
}

fn release(underway: &mut Underway) -> Option<Message> {
    let journey = underway.journey_mut()?;
    let keep = journey.passage.plan().is_some_and(|plan| plan.post_reads_args);
    match &mut journey.matter {
        Matter::Envelope(envelope) => Some(envelope.release_request(keep)),
        Matter::Draft(_) => None,
    }
}

fn minted(underway: &mut Underway) -> Vec<Minted> {
    match underway.journey_mut().map(|journey| &mut journey.matter) {
        Some(Matter::Envelope(envelope)) => envelope.take_minted(),
        Some(Matter::Draft(_)) | None => Vec::new(),
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}
