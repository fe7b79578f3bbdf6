//! Binds an operation to its session, where the policy of its side reads or writes session labels.

use std::sync::Arc;

use apl_core::Denial;
use cpex_orchestration::{Fault, call};
use cpex_sdk::{HookSide, code};

use super::state::{Denied, Identified};
use crate::session::session_key;

/// Loads the labels of the session. Without a session key nothing is loaded, and the step that reads or adds a session
/// label denies.
pub(crate) async fn bind(identified: Identified<'_>) -> Result<Identified<'_>, Denied> {
    let passage = &mut *identified.passage;
    let needed = passage.plan().is_some_and(|plan| match passage.point.side {
        HookSide::Pre => plan.pre_needs_session,
        HookSide::Post => plan.post_needs_session,
    });
    if !needed {
        return Ok(identified);
    }
    let snapshot = Arc::clone(&passage.snapshot);
    let Some(key) = session_key(&snapshot.settings.sessions, identified.envelope) else {
        return Ok(identified);
    };
    let failure = match call(async { snapshot.store.load(&key).await }, snapshot.settings.plugin_timeout).await {
        Ok(Ok(labels)) => {
            identified.envelope.bind_session(&labels);
            passage.trail.labels_before = identified.envelope.session_labels().cloned();
            *identified.session = Some(key);
            return Ok(identified);
        }
        Ok(Err(error)) => error.to_string(),
        Err(Fault::Timeout) => "no answer in time".to_owned(),
        Err(Fault::Panic) => "the store panicked".to_owned(),
    };
    passage.trail.errors.push(format!("session store: {failure}"));
    Err(Denial::new(code::SESSION_LOAD_FAILED).into())
}
