//! Defects that systems of this kind have had, each with the test that would have found it.
//!
//! The table names the tests of every trap, wherever they stand; those that concern no one crate stand here.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

mod traps {
    mod credentials;
    mod monitor;
    mod pipelines;
    mod predicates;
    mod records;
    mod table;
}
