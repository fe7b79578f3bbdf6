//! The CIBA channel as a host builds it, against an OpenID provider on loopback.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod provider {
    mod answers;
    mod asking;
    mod bench;
    mod replicas;
    mod secrets;
}
