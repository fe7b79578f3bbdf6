//! The engine for AuthZEN against a decision point that is not ours: Cerbos, as npm has it for this system.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod decision_point {
    mod cerbos;
    mod process;
}
