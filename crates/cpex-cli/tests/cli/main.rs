//! The command as its users meet it: the binary, its streams and its exit statuses.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]

mod audit;
mod check;
mod command;
mod corpus;
mod coverage;
mod demo;
mod eval;
mod explain;
mod fmt;
mod lsp;
mod refusals;
mod replay;
mod run;
mod stubs;
