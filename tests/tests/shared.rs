//! One agent served by several processes over one store: labels follow the session from one to the other, every decision is
//! in a log that verifies offline, and a log shows what another policy would have decided.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests fail by panicking, and the process that a test starts answers it"
)]

mod shared {
    mod command;
    mod process;
    mod scenario;
    #[path = "../callers/token.rs"]
    mod token;
}
