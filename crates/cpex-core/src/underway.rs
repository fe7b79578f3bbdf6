//! An operation that is under way. However the host lets go of it, it leaves a record.

use std::sync::Arc;
use std::task::{Context, Waker};

use apl_cmf::Message;
use apl_core::Denial;
use cpex_sdk::code;

use crate::invoke;
use crate::operation::{Answer, Caller};
use crate::outcome::Decision;
use crate::road::settle::{Settled, settle};
use crate::road::state::Journey;

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

    pub(crate) const fn journey(&self) -> Option<&Journey> {
        self.journey.as_ref()
    }

    pub(crate) const fn journey_mut(&mut self) -> Option<&mut Journey> {
        self.journey.as_mut()
    }

    /// Walks the road before the operation.
    pub(crate) async fn before(&mut self, caller: Caller) -> Option<Settled> {
        let settled = invoke::before(self.journey.as_mut()?, caller).await;
        self.stand = match settled.end {
            Decision::Allow(_) => Stand::Permitted,
            Decision::Deny(_) | Decision::Pending(_) => Stand::Ended,
        };
        Some(settled)
    }

    /// Walks the road after the operation.
    pub(crate) async fn after(&mut self, answer: Answer) -> Option<Settled> {
        let journey = self.journey.as_mut()?;
        journey.turn();
        self.stand = Stand::Deciding;
        let settled = invoke::after(journey, answer).await;
        self.stand = Stand::Ended;
        Some(settled)
    }

    /// Walks the road of a result that nobody asked about before.
    pub(crate) async fn alone(&mut self, caller: Caller, answer: Message) -> Option<Settled> {
        let settled = invoke::alone(self.journey.as_mut()?, caller, answer).await;
        self.stand = Stand::Ended;
        Some(settled)
    }

    /// Denies what cannot set out on the road.
    pub(crate) async fn refuse(&mut self, denial: Denial) -> Option<Settled> {
        let settled = settle(self.journey.as_mut()?, Err(denial.into())).await;
        self.stand = Stand::Ended;
        Some(settled)
    }

    /// Takes out what has ended. Nothing more is recorded of it.
    pub(crate) fn into_journey(mut self) -> Option<Journey> {
        self.journey.take()
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let Some(mut journey) = self.journey.take() else { return };
        match self.stand {
            Stand::Deciding => {}
            Stand::Permitted => journey.turn(),
            Stand::Ended => return,
        }
        let tasks = Arc::clone(&journey.passage.snapshot.background);
        let mut record = Box::pin(async move {
            let _ = settle(&mut journey, Err(Denial::new(code::OPERATION_ABANDONED).into())).await;
        });
        // A sink that writes at once is done here, with or without a runtime; one that waits goes on in the background.
        let mut context = Context::from_waker(Waker::noop());
        if record.as_mut().poll(&mut context).is_pending() {
            let _ = tasks.spawn(record);
        }
    }
}
