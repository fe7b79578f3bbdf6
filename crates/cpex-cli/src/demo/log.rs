//! The audit log of the scenario, read back.

use std::io;
use std::path::Path;

use cpex::Report;
use serde_json::Value as Json;

/// The records written so far; none where the policy names no log of that name.
pub(super) struct Log(Vec<Json>);

impl Log {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        Ok(Self(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()))
    }

    /// The records of both sides of an operation.
    pub(super) fn of(&self, report: &Report) -> impl DoubleEndedIterator<Item = &Json> {
        let operation = Json::String(report.operation.to_string());
        self.0.iter().filter(move |record| record.get("operation") == Some(&operation))
    }
}
