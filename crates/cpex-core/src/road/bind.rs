//! Binds an operation to its session, where the policy of its side reads or writes session labels.

use std::sync::Arc;

use apl_core::Denial;
use cpex_orchestration::{Fault, call};
use cpex_sdk::{HookSide, code};

use super::state::{Denied, Identified};
use crate::session::session_key;

/// Loads the labels of the session. Without a session key nothing is loaded, and the step that reads or adds a session
/// label denies.
pub(crate) async fn bind(mut identified: Identified) -> Result<Identified, Box<Denied>> {
    let side = identified.passage.point.side;
    let needed = identified.passage.route().is_some_and(|route| match side {
        HookSide::Pre => route.pre_needs_session,
        HookSide::Post => route.post_needs_session,
    });
    if !needed {
        return Ok(identified);
    }
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let Some(key) = session_key(&snapshot.settings.sessions, &identified.envelope) else {
        return Ok(identified);
    };
    match call(async { snapshot.store.load(&key).await }, snapshot.settings.plugin_timeout).await {
        Ok(Ok(labels)) => {
            identified.envelope.bind_session(&labels);
            identified.passage.trail.labels_before = identified.envelope.session_labels().cloned();
            identified.session = Some(key);
            Ok(identified)
        }
        Ok(Err(error)) => Err(unloaded(identified, &error.to_string())),
        Err(Fault::Timeout) => Err(unloaded(identified, "no answer in time")),
        Err(Fault::Panic) => Err(unloaded(identified, "the store panicked")),
    }
}

fn unloaded(mut identified: Identified, note: &str) -> Box<Denied> {
    identified.passage.trail.errors.push(format!("session store: {note}"));
    identified.deny(Denial::new(code::SESSION_LOAD_FAILED))
}
