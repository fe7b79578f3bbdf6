//! Patterns of plugins, each in a file of its own: a guardrail on both sides of an operation, state that is kept from one
//! hook to the next, a lifecycle that may run more than once, telemetry that never holds up an answer.
//!
//! `tests/pipelines.rs` puts them to work with the documents that `docs/plugins.md` shows.

pub mod guardrail;
pub mod latency;
pub mod lifecycle;
pub mod telemetry;
