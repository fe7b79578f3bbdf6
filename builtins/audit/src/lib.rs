//! Audit sinks for CPEX: one line for every decision, in a log that proves itself.
//!
//! `audit/logger` writes the record of every operation to standard error, to the host's `tracing` or to a file, in one piece,
//! before the caller gets an answer. Lines of one sink of one process form a stream and are numbered without gaps, so a reader
//! sees when one is missing. A record that cannot be written is an error of the sink, and the runtime denies the operation.
//!
//! With a chain each line carries the hash of the one before it, and signed checkpoints say how far the stream has come:
//! what is changed, taken out, put in or moved shows, offline, to whoever has the public key. Which bytes are hashed and
//! signed is documented in `docs/audit.md`, so that others can check them too; `cpex audit verify` does.
//!
//! The fields of a line are those of [`cpex_sdk::audit::Record`], preceded by its place; the names are fixed, and later
//! releases only add to them.

mod chain;
mod config;
mod factory;
mod format;
mod line;
mod log;
mod logger;
mod notice;
mod queue;
mod tail;
mod wants;
mod writer;

pub use factory::{KIND, LoggerFactory};
