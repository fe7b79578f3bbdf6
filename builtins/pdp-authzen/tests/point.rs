//! The engine as a host builds it, against a decision point on loopback.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod point {
    mod answers;
    mod bench;
    mod requests;
    mod reuse;
}
