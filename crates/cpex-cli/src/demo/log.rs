//! The audit log of the scenario, read back.

use std::io;
use std::path::Path;

use cpex::Report;
use serde_json::{Map, Value as Json};

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

/// A record, one line for each member that is not empty.
pub(super) fn shown(record: &Json) -> String {
    let members = record.as_object().into_iter().flatten();
    let line = |(name, value): (&String, &Json)| Some(format!("  \"{name}\": {}", filled(value)?));
    let lines: Vec<String> = members.filter_map(line).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// A value without what is empty in it.
fn filled(value: &Json) -> Option<Json> {
    match value {
        Json::Null => None,
        Json::Array(items) => {
            let kept: Vec<Json> = items.iter().filter_map(filled).collect();
            (!kept.is_empty()).then_some(Json::Array(kept))
        }
        Json::Object(members) => {
            let member = |(name, value): (&String, &Json)| Some((name.clone(), filled(value)?));
            let kept: Map<String, Json> = members.iter().filter_map(member).collect();
            (!kept.is_empty()).then_some(Json::Object(kept))
        }
        other => Some(other.clone()),
    }
}
