//! Attributes, facts and route tables, without any runtime.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod attributes;
mod layers;
mod lints;
mod routes;
mod selectors;
mod support;
