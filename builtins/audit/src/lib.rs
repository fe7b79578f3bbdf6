//! Audit sinks for CPEX: one line of JSON for every decision.
//!
//! `audit/logger` writes the record of every operation to standard error or to a file, in one piece, before the caller gets
//! an answer. Lines of one sink of one process form a stream and are numbered without gaps, so a reader sees when one is
//! missing. A record that cannot be written is an error of the sink, and the runtime denies the operation.
//!
//! The fields of a line are those of [`cpex_sdk::audit::Record`], preceded by `stream`, `sequence` and `source`; the names
//! are fixed, and later releases only add to them.

mod config;
mod destination;
mod factory;
mod lines;
mod logger;
mod wants;

pub use factory::{KIND, LoggerFactory};
