//! Ends one side of an operation: stores its labels, writes its record, starts what runs in the background, and answers.

use std::pin::pin;
use std::sync::Arc;

use apl_cmf::Envelope;
use apl_core::Denial;
use apl_cpex::Restriction;
use cpex_orchestration::{Fault, call};
use cpex_sdk::audit::Id;
use cpex_sdk::elicitation::Turn;
use cpex_sdk::metrics::{Decided, Dropped};
use cpex_sdk::{AuditSink, Declassification, HookSide, Record, code};

use super::challenge::challenge;
use super::decide::{Ending, Grant};
use super::state::{Denied, Journey, Passage, Stop, Suspended, Trail};
use crate::background;
use crate::collaborator::Collaborator;
use crate::control;
use crate::elicitation::{self, Suspension};
use crate::meter::Meter;
use crate::outcome::{Decision, Outcome, Report, Violation};
use crate::record::{self, Kept};
use crate::snapshot::Control;
use crate::stored::ask_sessions;

/// One side of an operation, recorded. What the host is told is made of it where the host is told: it is large, and would be
/// copied from stage to stage.
pub(crate) struct Settled<G = Grant> {
    ending: Result<G, Stop>,
    /// The record that was written.
    pub(crate) record: Id,
}

/// Every ending comes through here: none skips its labels or its record.
pub(crate) async fn settle(journey: &mut Journey, ending: Ending) -> Settled {
    let ending = pin!(store_labels(journey, ending)).await;
    let ending = pin!(declassify(journey, ending)).await;
    let ending = use_approvals(journey, ending).await;
    let id = Id(journey.passage.snapshot.host.ids.next());
    let ending = pin!(write_record(journey, ending, id)).await;
    start_background(journey);
    let settled = Settled { ending, record: id };
    tell(&journey.passage, &settled);
    settled
}

/// Ends what is no operation, and is recorded like one: what a person says to the question of an operation.
pub(crate) async fn settle_answer(journey: &mut Journey, ending: Result<(), Stop>) -> Settled<()> {
    let id = Id(journey.passage.snapshot.host.ids.next());
    let ending = pin!(write_record(journey, ending, id)).await;
    let settled = Settled { ending, record: id };
    tell(&journey.passage, &settled);
    settled
}

impl<G> Settled<G> {
    /// How it ended: `allow`, `deny` or `pending`.
    pub(crate) const fn decision(&self) -> &'static str {
        match &self.ending {
            Ok(_) => "allow",
            Err(Stop::Suspended(_)) => "pending",
            Err(Stop::Denied(_)) => "deny",
        }
    }

    /// The code of a denial.
    pub(crate) fn code(&self) -> Option<&'static str> {
        let denied = self.ending.as_ref().err().and_then(Stop::denied);
        denied.map(|denied| denied.denial.code)
    }

    /// Whether the operation goes on.
    pub(crate) const fn is_permitted(&self) -> bool {
        self.ending.is_ok()
    }

    /// What the host is told.
    pub(crate) fn conclude(self, journey: &mut Journey) -> Outcome<G> {
        let (decision, code) = (self.decision(), self.code());
        let denied = self.ending.as_ref().err().and_then(Stop::denied);
        let challenge = denied.and_then(|denied| challenge(&journey.passage, journey.envelope(), denied));
        let Trail { executions, delegations, errors, .. } = std::mem::take(&mut journey.passage.trail);
        let (envelope, passage) = (journey.envelope(), &journey.passage);
        let mut report = Report {
            record: self.record,
            operation: passage.operation,
            route: passage.route().map(|route| Arc::clone(&route.layer)),
            code,
            rule: None,
            control: None,
            controls: executions,
            session_labels: envelope.and_then(Envelope::session_labels).cloned(),
            message_labels: envelope.map(|envelope| envelope.message_labels().clone()).unwrap_or_default(),
            restriction: Restriction::fold(&passage.yields.narrowings).map(Box::new),
            delegations,
            errors,
            decision,
            operations: Vec::new(),
        };
        let decision = match self.ending {
            Ok(grant) => Decision::Allow(grant),
            Err(Stop::Suspended(Suspended { rule, pending })) => {
                report.rule = Some(rule);
                Decision::Pending(pending)
            }
            Err(Stop::Denied(Denied { denial, rule, control })) => {
                (report.rule, report.control) = (rule, control);
                let violation = Violation::new(&denial, passage.plan().and_then(|plan| plan.response.clone()));
                Decision::Deny(Violation { challenge, ..violation })
            }
        };
        Outcome { decision, report }
    }
}

/// Approvals are good for one operation: what let this one go on is used up before anything is released, and after all that
/// may deny it but its record, which says so.
async fn use_approvals(journey: &mut Journey, ending: Ending) -> Ending {
    let grant = ending?;
    let passage = &mut journey.passage;
    let Some(id) = passage.yields.approved.take() else { return Ok(grant) };
    let suspension = Suspension::of(id).ok_or_else(|| Denial::new(code::ELICITATION_FAILED))?;
    // Boxed, so that operations without approvals make no room for it.
    match Box::pin(elicitation::consume(&suspension, &passage.snapshot)).await {
        Ok(Turn::First) => Ok(grant),
        Ok(Turn::Again) => Err(Denial::new(code::ELICITATION_REPLAYED).into()),
        Err(error) => {
            passage.trail.errors.push(error);
            Err(Denial::new(code::ELICITATION_FAILED).into())
        }
    }
}

