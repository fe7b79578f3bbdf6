//! Binds an operation to its session, where the policy of its side reads or writes session labels.

use std::sync::Arc;

use apl_core::Denial;
use cpex_sdk::{HookSide, code};

use super::state::{Denied, Identified};
use crate::session::session_key;
use crate::stored::ask_sessions;

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
    match ask_sessions(&snapshot, "load", async { snapshot.store.load(&key).await }).await {
        Ok(labels) => {
            identified.envelope.bind_session(&labels);
            passage.trail.labels_before = identified.envelope.session_labels().cloned();
            *identified.session = Some(key);
            Ok(identified)
        }
        Err(error) => {
            passage.trail.errors.push(error);
            Err(Denial::new(code::SESSION_LOAD_FAILED).into())
        }
    }
}
