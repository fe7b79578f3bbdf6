//! Finds the one route an operation matches.

use apl_core::Denial;
use cpex_sdk::code;

use super::state::{Denied, Received, Routed};

/// Gives the operation its route. One that should name an entity and does not is denied; one that no route matches goes
/// on without, so that the plugins hooked on everything see it before policy denies it.
pub(crate) fn route(received: Received<'_>) -> Result<Routed<'_>, Denied> {
    let Received { journey, caller } = received;
    let policy = &journey.passage.snapshot.policy;
    if !policy.is_empty() {
        let entity = journey.entity().ok_or_else(|| Denial::new(code::REQUEST_UNIDENTIFIED))?;
        journey.passage.route = policy.find(entity, journey.server());
    }
    Ok(Routed { journey, caller })
}
