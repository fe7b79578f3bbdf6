//! A permit: the only thing a backend may be called with.

use std::fmt;
use std::sync::Arc;

use apl_cmf::{Envelope, HttpContext, Message, Role};
use apl_cpex::Restriction;
use cpex_sdk::delegation::Minted;
use serde_json::{Map, Value as Json};

use crate::context::ContextTable;
use crate::operation::{Answer, Call};
use crate::outcome::{Decision, Outcome};
use crate::road::decide::Grant;
use crate::road::settle::Settled;
use crate::road::state::{Journey, Matter};
use crate::trace::Recording;
use crate::underway::Underway;

/// Permission to perform one operation once, and the way its result comes back to be judged. It keeps the policy the
/// operation began under. Dropping it without a result is recorded as `operation.abandoned`.
#[must_use = "a permit that is dropped is recorded as an abandoned operation"]
pub struct Permit {
    held: Underway,
}

impl Permit {
    pub(crate) const fn new(held: Underway, _granted: &Grant) -> Self {
        Self { held }
    }

    /// What may go to the capability: the message as policy left it.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        self.held.journey().and_then(Journey::envelope).map(Envelope::request)
    }

    /// Takes out what goes to the capability. Arguments stay readable for the phases after the operation where those
    /// read them.
    #[must_use]
    pub fn take_call(&mut self) -> Call {
        let keep = self.held.journey().and_then(|held| held.passage.plan()).is_some_and(|plan| plan.post_reads_args);
        let message = match self.held.journey_mut().map(|held| &mut held.matter) {
            Some(Matter::Envelope(envelope)) => envelope.release_request(keep),
            // Unreachable from outside: only the methods that consume the permit empty it.
            Some(Matter::Draft(_)) | None => Message::new(Role::Assistant, Vec::new()),
        };
        Call { message, credentials: Vec::new() }
    }

    /// The HTTP request that carried the operation, as plugins left its headers; none where nothing is known of it.
    #[must_use]
    pub fn http(&self) -> Option<&HttpContext> {
        self.held.journey().and_then(Journey::envelope).map(Envelope::http)
    }

    /// What the host attached to the operation, as plugins left it.
    #[must_use]
    pub fn custom(&self) -> Option<&Map<String, Json>> {
        self.held.journey().and_then(Journey::envelope).map(Envelope::custom)
    }

    /// Takes out the credentials that were minted for the backend, each for a header of its own: once.
    #[must_use]
    pub fn credentials(&mut self) -> Vec<Minted> {
        self.held.journey_mut().map(|held| std::mem::take(&mut held.passage.yields.minted)).unwrap_or_default()
    }

    /// What the host's router may choose from; none where nothing restricts it.
    #[must_use]
    pub fn restriction(&self) -> Option<Restriction> {
        self.held.journey().and_then(|held| Restriction::fold(&held.passage.yields.narrowings))
    }

    /// Judges what the capability answered. What the caller may see is in the outcome and nowhere else.
    pub async fn complete(self, answer: Answer) -> Outcome<Answer> {
        match self.end(answer).await {
            Some((journey, settled)) => outcome_of(journey, settled),
            None => Outcome::engine_down(),
        }
    }

    /// The same, before it is made an outcome of; none of a permit that was used up.
    pub(crate) async fn end(mut self, answer: Answer) -> Option<(Journey, Settled)> {
        let settled = self.held.after(answer).await?;
        Some((self.held.into_journey()?, settled))
    }

    /// The name of the entity that the operation is on.
    pub(crate) fn entity(&self) -> Option<&str> {
        self.held.journey().and_then(Journey::entity).map(|entity| entity.name)
    }

    /// What plugins keep of the request, lent to a hook between those around the operation.
    pub(crate) fn take_contexts(&mut self) -> ContextTable {
        self.held.journey_mut().map(|held| std::mem::take(&mut held.passage.contexts)).unwrap_or_default()
    }

    /// Takes it back.
    pub(crate) fn put_contexts(&mut self, contexts: ContextTable) {
        if let Some(held) = self.held.journey_mut() {
            held.passage.contexts = contexts;
        }
    }

    /// What plugins may have changed beside the payload.
    pub(crate) fn shared(&self) -> Shared {
        self.held.journey().map(shared).unwrap_or_default()
    }

    /// The same, with the recording of what policy did.
    pub(crate) async fn explain(mut self, answer: Answer) -> (Outcome<Answer>, Option<Box<Recording>>) {
        if let Some(journey) = self.held.journey_mut() {
            journey.passage.trace = Some(Box::default());
        }
        let Some((mut journey, settled)) = self.end(answer).await else { return (Outcome::engine_down(), None) };
        let trace = journey.passage.trace.take();
        (outcome_of(journey, settled), trace)
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// The HTTP request that carried an operation, and what the host attached to it.
pub(crate) type Shared = (Option<Arc<HttpContext>>, Option<Arc<Map<String, Json>>>);

/// What plugins may have changed of an operation beside the payload.
pub(crate) fn shared(journey: &Journey) -> Shared {
    let envelope = journey.envelope();
    (envelope.and_then(Envelope::shared_http), envelope.and_then(Envelope::shared_custom))
}

/// The outcome of the side after an operation.
pub(crate) fn outcome_of(journey: Journey, settled: Settled) -> Outcome<Answer> {
    let Settled { end, report } = settled;
    let answered = match journey.matter {
        Matter::Envelope(envelope) => envelope.into_messages().1,
        Matter::Draft(_) => None,
    };
    let decision = match (end, answered) {
        (Decision::Allow(_), Some(message)) => Decision::Allow(Answer::new(message)),
        (Decision::Allow(_), None) => return Outcome::engine_down(),
        (Decision::Deny(violation), _) => Decision::Deny(violation),
        (Decision::Pending(pending), _) => Decision::Pending(pending),
    };
    Outcome { decision, report }
}
