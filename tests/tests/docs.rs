//! The documentation says what the runtime does: its examples are loaded, its tables are made from those of the code, its
//! program is run.
//!
//! `CPEX_BLESS=1 cargo test -p cpex-conformance --test docs` writes what is made from tables anew.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod docs {
    mod audit;
    mod codes;
    mod commands;
    mod editors;
    mod envelope;
    mod errors;
    mod examples;
    mod excerpts;
    mod language;
    mod observability;
    mod page;
    mod performance;
    mod policy;
    mod program;
    mod schema;
    mod validator;
    mod walkthrough;
}
