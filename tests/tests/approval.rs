//! Approvals on their way: from the policy over a channel to a person, and back when the call is repeated.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod approval {
    mod ciba;
}
