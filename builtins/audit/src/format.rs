//! How a line is written. Every format holds the line of `json` whole: by itself, as the `data` of a CloudEvent, or as
//! `unmapped.cpex` of an OCSF event. So a chain is checked and a log is read in one way, whatever its format.

mod cloudevents;
mod ocsf;

use std::io;

use cpex_sdk::Record;
use serde::Serialize;

use crate::notice::Notice;

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Ocsf,
    CloudEvents,
}

/// What a line says, beside its place.
#[derive(Clone, Copy)]
pub(crate) enum Said<'s, 'r> {
    Record(&'s Record<'r>),
    Notice(&'s Notice),
}

/// A line without its place in a stream.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    text: Vec<u8>,
    /// Where the members of the place belong.
    at: usize,
}

impl Format {
    /// The most bytes that a line takes that is about the log itself, but for the source.
    pub(crate) const fn notice(self) -> usize {
        match self {
            Self::Json => 768,
            Self::CloudEvents => 1024,
            Self::Ocsf => 1280,
        }
    }

    /// How many braces close a line.
    pub(crate) const fn closing(self) -> usize {
        match self {
            Self::Json => 1,
            Self::CloudEvents => 2,
            Self::Ocsf => 3,
        }
    }
}

impl Entry {
    /// Writes what is said, in place of what this held.
    pub(crate) fn encode(&mut self, format: Format, said: Said<'_, '_>) -> io::Result<()> {
        self.text.clear();
        match format {
            Format::Json => {}
            Format::CloudEvents => match said {
                Said::Record(record) => self.open(&cloudevents::record(record), b",\"data\":")?,
                Said::Notice(notice) => self.open(&cloudevents::notice(notice), b",\"data\":")?,
            },
            Format::Ocsf => match said {
                Said::Record(record) => self.open(&ocsf::activity(record), b",\"unmapped\":{\"cpex\":")?,
                Said::Notice(notice) => self.open(&ocsf::notice(notice), b",\"unmapped\":{\"cpex\":")?,
            },
        }
        self.at = self.text.len() + 1;
        match said {
            Said::Record(record) => serde_json::to_writer(&mut self.text, record)?,
            Said::Notice(notice) => serde_json::to_writer(&mut self.text, &notice.body)?,
        }
        self.text.extend(std::iter::repeat_n(b'}', format.closing() - 1));
        Ok(())
    }

    /// What stands before the members of the place, and what after.
    pub(crate) fn parts(&self) -> (&[u8], &[u8]) {
        self.text.split_at_checked(self.at).unwrap_or_default()
    }

    /// Gives back what it holds beyond that many bytes.
    pub(crate) fn shrink(&mut self, kept: usize) {
        self.text.clear();
        self.text.shrink_to(kept);
    }

    /// Writes the members of a head, and of what follows it the name.
    fn open(&mut self, head: &impl Serialize, name: &[u8]) -> io::Result<()> {
        serde_json::to_writer(&mut self.text, head)?;
        self.text.pop();
        self.text.extend_from_slice(name);
        Ok(())
    }
}
