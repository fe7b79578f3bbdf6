//! A permit: the only thing a backend may be called with.

use std::fmt;
use std::task::{Context, Waker};

use apl_cmf::Message;
use apl_core::Denial;
use cpex_sdk::{CmfToolPostInvoke, Hook as _, code};

use crate::invoke;
use crate::operation::{Answer, Call};
use crate::outcome::{Decision, Outcome};
use crate::road::settle::settle;
use crate::road::state::{Identified, Settled};

/// Permission to perform one operation once, and the way its result comes back to be judged. It keeps the policy the
/// operation began under. Dropping it without a result is recorded as `operation.abandoned`.
#[must_use = "a permit that is dropped is recorded as an abandoned operation"]
pub struct Permit {
    /// None once the permit was used up.
    held: Option<Identified>,
}

impl Permit {
    pub(crate) const fn new(judged: Identified) -> Self {
        Self { held: Some(judged) }
    }

    /// What may go to the capability: the message as policy left it.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        self.held.as_ref().map(|held| held.envelope.request())
    }

    /// Takes out what goes to the capability. Arguments stay readable for the phases after the operation where those
    /// read them.
    #[must_use]
    pub fn take_call(&mut self) -> Call {
        let message = match &mut self.held {
            Some(held) => {
                let keep = held.passage.route().is_some_and(|route| route.post_reads_args);
                held.envelope.release_request(keep)
            }
            // Unreachable from outside: only the methods that consume the permit empty it.
            None => Message::new(apl_cmf::Role::Assistant, Vec::new()),
        };
        Call { message }
    }

    /// Judges what the capability answered. What the caller may see is in the outcome and nowhere else.
    pub async fn complete(mut self, answer: Answer) -> Outcome<Answer> {
        let held = self.held.take();
        match held {
            Some(held) => judge(held, answer).await,
            None => Outcome::engine_down(),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else { return };
        let tasks = std::sync::Arc::clone(&held.passage.snapshot.background);
        let denied = post_side(held).deny(Denial::new(code::OPERATION_ABANDONED));
        let mut record = Box::pin(async move {
            let _ = settle(Err(denied)).await;
        });
        // A sink that writes at once is done here, with or without a runtime; one that waits goes on in the background.
        let mut context = Context::from_waker(Waker::noop());
        if record.as_mut().poll(&mut context).is_pending() {
            let _ = tasks.spawn(record);
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// Runs the road after the operation.
async fn judge(held: Identified, answer: Answer) -> Outcome<Answer> {
    let mut identified = post_side(held);
    identified.envelope.answer(answer.message);
    outcome_of(invoke::after(identified).await)
}

/// The outcome of the side after an operation.
pub(crate) fn outcome_of(settled: Settled) -> Outcome<Answer> {
    let Settled { end, report } = settled;
    let decision = match end {
        Ok(judged) => match judged.envelope.into_messages() {
            (_, Some(message)) => Decision::Allow(Answer { message }),
            (_, None) => return Outcome::engine_down(),
        },
        Err(violation) => Decision::Deny(violation),
    };
    Outcome { decision, report }
}

/// The same operation on its other side: its own trail, and what the record of the first already said left out.
fn post_side(mut held: Identified) -> Identified {
    held.passage.point = CmfToolPostInvoke::POINT;
    held.passage.trail =
        crate::road::state::Trail { labels_before: held.envelope.session_labels().cloned(), ..Default::default() };
    held.envelope.begin_ledger();
    held
}
