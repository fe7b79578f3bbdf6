//! The lines of one stream: numbered from 1 without gaps, each written in one piece.

use std::io::{self, Write};

use cpex_sdk::Record;
use cpex_sdk::audit::Id;
use serde::Serialize;

/// Where the next line of a stream begins and what number it has.
#[derive(Debug)]
pub(crate) struct Lines {
    stream: Id,
    source: Option<String>,
    /// Lines that were written whole.
    written: u64,
    /// Whether the output ends in the beginning of a line.
    torn: bool,
    buffer: Vec<u8>,
}

/// What the buffer keeps between two lines, in bytes: more than a usual line, far less than a long one.
const KEPT: usize = 16 * 1024;

#[derive(Serialize)]
struct Line<'l, 'r> {
    stream: Id,
    sequence: u64,
    source: Option<&'l str>,
    #[serde(flatten)]
    record: &'l Record<'r>,
}

impl Lines {
    /// A stream without lines.
    pub(crate) const fn new(stream: Id, source: Option<String>) -> Self {
        Self { stream, source, written: 0, torn: false, buffer: Vec::new() }
    }

    /// The next line goes to an output that holds something already; `torn` says whether that ends within a line.
    pub(crate) const fn follow(&mut self, torn: bool) {
        self.torn = torn;
    }

    /// Writes the line of a record.
    ///
    /// INVARIANT: the number counts lines that stand in the output whole, so one that failed leaves its number to the next.
    /// Its beginning cannot be taken back from an output that others may add to; the next line ends it first.
    pub(crate) fn append(&mut self, record: &Record<'_>, output: &mut dyn Write) -> io::Result<()> {
        self.encode(record)?;
        let mut output = Counted { output, bytes: 0 };
        let outcome = output.write_all(&self.buffer);
        if let Some(last) = output.bytes.checked_sub(1).and_then(|last| self.buffer.get(last)) {
            self.torn = *last != b'\n';
        }
        outcome?;
        self.written += 1;
        Ok(())
    }

    fn encode(&mut self, record: &Record<'_>) -> io::Result<()> {
        let line = Line { stream: self.stream, sequence: self.written + 1, source: self.source.as_deref(), record };
        self.buffer.clear();
        self.buffer.shrink_to(KEPT);
        if self.torn {
            self.buffer.push(b'\n');
        }
        serde_json::to_writer(&mut self.buffer, &line)?;
        self.buffer.push(b'\n');
        Ok(())
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
