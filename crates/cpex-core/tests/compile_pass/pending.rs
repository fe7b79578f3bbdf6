//! A host says what it does with each decision.
use cpex_core::{Decision, Permit};

fn may_go_on(decision: &Decision<Permit>) -> bool {
    match decision {
        Decision::Allow(_) => true,
        Decision::Deny(_) => false,
        Decision::Pending(_) => false,
    }
}

fn main() {
    let _ = may_go_on;
}
