//! A permit cannot be made by hand.
use cpex_core::{Decision, Operation, Permit, PluginManager};

async fn permit(manager: &PluginManager, operation: Operation) -> Option<Permit> {
    match manager.authorize(operation).await.decision {
        Decision::Allow(permit) => Some(permit),
        Decision::Deny(_) => Some(Permit { held: None }),
        Decision::Pending(_) => None,
    }
}

fn main() {
    let _ = permit;
}
