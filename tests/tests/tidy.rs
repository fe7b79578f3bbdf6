//! The rules of the repository that no compiler holds: which crate may use which, what a file may look like, what the
//! prose may point at.
//!
//! One file a rule under `tidy/`. Each rule has one test over the repository and tests over small fixtures that show the
//! rule can fail. Nothing here builds or runs the crates; `cargo metadata` is asked offline.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod tidy {
    mod arrows;
    mod circles;
    mod layout;
    mod links;
    mod metadata;
    mod modules;
    mod msrv;
    mod reasons;
    mod repository;
    mod sizes;
    mod source;
    mod unsafety;
    mod uses;
    mod weight;
    mod words;
}
