//! The road of one invocation. Everything that happens to an operation is one of these lines.

use apl_cmf::Message;

use crate::road::bind::bind;
use crate::road::decide::{Ending, decide};
use crate::road::identify::identify;
use crate::road::route::route;
use crate::road::settle::settle;
use crate::road::shape::shape;
use crate::road::state::{Identified, Received, Settled};
use crate::road::watch::watch;

/// Before the operation: from what a host received to a permit, or not.
pub(crate) async fn before(received: Received) -> Settled {
    settle(walk(received).await).await
}

/// After the operation: the same road from where the identity is known, over the result.
pub(crate) async fn after(answered: Identified) -> Settled {
    settle(judge(answered).await).await
}

/// After an operation nobody asked about before: only where its route has nothing to say before an operation.
pub(crate) async fn alone(received: Received, answer: Message) -> Settled {
    settle(walk_alone(received, answer).await).await
}

async fn walk(received: Received) -> Ending {
    let routed = route(received)?;
    let identified = identify(routed).await?;
    judge(identified).await
}

async fn walk_alone(received: Received, answer: Message) -> Ending {
    let routed = route(received)?.without_pre_phases()?;
    let mut identified = identify(routed).await?;
    identified.envelope.answer(answer);
    judge(identified).await
}

async fn judge(identified: Identified) -> Ending {
    let bound = bind(identified).await?;
    let shaped = shape(bound).await?;
    let permitted = decide(shaped).await?;
    watch(permitted).await
}
