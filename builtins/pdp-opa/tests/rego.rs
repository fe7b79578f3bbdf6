//! Policies as a document has them: what loads, and what they decide.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod rego {
    mod bench;
    mod bounds;
    mod deciding;
    mod functions;
    mod input;
    mod loading;
}
