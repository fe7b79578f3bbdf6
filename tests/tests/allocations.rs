//! What operations allocate, counted on the public API: equalities, so that neither a lost nor a new allocation goes
//! unnoticed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod allocations {
    mod guard;
    mod plugins;
    mod ready;
}
