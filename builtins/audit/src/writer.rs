//! Writes the lines of a stream: numbered from 1 without gaps, and where they are chained, each with the hash of the one before
//! it and with checkpoints among them.

use std::io;
use std::sync::{Arc, Mutex};

use cpex_sdk::audit::Id;
use cpex_sdk::{Clock, Host, IdSource};

use crate::chain::Chain;
use crate::config::{Destination, Settings};
use crate::format::{Entry, Format, Said};
use crate::line::{Line, PLACE, Place};
use crate::log::{Log, Logs, lock};
use crate::notice::{Body, Checkpoint, Gap, Kind, Notice};

/// Writes to one log, in one stream after another: a stream ends when the sink is shut down.
pub(crate) struct Writer {
    destination: Destination,
    format: Format,
    chain: Option<Chain>,
    /// JSON: text, or null.
    source: String,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    log: Arc<Mutex<Log>>,
    stream: Stream,
    state: State,
    /// Records that stand in the log, of all its streams.
    records: u64,
    notice: Entry,
    line: Line,
}

/// How far a stream has come.
///
/// INVARIANT: what counts here stands in the log whole. A line that failed leaves its number to the next.
#[derive(Debug)]
struct Stream {
    id: Id,
    lines: u64,
    records: u64,
    /// Records since the last checkpoint.
    unsigned: u64,
    /// Records that were not written, as far as the log says.
    dropped: u64,
    /// Records that were not written and the log does not say so yet.
    missing: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Open,
    Closed,
}

/// What a buffer keeps between two lines, in bytes: more than a usual line, far less than a long one.
pub(crate) const KEPT: usize = 16 * 1024;

impl Writer {
    /// A writer that is not open yet.
    pub(crate) fn new(settings: Settings, host: &Host, logs: &Logs) -> Self {
        let Settings { destination, source, format, chain, queue: _, wants: _ } = settings;
        Self {
            log: logs.of(&destination),
            destination,
            format,
            chain,
            source: serde_json::Value::from(source).to_string(),
            clock: Arc::clone(&host.clock),
            ids: Arc::clone(&host.ids),
            stream: Stream::new(Id(host.ids.next())),
            state: State::New,
            records: 0,
            notice: Entry::default(),
            line: Line::default(),
        }
    }

    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    pub(crate) const fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Opens the log and begins the stream.
    pub(crate) fn open(&mut self) -> io::Result<()> {
        if self.state == State::Open {
            return Ok(());
        }
        let log = Arc::clone(&self.log);
        let mut log = lock(&log)?;
        log.open(&self.destination, self.chain.is_some())?;
        self.write_due(&mut log).inspect_err(|_| log.close())?;
        self.state = State::Open;
        Ok(())
    }

    /// Writes a record.
    pub(crate) fn append(&mut self, entry: &Entry) -> io::Result<()> {
        match self.state {
            State::Open => {}
            State::New => return Err(io::Error::other("it was not initialized")),
            // What began before it was shut down ends in a stream of its own.
            State::Closed => {
                self.stream = Stream { missing: self.stream.missing, ..Stream::new(Id(self.ids.next())) };
                self.open()?;
            }
        }
        let log = Arc::clone(&self.log);
        let mut log = lock(&log)?;
        log.follow(&self.destination)?;
        if log.is_full(&self.destination, self.length(entry)) {
            self.rotate(&mut log)?;
        }
        self.write_due(&mut log)?;
        self.compose(&log, entry)?;
        self.write(&mut log, true)?;
        if self.chain.as_ref().is_some_and(|chain| self.stream.unsigned >= chain.every) {
            // The record stands. A checkpoint that failed is due before the next.
            let _ = self.checkpoint(&mut log, Kind::Interval);
        }
        Ok(())
    }

    /// Writes a record, or takes note that it is missing. Gives whether it stands: one that may is not written twice.
    pub(crate) fn append_or_miss(&mut self, entry: &Entry) -> bool {
        let before = self.records;
        let stands = self.append(entry).is_ok() || self.records > before;
        if !stands {
            self.miss(1);
        }
        stands
    }

    /// Takes note of records that are not written.
    pub(crate) fn miss(&mut self, records: u64) {
        self.stream.missing += records;
    }

