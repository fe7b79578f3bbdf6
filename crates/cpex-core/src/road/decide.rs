//! Runs the compiled policy of the route.

use std::sync::Arc;

use apl_cmf::Envelope;
use apl_core::{Decision, Denial, Denied as PolicyDenied, Reply, Run, Step};
use apl_cpex::Facts;
use cpex_sdk::{HookSide, SessionKey, code};

use super::state::{Denied, Identified, Passage, Shaped};
use crate::document::Unmatched;
use crate::perform::{Performed, perform};
use crate::snapshot::Snapshot;

/// Policy permits. The field is private to this file, so nothing else makes one.
pub(crate) struct Permitted(Identified);

/// How the stages of one side end.
pub(crate) type Ending = Result<Permitted, Box<Denied>>;

/// Decides one side of an operation. This is the only place that makes a permit.
pub(crate) async fn decide(shaped: Shaped) -> Result<Permitted, Box<Denied>> {
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
    let mut denied_by = None;
    let decision = loop {
        let facts = Facts::of(&identified.envelope, identified.passage.kind(), &route.key);
        match run.resume(&facts, reply) {
            Step::Done(decision) => break decision,
            Step::Perform(effect) => {
                let Performed { reply: answer, control } = perform(effect, run.rule(), &mut identified).await;
                (reply, denied_by) = (answer, control);
            }
        }
    };
    match decision {
        Decision::Allow => Ok(Permitted(identified)),
        Decision::Deny(denied) => Err(identified.deny_by_rule(denied, denied_by)),
    }
}

fn unmatched(identified: Identified, snapshot: &Snapshot) -> Result<Permitted, Box<Denied>> {
    if snapshot.policy.is_empty() || snapshot.settings.unmatched == Unmatched::Global {
        return Ok(Permitted(identified));
    }
    let denial = Denial::new(code::ROUTE_UNMATCHED);
    Err(identified.deny_by_rule(PolicyDenied { denial, rule: None }, None))
}

impl Permitted {
    /// What was judged, for the stages that only look.
    pub(crate) const fn envelope(&self) -> &Envelope {
        &self.0.envelope
    }

    /// What accompanies the operation, for the record.
    pub(crate) const fn passage(&self) -> &Passage {
        &self.0.passage
    }

    /// The session it belongs to, where its policy needs one.
    pub(crate) const fn session(&self) -> Option<SessionKey> {
        self.0.session
    }

    /// What was judged and what accompanies it, the first for reading only.
    pub(crate) const fn parts_mut(&mut self) -> (&Envelope, &mut Passage) {
        (&self.0.envelope, &mut self.0.passage)
    }

    /// Gives up the permit for what was judged.
    pub(crate) fn into_judged(self) -> Identified {
        self.0
    }
}
