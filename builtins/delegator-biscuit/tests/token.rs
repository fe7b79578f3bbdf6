//! The delegator as a host builds it, with Biscuits of an issuer, and backends that verify what it mints.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod token {
    mod backend;
    mod bench;
    mod cost;
    mod inbound;
    mod narrowed;
    mod secrets;
}
