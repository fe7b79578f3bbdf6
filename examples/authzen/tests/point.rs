//! The decision point over HTTP.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod point {
    mod api;
    mod behind;
    mod running;
    mod scenario;
}
