//! Finds what is in force for an operation: the plan of the one route it matches, or that of the layers above routes.

use apl_cmf::EntityKind;
use apl_core::Denial;
use apl_cpex::has_dot_segments;
use cpex_sdk::code;

use super::state::{Denied, Received, Routed};

/// Gives the operation its plan. One that should name an entity and does not is denied, and so is one that names a
/// resource by a URI whose path another reader could take for a different one; one that no route matches goes on
/// under the layers above routes, so that these and the plugins hooked on everything have their say before it is denied.
pub(crate) fn route(received: Received<'_>) -> Result<Routed<'_>, Denied> {
    let Received { journey, caller } = received;
    let policy = &journey.passage.snapshot.policy;
    if policy.is_empty() {
        return Ok(Routed { journey, caller });
    }
    let Some(entity) = journey.entity() else {
        journey.passage.plan = Some(policy.unmatched(journey.passage.kind()));
        return Err(Denial::new(code::REQUEST_UNIDENTIFIED).into());
    };
    if entity.kind == EntityKind::Resource && has_dot_segments(entity.name) {
        journey.passage.plan = Some(policy.unmatched(entity.kind));
        return Err(Denial::new(code::REQUEST_MALFORMED).into());
    }
    journey.passage.plan = Some(policy.find(entity, journey.server()));
    Ok(Routed { journey, caller })
}
