//! The end of a session, such as a logout: its labels are forgotten. That undoes what they kept the session from, so it is
//! recorded before it counts, and policy has no say: a host asks when the session cannot go on.

use std::pin::pin;
use std::sync::Arc;

use apl_core::Denial;
use cpex_sdk::{HookPoint, HookSide, SessionKey, code};

use crate::context::ContextTable;
use crate::invoke;
use crate::manager::PluginManager;
use crate::operation::{Caller, Operation};
use crate::outcome::{Decision, Violation};
use crate::road::identify::identify;
use crate::road::route::route;
use crate::road::state::{Denied, Journey, Received, Stop};
use crate::session::session_key;
use crate::stored::ask_sessions;

/// Where the end of a session stands in records and metrics.
static SESSION_END: HookPoint =
    HookPoint { name: "session.end", aliases: &[], side: HookSide::Pre, entity: None, after: None };

impl PluginManager {
    /// Ends the session that an operation would belong to: its labels are forgotten, at every replica that shares the store.
    /// The caller is identified as for the operation itself, which is neither decided nor performed. It is for the end of the
    /// session itself, such as a logout, and not to be reached by an agent: whoever goes on under the same session id goes on
    /// without labels.
    ///
    /// # Errors
    /// Why nothing ended: the caller is not identified, there is no session, or the store failed, which may have forgotten the
    /// labels nevertheless. It is recorded.
    pub async fn end_session(&self, operation: Operation) -> Result<(), Violation> {
        let Some(snapshot) = self.snapshot() else {
            let denial = Denial::new(code::ENGINE_SHUTDOWN).because("no document is in force");
            return Err(Violation::new(&denial, None));
        };
        let point = operation.point();
        let Operation { draft, caller, resumes: _ } = operation;
        let mut journey = Journey::new(Arc::clone(&snapshot), point, draft, ContextTable::default());
        let found = pin!(find(&mut journey, caller)).await;
        journey.passage.point = &SESSION_END;
        let (key, ending) = match found {
            Ok(key) => (Some(key), Ok(())),
            Err(denied) => (None, Err(Stop::Denied(denied))),
        };
        recorded(&mut journey, ending).await?;
        let Some(key) = key else { return Ok(()) };
        let Err(error) = ask_sessions(&snapshot, "expire", async { snapshot.store.expire(&key).await }).await else {
            return Ok(());
        };
        journey.passage.trail.errors.push(error);
        recorded(&mut journey, Err(Denial::new(code::SESSION_PERSIST_FAILED).into())).await
    }
}

/// The session that the operation belongs to.
async fn find(journey: &mut Journey, caller: Caller) -> Result<SessionKey, Denied> {
    let routed = route(Received { journey, caller })?;
    let identified = pin!(identify(routed)).await?;
    let sources = &identified.passage.snapshot.settings.sessions;
    session_key(sources, identified.envelope).ok_or_else(|| Denial::new(code::SESSION_UNBOUND).into())
}

/// Writes the record; without one nothing counts.
async fn recorded(journey: &mut Journey, ending: Result<(), Stop>) -> Result<(), Violation> {
    let settled = pin!(invoke::answered(journey, ending)).await;
    match settled.conclude(journey).decision {
        Decision::Allow(()) => Ok(()),
        Decision::Deny(violation) => Err(violation),
        Decision::Pending(_) => Err(Violation::new(&Denial::new(code::POLICY_PROTOCOL), None)),
    }
}
