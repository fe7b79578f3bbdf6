//! Runs the hooked plugins that may modify: `sequential`, then `transform`.

use std::pin::pin;
use std::sync::Arc;

use super::state::{Denied, Identified, Shaped};
use crate::control::{self, Called};

/// Runs them in order, each on what the one before left.
pub(crate) async fn shape(mut identified: Identified<'_>) -> Result<Shaped<'_>, Denied> {
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let Some(hooked) = snapshot.hooked(identified.passage.point) else {
        return Ok(Shaped(identified));
    };
    // One list for what every plugin of the hook does, so that none of them lets it grow.
    let recorded = hooked.shaping.len() + hooked.audit.len() + hooked.concurrent.len();
    identified.passage.trail.executions.reserve(recorded);
    for index in &hooked.shaping {
        let Some(control) = snapshot.control(identified.passage.plan, *index) else { continue };
        match pin!(control::shape(control, &mut identified)).await {
            Called::GoOn => {}
            Called::Deny(denial) => return Err(Denied::by_control(denial, Arc::clone(&control.name))),
        }
    }
    Ok(Shaped(identified))
}
