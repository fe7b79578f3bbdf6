//! An operation that is under way. However the host lets go of it, it leaves a record.

use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use apl_cmf::{ContentPart, Envelope, HttpContext, Message};
use apl_core::Denial;
use cpex_sdk::code;
use serde_json::{Map, Value as Json};

use crate::context::ContextTable;
use crate::invoke;
use crate::operation::{Answer, Caller};
use crate::outcome::{Decision, Outcome};
use crate::road::decide::{Ending, Grant};
use crate::road::settle::Settled;
use crate::road::state::{Journey, Matter};
use crate::trace::Recording;
use crate::watched::Watched;

/// An operation and how far it is. Dropped before its end, it is recorded as abandoned: what was cancelled while it was
/// decided on the side it was on, what was permitted and never completed on the side after the operation.
pub(crate) struct Underway {
    /// None once it was taken out.
    journey: Option<Journey>,
    stand: Stand,
}

#[derive(Clone, Copy)]
enum Stand {
    /// Its side is being decided.
    Deciding,
    /// It is permitted, and its result is awaited.
    Permitted,
    /// Its last record is written.
    Ended,
}

impl Underway {
    pub(crate) const fn new(journey: Journey) -> Self {
        Self { journey: Some(journey), stand: Stand::Deciding }
    }

    /// States which operation that was left pending it repeats, if it does.
    pub(crate) fn resumes(&mut self, suspended: Option<Arc<str>>) {
        if let Some(journey) = &mut self.journey {
            journey.passage.resumes = suspended;
        }
    }

    /// What plugins keep of the request, lent to another hook or operation of it.
    pub(crate) fn take_contexts(&mut self) -> ContextTable {
        self.journey.as_mut().map(|journey| std::mem::take(&mut journey.passage.contexts)).unwrap_or_default()
    }

    /// Takes it back.
    pub(crate) fn put_contexts(&mut self, contexts: ContextTable) {
        if let Some(journey) = &mut self.journey {
            journey.passage.contexts = contexts;
        }
    }

    /// The identifier of what the message asks for.
    pub(crate) fn request_id(&self) -> Option<&str> {
        let envelope = self.journey.as_ref().and_then(Journey::envelope)?;
        envelope.request().content.iter().filter(|part| part.asks_for().is_some()).find_map(ContentPart::request_id)
    }

    pub(crate) const fn journey(&self) -> Option<&Journey> {
        self.journey.as_ref()
    }

    pub(crate) const fn journey_mut(&mut self) -> Option<&mut Journey> {
        self.journey.as_mut()
    }

    /// Walks the road before the operation.
    pub(crate) async fn before(&mut self, caller: Caller) -> Option<Settled> {
        let settled = pin!(invoke::before(self.journey.as_mut()?, caller)).await;
        self.stand = if settled.is_permitted() { Stand::Permitted } else { Stand::Ended };
        Some(settled)
    }

    /// What the host is told of a side that was walked.
    pub(crate) fn conclude(&mut self, settled: Settled) -> Outcome<Grant> {
        match &mut self.journey {
            Some(journey) => settled.conclude(journey),
            None => Outcome::engine_down(),
        }
    }

    /// Turns to the side after the operation.
    pub(crate) fn turn(&mut self) {
        if let Some(journey) = &mut self.journey {
            journey.turn();
        }
        self.stand = Stand::Deciding;
    }

    /// Walks the road after the operation.
    pub(crate) async fn end(mut self, answer: Answer) -> Option<Ended> {
        self.turn();
        let settled = pin!(invoke::after(self.journey.as_mut()?, answer)).await;
        self.ended(settled)
    }

    /// Walks the road of a result that nobody asked about before.
    pub(crate) async fn alone(mut self, caller: Caller, answer: Message) -> Option<Ended> {
        let settled = pin!(invoke::alone(self.journey.as_mut()?, caller, answer)).await;
        self.ended(settled)
    }

    fn ended(mut self, settled: Settled) -> Option<Ended> {
        let mut journey = self.journey.take()?;
        let contexts = std::mem::take(&mut journey.passage.contexts);
        let (shared, trace, watched) = (shared(&journey), journey.passage.trace.take(), journey.passage.watched.take());
        Some(Ended { outcome: outcome_of(journey, settled), contexts, shared, trace, watched })
    }

    /// Denies what cannot set out on the road.
    pub(crate) async fn refuse(&mut self, denial: Denial) -> Option<Settled> {
        pin!(self.decided(Err(denial.into()))).await
    }

    /// Ends what was decided while it came.
    pub(crate) async fn decided(&mut self, ending: Ending) -> Option<Settled> {
        let settled = pin!(invoke::decided(self.journey.as_mut()?, ending)).await;
        self.stand = Stand::Ended;
        Some(settled)
    }

    /// Denies what cannot be read as one operation or several.
    pub(crate) async fn malformed<T>(&mut self) -> Outcome<T> {
        match self.refuse(Denial::new(code::REQUEST_MALFORMED)).await {
            Some(settled) => self.conclude(settled).denied(),
            None => Outcome::engine_down(),
        }
    }

    /// Takes out what has ended. Nothing more is recorded of it.
    pub(crate) fn into_journey(mut self) -> Option<Journey> {
        self.journey.take()
    }
}

/// An operation that has ended.
pub(crate) struct Ended {
    pub(crate) outcome: Outcome<Answer>,
    /// What plugins keep of the request.
    pub(crate) contexts: ContextTable,
    pub(crate) shared: Shared,
    /// What policy did, where the operation is explained.
    pub(crate) trace: Option<Box<Recording>>,
    /// What was read of it, where it is decided again.
    pub(crate) watched: Option<Box<Watched>>,
}

impl Ended {
    pub(crate) fn engine_down() -> Self {
        Self {
            outcome: Outcome::engine_down(),
            contexts: ContextTable::default(),
            shared: Shared::default(),
            trace: None,
            watched: None,
        }
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
fn outcome_of(mut journey: Journey, settled: Settled) -> Outcome<Answer> {
    let Outcome { decision: end, report } = settled.conclude(&mut journey);
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

impl Drop for Underway {
    fn drop(&mut self) {
        if matches!(self.stand, Stand::Ended) {
            return;
        }
        let Some(mut journey) = self.journey.take() else { return };
        if matches!(self.stand, Stand::Permitted) {
            journey.turn();
        }
        let tasks = Arc::clone(&journey.passage.snapshot.background);
        let mut record = Box::pin(async move {
            let _ = invoke::refused(&mut journey, Denial::new(code::OPERATION_ABANDONED)).await;
        });
        // A sink that writes at once is done here, with or without a runtime; one that waits goes on in the background.
        let mut context = Context::from_waker(Waker::noop());
        if record.as_mut().poll(&mut context).is_pending() {
            // No bound of a document makes an operation go unrecorded.
            let _ = tasks.spawn(record, NonZeroUsize::MAX);
        }
    }
}
