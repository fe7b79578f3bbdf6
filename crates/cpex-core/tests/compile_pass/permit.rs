//! A permit comes out of a decision.
use cpex_core::{Decision, Operation, Permit, PluginManager};

async fn permit(manager: &PluginManager, operation: Operation) -> Option<Permit> {
    match manager.authorize(operation).await.decision {
        Decision::Allow(permit) => Some(permit),
        Decision::Deny(_) => None,
        Decision::Pending(_) => None,
    }
}

fn main() {
    let _ = permit;
}
