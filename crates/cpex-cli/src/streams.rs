//! The three streams of a command, passed in so that it can be run without a process.

use std::fmt;
use std::io::{Read, Write};

/// Where a command reads and writes.
pub struct Streams<'s> {
    /// What `-` reads.
    pub input: &'s mut dyn Read,
    /// What was asked for.
    pub output: &'s mut dyn Write,
    /// Why it could not be done.
    pub errors: &'s mut dyn Write,
}

impl Streams<'_> {
    /// Writes a line of what was asked for. A reader that went away is no fault of the command.
    pub(crate) fn say(&mut self, line: impl fmt::Display) {
        let _ = writeln!(self.output, "{line}");
    }

    /// Writes why something could not be done.
    pub(crate) fn complain(&mut self, line: impl fmt::Display) {
        let _ = writeln!(self.errors, "{line}");
    }
}

impl fmt::Debug for Streams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams").finish_non_exhaustive()
    }
}
