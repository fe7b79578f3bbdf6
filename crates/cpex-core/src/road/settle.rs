//! Ends one side of an operation: stores its labels, writes its record, starts what runs in the background, and answers.

use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Envelope;
use apl_core::Denial;
use cpex_orchestration::{Fault, call};
use cpex_sdk::audit::Id;
use cpex_sdk::{AuditSink, Record, SessionKey, code};

use super::decide::Ending;
use super::state::{Denied, Passage, Settled};
use crate::background;
use crate::outcome::{Report, Violation};
use crate::record;

/// Every ending comes through here: none skips its labels or its record.
pub(crate) async fn settle(ending: Ending) -> Settled {
    let ending = store_labels(ending).await;
    let id = Id(passage_of(&ending).snapshot.host.ids.next());
    let ending = write_record(ending, id).await;
    start_background(&ending);
    conclude(ending, id)
}

/// Labels a phase reached are stored although a later step denied, and before anything is released.
async fn store_labels(mut ending: Ending) -> Ending {
    let (passage, envelope, session) = match &ending {
        Ok(permitted) => (permitted.passage(), Some(permitted.envelope()), permitted.session()),
        Err(denied) => (&denied.passage, denied.envelope(), denied.session),
    };
    let (Some(key), Some(added)) = (session, envelope.and_then(|envelope| added_labels(envelope, passage))) else {
        return ending;
    };
    if let Err(error) = append(passage, &key, &added).await {
        passage_of_mut(&mut ending).trail.errors.push(format!("session store: {error}"));
        return deny_permitted(ending, code::SESSION_PERSIST_FAILED);
    }
    ending
}

fn added_labels(envelope: &Envelope, passage: &Passage) -> Option<Vec<Arc<str>>> {
    let now = envelope.session_labels()?;
    let before = passage.trail.labels_before.as_ref()?;
    if now == before {
        return None;
    }
    Some(now.as_slice().iter().filter(|label| !before.contains(label)).cloned().collect())
}

async fn append(passage: &Passage, key: &SessionKey, labels: &[Arc<str>]) -> Result<(), String> {
    let snapshot = &passage.snapshot;
    match call(async { snapshot.store.append(key, labels).await }, snapshot.settings.plugin_timeout).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(Fault::Timeout) => Err("no answer in time".to_owned()),
        Err(Fault::Panic) => Err("the store panicked".to_owned()),
    }
}

/// Writes the record to every sink. When one fails, a permit becomes a denial, and the sinks that hold the record of the
/// permit get the record of the denial after it.
async fn write_record(mut ending: Ending, id: Id) -> Ending {
    let snapshot = Arc::clone(&passage_of(&ending).snapshot);
    let mut failed = Vec::new();
    for (index, (control, sink)) in snapshot.sinks().enumerate() {
        if let Err(error) = write(sink, &record::of(&ending, id), control.timeout).await {
            failed.push((index, format!("{}: {error}", control.name)));
        }
    }
    if failed.is_empty() {
        return ending;
    }
    let (failed, errors): (Vec<usize>, Vec<String>) = failed.into_iter().unzip();
    passage_of_mut(&mut ending).trail.errors.extend(errors);
    let ending = Err(ending?.into_judged().deny(Denial::new(code::AUDIT_FAILED)));
    let correction = Id(snapshot.host.ids.next());
    for (_, (control, sink)) in snapshot.sinks().enumerate().filter(|(index, _)| !failed.contains(index)) {
        // The operation is denied already; a sink that fails now leaves the record of the permit standing alone.
        let _ = write(sink, &record::of(&ending, correction), control.timeout).await;
    }
    ending
}

async fn write(sink: &dyn AuditSink, record: &Record<'_>, limit: Duration) -> Result<(), String> {
    match call(async { sink.write(record).await }, limit).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(Fault::Timeout) => Err("no answer in time".to_owned()),
        Err(Fault::Panic) => Err("it panicked".to_owned()),
    }
}

fn start_background(ending: &Ending) {
    let passage = passage_of(ending);
    let Some(hooked) = passage.snapshot.hooked(passage.point) else { return };
    let envelope = match ending {
        Ok(permitted) => Some(permitted.envelope()),
        Err(denied) => denied.envelope(),
    };
    let Some(envelope) = envelope else { return };
    for index in &hooked.background {
        background::start(*index, envelope, passage);
    }
}

fn conclude(ending: Ending, id: Id) -> Settled {
    let report = report(&ending, id);
    let end = match ending {
        Ok(permitted) => Ok(permitted.into_judged()),
        Err(denied) => {
            let response = denied.passage.route().and_then(|route| route.response.clone());
            Err(Violation::new(&denied.denial, response))
        }
    };
    Settled { end, report }
}

fn report(ending: &Ending, id: Id) -> Report {
    let passage = passage_of(ending);
    let (envelope, denied) = match ending {
        Ok(permitted) => (Some(permitted.envelope()), None),
        Err(denied) => (denied.envelope(), Some(denied)),
    };
    Report {
        record: id,
        operation: passage.operation,
        route: passage.route().map(|route| Arc::clone(&route.layer)),
        code: denied.map(|denied| denied.denial.code),
        rule: denied.and_then(|denied| denied.rule.clone()),
        control: denied.and_then(|denied| denied.control.clone()),
        controls: passage.trail.executions.clone(),
        session_labels: envelope.and_then(Envelope::session_labels).cloned(),
        message_labels: envelope.map(|envelope| envelope.message_labels().clone()).unwrap_or_default(),
        errors: passage.trail.errors.clone(),
    }
}

fn deny_permitted(ending: Ending, code: &'static str) -> Ending {
    Err(match ending {
        Ok(permitted) => permitted.into_judged().deny(Denial::new(code)),
        Err(denied) => denied,
    })
}

fn passage_of(ending: &Ending) -> &Passage {
    match ending {
        Ok(permitted) => permitted.passage(),
        Err(denied) => &denied.passage,
    }
}

fn passage_of_mut(ending: &mut Ending) -> &mut Passage {
    match ending {
        Ok(permitted) => permitted.parts_mut().1,
        Err(denied) => {
            let Denied { passage, .. } = &mut **denied;
            passage
        }
    }
}
