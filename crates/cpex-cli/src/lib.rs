//! The `cpex` command: checks policies and lays them out, decides and explains single requests, runs policy tests, verifies
//! and replays audit logs, and shows a scenario.
//!
//! It is a library too, so that other programs run policy tests by the same reader and runner ([`case`]) and show the same
//! scenario ([`demo`]). Everything it decides, it decides through the facade a host uses.

mod audit;
pub mod case;
mod check;
mod command;
mod decide;
pub mod demo;
mod eval;
mod explain;
mod fmt;
mod lsp;
mod paths;
mod plain;
mod replay;
mod streams;
mod test;

pub use command::run;
pub use replay::replay_cases;
pub use streams::Streams;
