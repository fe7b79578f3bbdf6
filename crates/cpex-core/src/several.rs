//! What a message asks for, decided: one operation, or each of several.
//!
//! Of several, each walks the whole road by itself and in order, with its own route, arguments, labels and record, so that a
//! later one sees what an earlier one left in the session. All must be permitted before any is released: one that is denied
//! denies the message, and one that is pending leaves it pending.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;

use apl_cmf::{ContentPart, Draft, EntityKind};
use cpex_sdk::HookPoint;

use crate::context::ContextTable;
use crate::operation::Caller;
use crate::outcome::{Decision, Outcome, Pending};
use crate::permit::Permit;
use crate::road::state::Journey;
use crate::snapshot::Snapshot;
use crate::underway::Underway;

/// What is to be decided.
pub(crate) struct Asked {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) point: &'static HookPoint,
    pub(crate) draft: Draft,
    pub(crate) caller: Caller,
    pub(crate) contexts: ContextTable,
    pub(crate) resumes: Option<Arc<str>>,
}

/// Decides what a message asks for before it happens.
pub(crate) async fn before(asked: Asked) -> Outcome<Permit> {
    // An HTTP request is one by its context, whatever its body holds.
    let kind = asked.point.entity.filter(|kind| *kind != EntityKind::Http);
    match kind {
        Some(kind) if asked.draft.message().requests(kind) > 1 => Box::pin(each(asked, kind)).await,
        _ => {
            let Asked { snapshot, point, draft, caller, contexts, resumes } = asked;
            let mut underway = Underway::new(Journey::new(snapshot, point, draft, contexts));
            underway.resumes(resumes);
            let Some(settled) = pin!(underway.before(caller)).await else { return Outcome::engine_down() };
            let Outcome { decision, report } = underway.conclude(settled);
            // Written out, since what is handed through a closure is copied once more.
            match decision {
                Decision::Allow(granted) => {
                    Outcome { decision: Decision::Allow(Permit::new(underway, &granted)), report }
                }
                Decision::Deny(violation) => Outcome { decision: Decision::Deny(violation), report },
                Decision::Pending(pending) => Outcome { decision: Decision::Pending(pending), report },
            }
        }
    }
}

async fn each(asked: Asked, kind: EntityKind) -> Outcome<Permit> {
    let Asked { snapshot, point, draft, caller, mut contexts, resumes } = asked;
    if !has_identifiers_of_their_own(&draft.message().content, kind) {
        let mut underway = Underway::new(Journey::new(snapshot, point, draft, contexts));
        return underway.malformed().await;
    }
    let (mut permit, mut waiting): (Option<Permit>, Option<Pending>) = (None, None);
    let mut reports = Vec::new();
    for mut draft in draft.split(kind) {
        if let Some(permit) = &permit {
            let (http, custom) = permit.shared();
            draft = draft.continuing(http, custom);
        }
        let mut underway = Underway::new(Journey::new(Arc::clone(&snapshot), point, draft, contexts));
        underway.resumes(resumes.clone());
        let Some(settled) = pin!(underway.before(caller.clone())).await else { return Outcome::engine_down() };
        let Outcome { decision: end, report } = underway.conclude(settled);
        contexts = underway.take_contexts();
        reports.push(report);
        match end {
            Decision::Allow(granted) => match &mut permit {
                None => permit = Some(Permit::new(underway, &granted)),
                Some(permit) => permit.and(underway, &granted),
            },
            Decision::Deny(violation) => return Outcome::of_several(Decision::Deny(violation), reports),
            Decision::Pending(pending) => drop(waiting.get_or_insert(pending)),
        }
    }
    match (waiting, permit) {
        (Some(pending), _) => Outcome::of_several(Decision::Pending(pending), reports),
        (None, Some(mut permit)) => {
            permit.put_contexts(contexts);
            Outcome::of_several(Decision::Allow(permit), reports)
        }
        (None, None) => Outcome::engine_down(),
    }
}

/// Whether each request has an identifier that no other has, by which its answer is known.
fn has_identifiers_of_their_own(parts: &[ContentPart], kind: EntityKind) -> bool {
    let mut ids = HashSet::new();
    let mut requests = parts.iter().filter(|part| part.asks_for() == Some(kind));
    requests.all(|part| part.request_id().is_some_and(|id| !id.is_empty() && ids.insert(id)))
}
