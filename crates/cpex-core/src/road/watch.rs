//! Runs the hooked plugins that only look: `audit`, then `concurrent`.

use std::pin::pin;
use std::sync::Arc;

use super::decide::{Ending, Permitted};
use super::state::Denied;
use crate::control;

/// Runs them on what policy permitted. They cannot change it; a concurrent one may still deny it.
pub(crate) async fn watch(mut permitted: Permitted<'_>) -> Ending {
    let (envelope, passage) = permitted.parts();
    let snapshot = Arc::clone(&passage.snapshot);
    if let Some(hooked) = snapshot.hooked(passage.point) {
        pin!(control::observe(&hooked.audit, envelope, passage)).await;
        if let Some((denial, control)) = pin!(control::gate(&hooked.concurrent, envelope, passage)).await {
            return Err(Denied::by_control(denial, control).into());
        }
    }
    Ok(permitted.grant())
}
