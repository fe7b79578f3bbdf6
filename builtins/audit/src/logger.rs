//! The sink of an `audit/logger`.

use std::io;
use std::sync::Mutex;

use async_trait::async_trait;
use cpex_sdk::audit::Wants;
use cpex_sdk::{AuditSink, PluginError, Record, SinkError};

use crate::config::Destination;
use crate::format::{Entry, Format, Said};
use crate::log::lock;
use crate::writer::{KEPT, Writer};

/// Writes each record as one line before it answers.
#[derive(Debug)]
pub(crate) struct Logger {
    destination: Destination,
    wants: Wants,
    format: Format,
    /// Held for one synchronous write, so that numbers stand in the order of the lines.
    direct: Mutex<Direct>,
}

#[derive(Debug)]
struct Direct {
    writer: Writer,
    entry: Entry,
}

impl Logger {
    /// A sink that is not open yet.
    pub(crate) fn new(writer: Writer, wants: Wants) -> Self {
        let (destination, format) = (writer.destination().clone(), writer.format());
        Self { destination, wants, format, direct: Mutex::new(Direct { writer, entry: Entry::default() }) }
    }

    fn append(&self, record: &Record<'_>) -> io::Result<()> {
        let mut direct = lock(&self.direct)?;
        let Direct { writer, entry } = &mut *direct;
        entry.encode(self.format, Said::Record(record))?;
        let written = writer.append(entry);
        entry.shrink(KEPT);
        written
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
        self.append(record).map_err(|error| SinkError(self.failure("write to", &error)))
    }

    fn wants(&self) -> Wants {
        self.wants.clone()
    }

    async fn initialize(&self) -> Result<(), PluginError> {
        let opened = lock(&self.direct).and_then(|mut direct| direct.writer.open());
        opened.map_err(|error| PluginError(self.failure("open", &error)))
    }

    async fn shutdown(&self) {
        if let Ok(mut direct) = lock(&self.direct) {
            // There is nobody to tell; a stream that was not closed shows in the log.
            let _ = direct.writer.close();
        }
    }
}