/// Labels that policy declassified leave the session once the operation is allowed to its end.
async fn declassify(journey: &mut Journey, ending: Ending) -> Ending {
    let grant = ending?;
    let passage = &mut journey.passage;
    if passage.point.side == HookSide::Pre {
        return Ok(grant);
    }
    let snapshot = Arc::clone(&passage.snapshot);
    let labels = std::mem::take(&mut passage.yields.declassified);
    let Some(key) = journey.session else { return Ok(grant) };
    for label in labels {
        #[expect(clippy::disallowed_methods, reason = "this is where a `declassify` step takes effect")]
        let removal = async { snapshot.store.declassify(&key, &label, Declassification::by_policy()).await };
        if let Err(error) = ask_sessions(&snapshot, "declassify", removal).await {
            journey.passage.trail.errors.push(error);
            return Err(Denial::new(code::SESSION_PERSIST_FAILED).into());
        }
    }
    Ok(grant)
}

/// Labels a phase reached are stored although a later step denied, and before anything is released.
async fn store_labels(journey: &mut Journey, ending: Ending) -> Ending {
    let added = journey.envelope().and_then(|envelope| added_labels(envelope, &journey.passage));
    let (Some(key), Some(added)) = (journey.session, added) else { return ending };
    let snapshot = &journey.passage.snapshot;
    let appended = ask_sessions(snapshot, "append", async { snapshot.store.append(&key, &added).await }).await;
    let Err(error) = appended else { return ending };
    journey.passage.trail.errors.push(error);
    match ending {
        Err(Stop::Denied(denied)) => Err(Stop::Denied(denied)),
        Ok(_) | Err(Stop::Suspended(_)) => Err(Denial::new(code::SESSION_PERSIST_FAILED).into()),
    }
}

fn added_labels(envelope: &Envelope, passage: &Passage) -> Option<Vec<Arc<str>>> {
    let now = envelope.session_labels()?;
    let before = passage.trail.labels_before.as_ref()?;
    if now == before {
        return None;
    }
    Some(now.as_slice().iter().filter(|label| !before.contains(label)).cloned().collect())
}

/// Writes the record to every sink. When one fails, a permit becomes a denial, and the sinks that hold the record of the
/// permit get the record of the denial after it.
async fn write_record<G>(journey: &mut Journey, ending: Result<G, Stop>, id: Id) -> Result<G, Stop> {
    let snapshot = Arc::clone(&journey.passage.snapshot);
    if journey.passage.watched.is_some() {
        let record = serde_json::to_value(record::of(journey, ending.as_ref().err(), id)).ok();
        journey.passage.watched.iter_mut().for_each(|watched| watched.record.clone_from(&record));
    }
    let mut failed = Vec::new();
    let stop = ending.as_ref().err();
    let kept = Kept::of(journey, stop);
    for (index, (control, sink)) in snapshot.sinks().enumerate() {
        let record = kept.on(record::of(journey, stop, id), &control.wants);
        if let Err(error) = write(control, sink, &record, &snapshot.meter).await {
            failed.push((index, format!("{}: {error}", control.name)));
        }
    }
    if failed.is_empty() {
        return ending;
    }
    let (failed, errors): (Vec<usize>, Vec<String>) = failed.into_iter().unzip();
    journey.passage.trail.errors.extend(errors);
    if let Err(Stop::Denied(denied)) = ending {
        return Err(denied.into());
    }
    let stop = Denial::new(code::AUDIT_FAILED).into();
    let correction = Id(snapshot.host.ids.next());
    let kept = Kept::of(journey, Some(&stop));
    for (_, (control, sink)) in snapshot.sinks().enumerate().filter(|(index, _)| !failed.contains(index)) {
        let record = kept.on(record::of(journey, Some(&stop), correction), &control.wants);
        // The operation is denied already; a sink that fails now leaves the record of the permit standing alone.
        let _ = write(control, sink, &record, &snapshot.meter).await;
    }
    Err(stop)
}

async fn write(control: &Control, sink: &dyn AuditSink, record: &Record<'_>, meter: &Meter) -> Result<(), String> {
    let written = async {
        let written = sink.write(record).await;
        let records = sink.take_dropped();
        if records > 0 {
            meter.tell(|metrics| metrics.dropped(&Dropped { plugin: &control.name, records }));
        }
        written
    };
    let written = call(written, control.timeout);
    match Collaborator::new(control, code::AUDIT_FAILED).asked(meter, written).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(Fault::Timeout) => Err("no answer in time".to_owned()),
        Err(Fault::Panic) => Err("it panicked".to_owned()),
    }
}

fn start_background(journey: &Journey) {
    let passage = &journey.passage;
    let (Some(hooked), Some(envelope)) = (passage.snapshot.hooked(passage.point), journey.envelope()) else { return };
    let runs = |index: &usize| {
        let control = passage.snapshot.control(passage.plan, *index);
        control.is_some_and(|control| control::runs(control, envelope, passage))
    };
    for index in hooked.background.iter().filter(|index| runs(index)) {
        background::start(*index, envelope, passage);
    }
}

/// Tells the host's metrics how the side ended, under names of the document alone.
fn tell<G>(passage: &Passage, settled: &Settled<G>) {
    let meter = &passage.snapshot.meter;
    meter.executed(&passage.trail.executions);
    let (hook, route) = (passage.point.name, passage.route().map(|route| &*route.key));
    let (decision, code) = (settled.decision(), settled.code());
    meter.took(passage.start, |metrics, duration| {
        metrics.decided(&Decided { hook, route, decision, code, duration });
    });
}
