//! Finds the one route an operation matches.

use apl_core::Denial;
use cpex_sdk::code;

use super::state::{Denied, Received, Routed};

/// Gives the operation its route. One that should name an entity and does not is denied; one that no route matches goes
/// on without, so that the plugins hooked on everything see it before policy denies it.
pub(crate) fn route(received: Received) -> Result<Routed, Box<Denied>> {
    let Received { mut passage, draft, caller } = received;
    let policy = &passage.snapshot.policy;
    if policy.is_empty() {
        return Ok(Routed { passage, draft, caller });
    }
    match draft.entity(passage.kind()) {
        Some(entity) => {
            passage.route = policy.find(entity, draft.server());
            Ok(Routed { passage, draft, caller })
        }
        None => Err(passage.deny(draft, Denial::new(code::REQUEST_UNIDENTIFIED))),
    }
}
