//! Binds an operation to its session, where the policy of its side reads or writes session labels, or the host's data policies
//! put labels on what came back.

use std::sync::Arc;

use apl_cmf::{Change, Envelope, LabelScope};
use apl_core::Denial;
use cpex_sdk::{HookSide, code};

use super::state::{Denied, Identified};
use crate::session::session_key;
use crate::stored::ask_sessions;

/// Loads the labels of the session, and puts on it those of the data that was answered. Without a session key nothing is
/// loaded: the step that reads or adds a session label denies, and so does data whose labels are the session's.
pub(crate) async fn bind(identified: Identified<'_>) -> Result<Identified<'_>, Denied> {
    let passage = &mut *identified.passage;
    let needed = passage.plan().is_some_and(|plan| match passage.point.side {
        HookSide::Pre => plan.pre_needs_session,
        HookSide::Post => plan.post_needs_session,
    });
    if !needed && !labels_session(identified.envelope) {
        return Ok(identified);
    }
    let snapshot = Arc::clone(&passage.snapshot);
    let Some(key) = session_key(&snapshot.settings.sessions, identified.envelope) else {
        return without_session(identified);
    };
    match ask_sessions(&snapshot, "load", async { snapshot.store.load(&key).await }).await {
        Ok(labels) => {
            identified.envelope.bind_session(&labels);
            passage.trail.labels_before = identified.envelope.session_labels().cloned();
            *identified.session = Some(key);
            Ok(label_answer(identified))
        }
        Err(error) => {
            passage.trail.errors.push(error);
            Err(Denial::new(code::SESSION_LOAD_FAILED).into())
        }
    }
}

/// Whether something was answered whose labels the session gets.
fn labels_session(envelope: &Envelope) -> bool {
    envelope.response().is_some() && envelope.answer_scopes().any(|scope| scope != Some(LabelScope::Message))
}

fn without_session(identified: Identified<'_>) -> Result<Identified<'_>, Denied> {
    let envelope = &*identified.envelope;
    if envelope.response().is_some() && envelope.answer_scopes().any(|scope| scope == Some(LabelScope::Session)) {
        return Err(Denial::new(code::SESSION_UNBOUND).into());
    }
    Ok(identified)
}

/// Puts the labels of what was answered on the session it is bound to.
fn label_answer(identified: Identified<'_>) -> Identified<'_> {
    if identified.envelope.response().is_none() {
        return identified;
    }
    for (author, label) in identified.envelope.answer_labels(LabelScope::Session) {
        identified.passage.yields.retain(&label);
        // It is refused only where there is no session, and there is one.
        let _ = identified.envelope.apply(&author, Change::label(label, LabelScope::Session));
    }
    identified
}
