//! What a subscriber sees of operations: the spans that the table lists, and no value of anybody.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod spans {
    mod capture;
    mod example;
    mod secrecy;
    mod shape;
    mod watched;
}