    /// Ends the stream.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        if self.state != State::Open {
            return Ok(());
        }
        self.state = State::Closed;
        let log = Arc::clone(&self.log);
        let mut log = lock(&log)?;
        let closed = self.write_due(&mut log).and_then(|()| self.checkpoint(&mut log, Kind::Close));
        log.close();
        closed
    }

    /// Writes what must stand before the next record.
    fn write_due(&mut self, log: &mut Log) -> io::Result<()> {
        let due = match &self.chain {
            None => None,
            Some(_) if self.stream.lines == 0 => Some(Kind::Start),
            Some(_) if log.is_new() => Some(Kind::Continue),
            Some(_) if log.torn().is_some() => Some(Kind::Resume),
            Some(chain) if self.stream.unsigned >= chain.every => Some(Kind::Interval),
            Some(_) => None,
        };
        if let Some(kind) = due {
            self.checkpoint(log, kind)?;
        }
        self.write_gap(log)
    }

    /// Writes how many records are missing here.
    fn write_gap(&mut self, log: &mut Log) -> io::Result<()> {
        let dropped = self.stream.missing;
        if dropped == 0 {
            return Ok(());
        }
        let time_ms = self.clock.now_ms();
        self.compose_notice(log, time_ms, Body::Gap(Gap { time_ms, dropped }))?;
        let stood = self.stream.lines;
        let outcome = self.write(log, false);
        if self.stream.lines > stood {
            self.stream.missing -= dropped;
            self.stream.dropped += dropped;
        }
        outcome
    }

    fn checkpoint(&mut self, log: &mut Log, kind: Kind) -> io::Result<()> {
        let Some(chain) = self.chain.clone() else { return Ok(()) };
        let time_ms = self.clock.now_ms();
        let checkpoint = Checkpoint {
            kind,
            time_ms,
            opens: log.is_new(),
            others: log.others(),
            records: self.stream.records,
            dropped: self.stream.dropped,
            torn: log.torn(),
            key: chain.signer.id(),
        };
        self.compose_notice(log, time_ms, Body::Checkpoint(checkpoint))?;
        self.line.sign(&chain.signer, self.format)?;
        let stood = self.stream.lines;
        let outcome = self.write(log, false);
        if self.stream.lines > stood {
            self.stream.unsigned = 0;
        }
        outcome
    }

    /// Leaves a file that is full.
    fn rotate(&mut self, log: &mut Log) -> io::Result<()> {
        self.write_gap(log)?;
        self.checkpoint(log, Kind::Rotate)?;
        log.rotate(&self.destination)
    }

    fn compose_notice(&mut self, log: &Log, time_ms: u64, body: Body) -> io::Result<()> {
        let place = (self.stream.id, self.stream.lines + 1);
        let mut entry = std::mem::take(&mut self.notice);
        let notice = Notice { place, time_ms, body };
        let composed = entry.encode(self.format, Said::Notice(&notice)).and_then(|()| self.compose(log, &entry));
        self.notice = entry;
        composed
    }

    fn compose(&mut self, log: &Log, entry: &Entry) -> io::Result<()> {
        self.line.shrink(KEPT);
        let place = Place {
            stream: self.stream.id,
            sequence: self.stream.lines + 1,
            source: &self.source,
            previous: self.chain.is_some().then(|| log.tip()),
        };
        self.line.compose(&place, entry)
    }

    /// Writes the line that was composed.
    fn write(&mut self, log: &mut Log, is_record: bool) -> io::Result<()> {
        let written = log.append(&self.line, &self.destination, is_record);
        if written.stands {
            self.stream.lines += 1;
            if is_record {
                self.stream.records += 1;
                self.stream.unsigned += 1;
                self.records += 1;
            }
        }
        written.outcome
    }

    /// The most bytes that a record takes in a file, with what may have to stand before and after it.
    fn length(&self, entry: &Entry) -> usize {
        let (before, after) = entry.parts();
        let notices = if self.chain.is_some() { 3 * (self.format.notice() + self.source.len()) } else { 0 };
        before.len() + after.len() + PLACE + self.source.len() + notices
    }
}

impl Stream {
    const fn new(id: Id) -> Self {
        Self { id, lines: 0, records: 0, unsigned: 0, dropped: 0, missing: 0 }
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("destination", &self.destination)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}
