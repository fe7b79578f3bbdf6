//! How an output ends, and what adding a line makes of that.
//!
//! A line may fail half-way. Its beginning cannot be taken back from an output that others may read already; it is ended by
//! a line break before the next line, and where lines are chained, the next is a checkpoint that says what it was.

use std::io::{self, Write};

use crate::chain::{Hash, Hashing};
use crate::line::Line;

/// How an output ends.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// Hash of the last whole line; none where there is none, or lines are not chained.
    pub(crate) tip: Option<Hash>,
    /// What stands after the last whole line.
    pub(crate) torn: Option<Hashing>,
    /// Whether it ends within a line.
    pub(crate) is_open: bool,
    /// Bytes.
    pub(crate) size: u64,
}

/// What became of a line.
#[derive(Debug)]
#[must_use]
pub(crate) struct Written {
    /// Whether it stands in the output whole, so that its place is taken.
    pub(crate) stands: bool,
    pub(crate) outcome: io::Result<()>,
}

impl Tail {
    /// Adds a line in one piece. `hashed` says whether the one after it is to carry its hash.
    pub(crate) fn append(&mut self, line: &Line, hashed: bool, output: &mut dyn Write) -> Written {
        let was_open = self.is_open;
        let mut output = Counted { output, bytes: 0 };
        let outcome = output.write_all(line.framed(was_open));
        self.size += u64::try_from(output.bytes).unwrap_or(u64::MAX);
        let content = line.content();
        match output.bytes.checked_sub(usize::from(was_open)) {
            // Nothing was taken.
            None => return Written { stands: false, outcome },
            // At most the line break before it was.
            Some(0) => self.is_open = false,
            Some(taken) if taken < content.len() => {
                self.tear(content.get(..taken).unwrap_or_default());
            }
            Some(taken) => {
                self.is_open = taken == content.len();
                self.tip = hashed.then(|| Hash::of(content));
                self.torn = None;
                return Written { stands: true, outcome };
            }
        }
        Written { stands: false, outcome }
    }

    /// Takes note of a line that an output that takes whole lines only took.
    pub(crate) fn took(&mut self, line: &Line, hashed: bool) -> Written {
        self.tip = hashed.then(|| Hash::of(line.content()));
        Written { stands: true, outcome: Ok(()) }
    }

    /// Takes note of the beginning of a line.
    pub(crate) fn tear(&mut self, beginning: &[u8]) {
        match &mut self.torn {
            Some(torn) => torn.add(b"\n"),
            torn => *torn = Some(Hashing::new()),
        }
        if let Some(torn) = &mut self.torn {
            torn.add(beginning);
        }
        self.is_open = true;
    }
}

/// Counts what the output took, for an error does not say.
struct Counted<'w> {
    output: &'w mut dyn Write,
    bytes: usize,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.output.write(bytes)?;
        self.bytes += taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests;
