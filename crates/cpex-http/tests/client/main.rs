//! The client against real peers on loopback: what it reaches, whom it believes, and what it makes of bad answers.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod answers;
mod reach;
mod secure;
mod support;
