//! The sink of an `audit/logger`.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cpex_sdk::audit::Wants;
use cpex_sdk::{AuditSink, PluginError, Record, SinkError};

use crate::config::Destination;
use crate::format::{Entry, Format, Said};
use crate::log::lock;
use crate::queue::{Drain, Pushed, Queue, Waiting};
use crate::writer::{KEPT, Writer};

/// Writes each record as one line before it answers, or has it written.
#[derive(Debug)]
pub(crate) struct Logger {
    destination: Destination,
    wants: Wants,
    format: Format,
    output: Output,
    /// Where records wait; none where each is written before the answer.
    queue: Option<Queue>,
}

/// Where records are written.
#[derive(Clone, Debug)]
struct Output {
    /// Held for one synchronous write, so that numbers stand in the order of the lines.
    direct: Arc<Mutex<Direct>>,
    /// Records that were dropped and not told of.
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Direct {
    writer: Writer,
    entry: Entry,
}

impl Logger {
    /// A sink that is not open yet; `queue` says how many records may wait, if any may.
    pub(crate) fn new(writer: Writer, queue: Option<usize>, wants: Wants) -> Self {
        let (destination, format) = (writer.destination().clone(), writer.format());
        let direct = Arc::new(Mutex::new(Direct { writer, entry: Entry::default() }));
        let output = Output { direct, dropped: Arc::default() };
        Self { destination, wants, format, output, queue: queue.map(Queue::new) }
    }

    fn open(&self) -> io::Result<()> {
        lock(&self.output.direct)?.writer.open()?;
        self.queue.as_ref().map_or(Ok(()), |queue| queue.start(self.output.clone()))
    }

    fn append(&self, record: &Record<'_>) -> io::Result<()> {
        let mut direct = lock(&self.output.direct)?;
        let Direct { writer, entry } = &mut *direct;
        entry.encode(self.format, Said::Record(record))?;
        let written = writer.append(entry);
        entry.shrink(KEPT);
        written
    }

    fn enqueue(&self, queue: &Queue, record: &Record<'_>) {
        let mut entry = Entry::default();
        if entry.encode(self.format, Said::Record(record)).is_err() {
            self.output.clone().write(Waiting::Missing(1));
            return;
        }
        match queue.push(entry) {
            Pushed::Waits => {}
            Pushed::Dropped => self.output.count(1),
            // What comes once nothing waits any more is written at once.
            Pushed::Ended(entry) => self.output.clone().write(Waiting::Record(entry)),
        }
    }

    fn failure(&self, what: &str, error: &io::Error) -> String {
        match &self.destination {
            Destination::Stderr => format!("cannot {what} standard error: {error}"),
            Destination::Tracing => format!("cannot {what} `tracing`: {error}"),
            Destination::File(settings) => format!("cannot {what} `{}`: {error}", settings.path.display()),
        }
    }
}

#[async_trait]
impl AuditSink for Logger {
    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        if let Some(queue) = &self.queue {
            self.enqueue(queue, record);
            return Ok(());
        }
        self.append(record).map_err(|error| SinkError(self.failure("write to", &error)))
    }

    fn wants(&self) -> Wants {
        self.wants.clone()
    }

    fn take_dropped(&self) -> u64 {
        self.output.dropped.swap(0, Ordering::Relaxed)
    }

    async fn initialize(&self) -> Result<(), PluginError> {
        self.open().map_err(|error| PluginError(self.failure("open", &error)))
    }

    async fn shutdown(&self) {
        match &self.queue {
            Some(queue) => {
                queue.close();
                queue.drained().await;
            }
            None => self.output.clone().end(),
        }
    }
}

impl Output {
    fn count(&self, records: u64) {
        self.dropped.fetch_add(records, Ordering::Relaxed);
    }
}

impl Drain for Output {
    fn write(&mut self, waiting: Waiting) {
        let Ok(mut direct) = lock(&self.direct) else {
            self.count(u64::from(matches!(waiting, Waiting::Record(_))));
            return;
        };
        match waiting {
            Waiting::Record(entry) if direct.writer.append_or_miss(&entry) => {}
            Waiting::Record(_) => self.count(1),
            // It was counted when it was dropped.
            Waiting::Missing(records) => direct.writer.miss(records),
        }
    }

    fn end(&mut self) {
        if let Ok(mut direct) = lock(&self.direct) {
            // There is nobody to tell; a stream that was not closed shows in the log.
            let _ = direct.writer.close();
        }
    }
}
