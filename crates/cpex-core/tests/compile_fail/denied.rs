//! A denial holds no permit.
use cpex_core::{Decision, Operation, Permit, PluginManager};

async fn permit(manager: &PluginManager, operation: Operation) -> Option<Permit> {
    match manager.authorize(operation).await.decision {
        Decision::Allow(permit) => Some(permit),
        Decision::Deny(permit) => Some(permit),
        Decision::Pending(_) => None,
    }
}

fn main() {
    let _ = permit;
}
