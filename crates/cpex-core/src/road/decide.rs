//! Runs the compiled policy in force.

use std::pin::pin;
use std::sync::Arc;

use apl_cmf::Envelope;
use apl_core::{Decision, Denial, Denied as PolicyDenied, Effect, Reply, RewriteStream, Rule, Run, Step};
use apl_cpex::{Attribute, Facts, Plan};
use cpex_sdk::{HookSide, code};

use super::state::{Denied, Identified, Passage, Shaped, Stop, Suspended};
use crate::document::Unmatched;
use crate::drive::{Driven, drive};
use crate::snapshot::Snapshot;

/// Policy permits. The field is private to this file, so nothing else makes one.
pub(crate) struct Permitted<'j>(Identified<'j>);

/// What is left of a [`Permitted`] once the stages are over: that it was one.
pub(crate) struct Grant(());

/// How the stages of one side end.
pub(crate) type Ending = Result<Grant, Stop>;

/// Decides one side of an operation. This is the only place that makes a permit.
pub(crate) async fn decide(shaped: Shaped<'_>) -> Result<Permitted<'_>, Stop> {
    let Shaped(mut identified) = shaped;
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let Some(plan) = identified.passage.plan.and_then(|index| snapshot.policy.plans().get(index)) else {
        return without_plan(identified);
    };
    let programs = match identified.passage.point.side {
        HookSide::Pre => &plan.pre,
        HookSide::Post => &plan.post,
    };
    let mut run = Run::new(programs, snapshot.settings.limits);
    let Driven { decision, control } = pin!(drive(&mut run, plan.key(), &mut identified)).await;
    match (decision, identified.passage.pending.take()) {
        (Decision::Allow, None) if admits(plan, &snapshot) => Ok(Permitted(identified)),
        (Decision::Allow, None) => Err(Denial::new(code::ROUTE_UNMATCHED).into()),
        (Decision::Deny(PolicyDenied { denial, rule }), _) => Err(Denied { denial, rule, control }.into()),
        (Decision::Pending(rule), Some(pending)) => Err(Stop::Suspended(Suspended { rule, pending })),
        // Whoever asks a person says what is waited for, and nobody else does.
        (Decision::Pending(_), None) | (Decision::Allow, Some(_)) => Err(Denial::new(code::POLICY_PROTOCOL).into()),
    }
}

/// Decides a result whose text comes in pieces, where pipelines are all that policy has for it. Each is handed on as it is begun;
/// what it makes of the text is not known yet, and whoever runs it puts its fault in the place of a permit.
pub(crate) fn decide_pieces(
    identified: &Identified<'_>,
    begin: &mut dyn FnMut(Rule, RewriteStream<Attribute>),
) -> Ending {
    let passage = &*identified.passage;
    let snapshot = &passage.snapshot;
    let Some(plan) = passage.plan() else {
        return if needs_no_plan(passage) { Ok(Grant(())) } else { Err(Denial::new(code::ROUTE_UNMATCHED).into()) };
    };
    let facts = Facts::of(identified.envelope, passage.kind(), plan.key(), &snapshot.data);
    let mut run = Run::new(&plan.post, snapshot.settings.limits);
    let mut reply = Reply::Begin;
    loop {
        reply = match run.resume(&facts, reply) {
            Step::Perform(Effect::Rewrite(active)) => {
                begin(run.rule().clone(), active.within(snapshot.settings.max_depth).stream());
                Reply::Performed
            }
            Step::Done(Decision::Allow) if admits(plan, snapshot) => return Ok(Grant(())),
            Step::Done(Decision::Allow) => return Err(Denial::new(code::ROUTE_UNMATCHED).into()),
            Step::Done(Decision::Deny(PolicyDenied { denial, rule })) => {
                return Err(Denied { denial, rule, control: None }.into());
            }
            // A plan that streams asks for nothing else.
            Step::Perform(_) | Step::Fork(_) | Step::Done(Decision::Pending(_)) => {
                return Err(Denial::new(code::POLICY_PROTOCOL).into());
            }
        };
    }
}

/// Whether policy could permit the operation with some arguments; only a certain denial says no.
pub(crate) fn admits_some(identified: &Identified<'_>) -> bool {
    let snapshot = &identified.passage.snapshot;
    let Some(plan) = identified.passage.plan() else { return snapshot.policy.is_empty() };
    let facts = Facts::of(identified.envelope, identified.passage.kind(), plan.key(), &snapshot.data);
    admits(plan, snapshot) && plan.could_allow(&facts)
}

/// Whether an operation may go on that the programs of its plan allow. One that no route matches may not, once there is a
/// route it could have matched, unless the document leaves such operations to the layers above routes.
fn admits(plan: &Plan, snapshot: &Snapshot) -> bool {
    plan.route.is_some() || !snapshot.policy.has_routes() || snapshot.settings.unmatched == Unmatched::Global
}

fn without_plan(identified: Identified<'_>) -> Result<Permitted<'_>, Stop> {
    if needs_no_plan(identified.passage) {
        return Ok(Permitted(identified));
    }
    Err(Denial::new(code::ROUTE_UNMATCHED).into())
}

/// Only a document that enforces nothing leaves an operation without a plan. A hook of the host's own is no operation.
fn needs_no_plan(passage: &Passage) -> bool {
    passage.snapshot.policy.is_empty() || passage.kind().is_none()
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
