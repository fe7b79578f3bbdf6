//! `cpex audit`: makes keys for audit logs, verifies logs, shows them.
//!
//! What is verified is what the documentation of the log says, not what the code that writes it does: the two share nothing.

mod files;
mod keys;
mod line;
mod show;
mod verify;

use std::path::PathBuf;

use clap::Subcommand;

use crate::streams::Streams;

/// What is done with a log.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a key that signs logs: write the private key to a new file, print the public one
    Keygen {
        /// Where the private key is written
        path: PathBuf,
    },
    /// Verify logs with a chain. Exits 0 if they are whole: genuine from the first line to the one that closes them; 3 if
    /// what is there is genuine and something may be missing; 1 if they were tampered with; 2 if they cannot be read
    Verify(verify::Options),
    /// Show the operations of a log: when, how it was decided, who, what, and why. Exits 0, or 2 if a log cannot be read
    Show(show::Options),
}

/// Does it and gives the exit status.
pub(crate) fn run(command: &Command, streams: &mut Streams<'_>) -> u8 {
    match command {
        Command::Keygen { path } => keys::generate(path, streams),
        Command::Verify(options) => verify::run(options, streams),
        Command::Show(options) => show::run(options, streams),
    }
}
