//! Documents as users write them, against providers that others wrote.
//!
//! `providers/process.rs` runs the one of `tests/idp` for each test, which needs Node; `make setup` installs it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod providers {
    mod ciba;
    mod delegation;
    #[cfg(unix)]
    mod device;
    mod host;
    mod identity;
    #[cfg(unix)]
    mod keycloak;
    mod peers;
    mod process;
}
