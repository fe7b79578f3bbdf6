//! Who calls, from signed tokens and keys through the one door: what callers are told who are not let in, which session is
//! theirs, and what becomes of credentials that stand where they should not.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod callers {
    mod challenges;
    mod inbox;
    mod layers;
    mod monitor;
    mod queries;
    mod sessions;
    mod token;
}
