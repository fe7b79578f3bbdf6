//! The road of one invocation. Everything that happens to an operation is one of these lines.
//!
//! Futures are pinned where they are made: one that is handed on by value, to a span or to `await`, is copied whole.

use std::pin::pin;

use apl_cmf::{Envelope, Message};
use apl_core::Denial;
use tracing::Instrument as _;

use crate::inputs::Inputs;
use crate::invocation;
use crate::operation::{Answer, Caller};
use crate::road::bind::bind;
use crate::road::decide::{Ending, admits_some, decide};
use crate::road::identify::identify;
use crate::road::measure::measure;
use crate::road::route::route;
use crate::road::settle::{Settled, settle, settle_answer};
use crate::road::shape::shape;
use crate::road::state::{Identified, Journey, Matter, Passage, Received, Stop};
use crate::road::watch::watch;
use crate::spans;

/// Before the operation: from what a host received to a permit, or not.
pub(crate) async fn before(journey: &mut Journey, caller: Caller) -> Settled {
    let span = invocation::begin(journey);
    let settled = pin!(async {
        let ending = pin!(walk(Received { journey, caller })).await;
        pin!(settle(journey, ending)).instrument(spans::settle()).await
    })
    .instrument(span.clone())
    .await;
    invocation::end(&span, journey, &settled);
    settled
}

/// After the operation: the same road over its result, from where the identity is known.
pub(crate) async fn after(journey: &mut Journey, answer: Answer) -> Settled {
    let span = invocation::begin(journey);
    let settled = pin!(async {
        let ending = pin!(walk_back(journey, answer)).await;
        pin!(settle(journey, ending)).instrument(spans::settle()).await
    })
    .instrument(span.clone())
    .await;
    invocation::end(&span, journey, &settled);
    settled
}

/// After an operation nobody asked about before: only where its route has nothing to say before an operation.
pub(crate) async fn alone(journey: &mut Journey, caller: Caller, answer: Message) -> Settled {
    let span = invocation::begin(journey);
    let settled = pin!(async {
        let ending = pin!(walk_alone(Received { journey, caller }, answer)).await;
        pin!(settle(journey, ending)).instrument(spans::settle()).await
    })
    .instrument(span.clone())
    .await;
    invocation::end(&span, journey, &settled);
    settled
}

/// What cannot set out on the road, or was let go of on the way.
pub(crate) async fn refused(journey: &mut Journey, denial: Denial) -> Settled {
    pin!(decided(journey, Err(denial.into()))).await
}

/// What was decided while it came.
pub(crate) async fn decided(journey: &mut Journey, ending: Ending) -> Settled {
    let span = invocation::begin(journey);
    let settled = pin!(settle(journey, ending)).instrument(span.clone()).await;
    invocation::end(&span, journey, &settled);
    settled
}

/// What a person says to the question of an operation, or may not say.
pub(crate) async fn answered(journey: &mut Journey, ending: Result<(), Stop>) -> Settled<()> {
    let span = invocation::begin(journey);
    let settled = pin!(settle_answer(journey, ending)).instrument(span.clone()).await;
    invocation::end(&span, journey, &settled);
    settled
}

/// Before an operation is stated: whether it could be allowed.
pub(crate) async fn could_allow(journey: &mut Journey, caller: Caller) -> bool {
    let Ok(routed) = route(Received { journey, caller }) else { return false };
    let Ok(identified) = pin!(identify(routed)).await else { return false };
    admits_some(&identified)
}

async fn walk(mut received: Received<'_>) -> Ending {
    begin_inputs(&mut received);
    let routed = spans::route().in_scope(|| route(received))?;
    let identified = pin!(identify(routed)).instrument(spans::identify()).await?;
    keep_inputs(&mut *identified.passage, identified.envelope);
    pin!(judge(identified)).await
}

async fn walk_back(journey: &mut Journey, answer: Answer) -> Ending {
    let Answer { message, response_headers } = answer;
    let identified = journey.identified()?;
    if identified.envelope.answer(message) {
        let note = "the answer held a credential that was minted for the backend, and is released without it";
        identified.passage.trail.errors.push(note.to_owned());
    }
    if !response_headers.is_empty() {
        identified.envelope.response_headers(response_headers);
    }
    keep_inputs(&mut *identified.passage, identified.envelope);
    pin!(judge(identified)).await
}

async fn walk_alone(mut received: Received<'_>, answer: Message) -> Ending {
    begin_inputs(&mut received);
    let routed = spans::route().in_scope(|| route(received))?.without_pre_phases()?;
    let identified = pin!(identify(routed)).instrument(spans::identify()).await?;
    identified.envelope.answer(answer);
    if let Some(inputs) = &mut identified.passage.inputs {
        inputs.keep_alone(identified.envelope);
    }
    pin!(judge(identified)).await
}

async fn judge(identified: Identified<'_>) -> Ending {
    let measured = measure(identified)?;
    let bound = pin!(bind(measured)).instrument(spans::bind()).await?;
    let shaped = pin!(shape(bound)).instrument(spans::shape()).await?;
    let permitted = pin!(decide(shaped)).instrument(spans::decide()).await?;
    pin!(watch(permitted)).instrument(spans::watch()).await
}

/// Gathers what it takes to decide the operation again, where a sink wants that.
fn begin_inputs(received: &mut Received<'_>) {
    let Received { journey, caller } = received;
    if journey.passage.kind().is_some()
        && journey.passage.snapshot.keeps_inputs()
        && let Matter::Draft(draft) = &journey.matter
    {
        journey.passage.inputs = Some(Inputs::new(draft, matches!(caller, Caller::Vouched(_))));
    }
}

fn keep_inputs(passage: &mut Passage, envelope: &Envelope) {
    if let Some(inputs) = &mut passage.inputs {
        inputs.keep(envelope);
    }
}
