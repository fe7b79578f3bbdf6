//! The delegator as a host builds it, against a token endpoint on loopback.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod endpoint {
    mod answers;
    mod bench;
    mod forms;
    mod reuse;
    mod secrets;
}
