//! The sink of an `audit/logger`.

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use cpex_sdk::audit::{Id, Wants};
use cpex_sdk::{AuditSink, PluginError, Record, SinkError};

use crate::config::{Destination, Settings};
use crate::destination::{LogFile, check_stderr};
use crate::lines::Lines;

/// Writes each record as one line before it answers.
#[derive(Debug)]
pub(crate) struct Logger {
    /// Its path starts where the process finds it.
    destination: Destination,
    wants: Wants,
    /// Held for one synchronous write, so that numbers stand in the order of the lines.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    lines: Lines,
    output: Output,
}

#[derive(Debug)]
enum Output {
    Closed,
    Stderr,
    File(LogFile),
}

impl Logger {
    /// A sink that is not open yet. Relative paths start from the directory.
    pub(crate) fn new(settings: Settings, directory: &Path, stream: Id) -> Self {
        let Settings { destination, source, wants } = settings;
        let destination = match destination {
            Destination::Stderr => Destination::Stderr,
            Destination::File { path, fsync } => Destination::File { path: directory.join(path), fsync },
        };
        Self {
            destination,
            wants,
            state: Mutex::new(State { lines: Lines::new(stream, source), output: Output::Closed }),
        }
    }

    fn open(&self) -> io::Result<()> {
        let mut state = self.state()?;
        if !matches!(state.output, Output::Closed) {
            return Ok(());
        }
        state.output = match &self.destination {
            Destination::Stderr => check_stderr().map(|()| Output::Stderr)?,
            Destination::File { path, .. } => Output::File(open_file(path, &mut state.lines)?),
        };
        Ok(())
    }

    fn append(&self, record: &Record<'_>) -> io::Result<()> {
        let mut state = self.state()?;
        let State { lines, output } = &mut *state;
        match (&self.destination, output) {
            (Destination::File { path, fsync }, Output::File(log)) => {
                // A log that was moved away or removed is begun anew where it should be, or its lines would be lost.
                if !log.is_at(path)? {
                    *log = open_file(path, lines)?;
                }
                lines.append(record, &mut log.file)?;
                // The line stands in the file, so its number is used even if the disk does not confirm it.
                if *fsync { log.file.sync_data() } else { Ok(()) }
            }
            (Destination::Stderr, Output::Stderr) => lines.append(record, &mut io::stderr().lock()),
            _ => Err(io::Error::other("it was not initialized")),
        }
    }

    /// What a panic left behind is not known, so nothing is written after one.
    fn state(&self) -> io::Result<MutexGuard<'_, State>> {
        self.state.lock().map_err(|_| io::Error::other("an earlier write panicked"))
    }

    fn failure(&self, what: &str, error: &io::Error) -> String {
        match &self.destination {
            Destination::Stderr => format!("cannot {what} standard error: {error}"),
            Destination::File { path, .. } => format!("cannot {what} `{}`: {error}", path.display()),
        }
    }
}

#[async_trait]
impl AuditSink for Logger {
    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        self.append(record).map_err(|error| SinkError(self.failure("write to", &error)))
    }

    fn wants(&self) -> Wants {
        self.wants.clone()
    }

    async fn initialize(&self) -> Result<(), PluginError> {
        self.open().map_err(|error| PluginError(self.failure("open", &error)))
    }
}

fn open_file(path: &Path, lines: &mut Lines) -> io::Result<LogFile> {
    let log = LogFile::open(path)?;
    lines.follow(log.torn);
    Ok(log)
}
