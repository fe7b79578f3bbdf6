//! Runs the hooked plugins that only look: `audit`, then `concurrent`.

use std::sync::Arc;

use super::decide::Permitted;
use super::state::Denied;
use crate::control;

/// Runs them on what policy permitted. They cannot change it; a concurrent one may still deny it.
pub(crate) async fn watch(mut permitted: Permitted) -> Result<Permitted, Box<Denied>> {
    let snapshot = Arc::clone(&permitted.passage().snapshot);
    let Some(hooked) = snapshot.hooked(permitted.passage().point) else {
        return Ok(permitted);
    };
    let (envelope, passage) = permitted.parts_mut();
    control::observe(&hooked.audit, envelope, passage).await;
    match control::gate(&hooked.concurrent, envelope, passage).await {
        None => Ok(permitted),
        Some((denial, control)) => Err(permitted.into_judged().deny_by_control(denial, control)),
    }
}
