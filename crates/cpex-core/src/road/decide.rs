//! Runs the compiled policy of the route.

use std::sync::Arc;

use apl_cmf::Envelope;
use apl_core::{Decision, Denial, Denied as PolicyDenied, Reply, Run, Step};
use apl_cpex::Facts;
use cpex_sdk::{HookSide, code};

use super::state::{Denied, Identified, Passage, Shaped};
use crate::document::Unmatched;
use crate::perform::{Performed, perform};
use crate::snapshot::Snapshot;

/// Policy permits. The field is private to this file, so nothing else makes one.
pub(crate) struct Permitted<'j>(Identified<'j>);

/// What is left of a [`Permitted`] once the stages are over: that it was one.
pub(crate) struct Grant(());

/// How the stages of one side end.
pub(crate) type Ending = Result<Grant, Denied>;

/// Decides one side of an operation. This is the only place that makes a permit.
pub(crate) async fn decide(shaped: Shaped<'_>) -> Result<Permitted<'_>, Denied> {
    let Shaped(mut identified) = shaped;
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let Some(route) = identified.passage.route.and_then(|index| snapshot.policy.routes().get(index)) else {
        return unmatched(identified, &snapshot);
    };
    let programs = match identified.passage.point.side {
        HookSide::Pre => &route.pre,
        HookSide::Post => &route.post,
    };
    let mut run = Run::new(programs, snapshot.settings.limits);
    let mut reply = Reply::Begin;
    let mut control = None;
    let decision = loop {
        let facts = Facts::of(identified.envelope, identified.passage.kind(), &route.key);
        match run.resume(&facts, reply) {
            Step::Done(decision) => break decision,
            Step::Perform(effect) => {
                let Performed { reply: answer, control: refusing } = perform(effect, run.rule(), &mut identified).await;
                (reply, control) = (answer, refusing);
            }
        }
    };
    match decision {
        Decision::Allow => Ok(Permitted(identified)),
        Decision::Deny(PolicyDenied { denial, rule }) => Err(Denied { denial, rule, control }),
    }
}

fn unmatched<'j>(identified: Identified<'j>, snapshot: &Snapshot) -> Result<Permitted<'j>, Denied> {
    if snapshot.policy.is_empty() || snapshot.settings.unmatched == Unmatched::Global {
        return Ok(Permitted(identified));
    }
    Err(Denial::new(code::ROUTE_UNMATCHED).into())
}

impl Permitted<'_> {
    /// What was judged, for reading only, and what accompanies it.
    pub(crate) const fn parts(&mut self) -> (&Envelope, &mut Passage) {
        (self.0.envelope, self.0.passage)
    }

    /// Ends the stages.
    pub(crate) fn grant(self) -> Grant {
        Grant(())
    }
}
