//! What lines are written to: standard error, the host's `tracing`, or a file, which is begun anew when it is full or was
//! moved away.
//!
//! Sinks of one manager that name one file share it, as those of two documents do while one replaces the other.

mod end;
mod file;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::chain::Hash;
use crate::config::{Destination, FileSettings};
use crate::line::Line;
use crate::tail::{Tail, Written};
use file::LogFile;

/// One output.
#[derive(Debug, Default)]
pub(crate) struct Log {
    output: Output,
    tail: Tail,
    /// Whether its lines carry hashes: all do, or none.
    chained: bool,
    /// Whether nothing was written since it was begun.
    is_new: bool,
    /// Whether it holds more than what begins it.
    holds_records: bool,
    /// Streams that go on.
    streams: usize,
}

#[derive(Debug, Default)]
enum Output {
    #[default]
    Closed,
    Stderr,
    Tracing,
    File(LogFile),
}

/// The files of a manager that are written to, by their paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs(Arc<Mutex<BTreeMap<PathBuf, Weak<Mutex<Log>>>>>);

impl Logs {
    /// The log of a destination.
    pub(crate) fn of(&self, destination: &Destination) -> Arc<Mutex<Log>> {
        let Destination::File(FileSettings { path, .. }) = destination else { return Arc::default() };
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logs.retain(|_, log| log.strong_count() > 0);
        if let Some(log) = logs.get(path).and_then(Weak::upgrade) {
            return log;
        }
        let log = Arc::default();
        logs.insert(path.clone(), Arc::downgrade(&log));
        log
    }
}

/// What a panic left behind is not known, so nothing is written after one.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> io::Result<MutexGuard<'_, T>> {
    mutex.lock().map_err(|_| io::Error::other("an earlier write panicked"))
}

impl Log {
    /// Lets one more stream write; the first opens the output.
    pub(crate) fn open(&mut self, destination: &Destination, chained: bool) -> io::Result<()> {
        if matches!(self.output, Output::Closed) {
            *self = Self { chained, is_new: true, ..Self::default() };
            match destination {
                Destination::Stderr => self.output = check_stderr().map(|()| Output::Stderr)?,
                Destination::Tracing => self.output = Output::Tracing,
                Destination::File(settings) => self.begin(settings)?,
            }
        }
        if self.chained != chained {
            return Err(file::mixed(chained));
        }
        self.streams += 1;
        Ok(())
    }

    /// Lets go of a stream; the last closes the output.
    pub(crate) fn close(&mut self) {
        self.streams = self.streams.saturating_sub(1);
        if self.streams == 0 {
            self.output = Output::Closed;
        }
    }

    /// A file that was moved away or removed is begun anew where it should be, or its lines would be lost.
    pub(crate) fn follow(&mut self, destination: &Destination) -> io::Result<()> {
        match (destination, &self.output) {
            (Destination::File(settings), Output::File(file)) if !file.is_at(&settings.path)? => self.begin(settings),
            _ => Ok(()),
        }
    }

    /// Whether so many more bytes are too many.
    pub(crate) fn is_full(&self, destination: &Destination, more: usize) -> bool {
        let Destination::File(FileSettings { rotate: Some(rotate), .. }) = destination else { return false };
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        self.holds_records && self.tail.size.saturating_add(more) > rotate.max_bytes
    }

    /// Moves a file that is full out of the way and begins it anew.
    pub(crate) fn rotate(&mut self, destination: &Destination) -> io::Result<()> {
        let Destination::File(settings) = destination else { return Ok(()) };
        file::make_way(settings)?;
        self.begin(settings)
    }

    /// Adds a line. A record makes a file one that may be full.
    pub(crate) fn append(&mut self, line: &Line, destination: &Destination, is_record: bool) -> Written {
        let written = match &mut self.output {
            Output::Closed => Written { stands: false, outcome: Err(io::Error::other("it is closed")) },
            Output::Stderr => self.tail.append(line, self.chained, &mut io::stderr().lock()),
            Output::Tracing => match tell(line) {
                Ok(()) => self.tail.took(line, self.chained),
                Err(error) => Written { stands: false, outcome: Err(error) },
            },
            Output::File(log) => log.append(line, &mut self.tail, self.chained, destination.is_forced()),
        };
        if written.stands {
            self.is_new = false;
            self.holds_records |= is_record;
        }
        written
    }

    /// Hash of the last whole line.
    pub(crate) const fn tip(&self) -> Option<Hash> {
        self.tail.tip
    }

    /// Hash of what stands after the last whole line, if anything does.
    pub(crate) fn torn(&self) -> Option<Hash> {
        self.tail.torn.as_ref().map(|torn| torn.hash())
    }

    /// How many other streams go on here.
    pub(crate) const fn others(&self) -> usize {
        self.streams.saturating_sub(1)
    }

    /// Whether the next line is the first of a file.
    pub(crate) const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Opens the file of these settings in place of the one that is written to.
    fn begin(&mut self, settings: &FileSettings) -> io::Result<()> {
        let (file, found) = LogFile::open(settings, self.chained)?;
        self.output = Output::File(file);
        let before = std::mem::replace(&mut self.tail, found.tail);
        // A file that holds the beginning of a line and no whole one is as good as new.
        self.is_new = self.tail.size == 0 || (self.chained && self.tail.tip.is_none());
        self.holds_records = !self.is_new;
        if self.tail.size == 0 {
            let before = if before.size == 0 { found.rotated.unwrap_or(before) } else { before };
            self.tail.tip = before.tip;
            self.tail.torn = before.torn;
        }
        Ok(())
    }
}

/// Hands a line to the host's `tracing`. Nobody there is as a full disk is.
fn tell(line: &Line) -> io::Result<()> {
    if !tracing::enabled!(target: "cpex.audit", tracing::Level::INFO) {
        return Err(io::Error::other("no subscriber takes events of the target `cpex.audit`"));
    }
    let line = std::str::from_utf8(line.content()).map_err(io::Error::other)?;
    tracing::info!(target: "cpex.audit", "{line}");
    Ok(())
}

/// Whether standard error is there at all: the standard library takes what is written to a closed one for written.
#[cfg(unix)]
fn check_stderr() -> io::Result<()> {
    std::os::fd::AsFd::as_fd(&io::stderr()).try_clone_to_owned().map(drop)
}

/// Whether standard error is there at all; known on Unix only.
#[cfg(not(unix))]
fn check_stderr() -> io::Result<()> {
    Ok(())
}
