//! The records of an operation, joined.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use crate::audit::line::Line;

/// Operations in the order of their first records.
#[derive(Debug, Default)]
pub(super) struct Operations {
    operations: Vec<Operation>,
    /// Where each stands, by its identifier.
    places: HashMap<String, usize>,
    /// Records that were not written.
    pub(super) dropped: u64,
}

/// The records of both sides of an operation. Of several of one side, the last counts.
#[derive(Debug, Default)]
pub(super) struct Operation {
    pub(super) before: Option<Map<String, Json>>,
    pub(super) after: Option<Map<String, Json>>,
}

impl Operations {
    /// Adds what a line says.
    pub(super) fn add(&mut self, line: Line) {
        self.dropped += line.dropped().unwrap_or(0);
        let Some(name) = line.text("operation").map(str::to_owned) else { return };
        let count = self.operations.len();
        let place = *self.places.entry(name).or_insert(count);
        if place == count {
            self.operations.push(Operation::default());
        }
        if let Some(operation) = self.operations.get_mut(place) {
            let is_after = line.text("phase") == Some("post");
            let side = if is_after { &mut operation.after } else { &mut operation.before };
            *side = Some(line.members);
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter()
    }
}

impl Operation {
    /// How it ended, as far as the log says: by its last side.
    pub(super) fn decision(&self) -> &str {
        self.last().and_then(|side| side.get("decision")?.as_str()).unwrap_or("unknown")
    }

    /// The side that ended it.
    pub(super) fn last(&self) -> Option<&Map<String, Json>> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// Its sides, the one before it first.
    pub(super) fn sides(&self) -> impl Iterator<Item = &Map<String, Json>> {
        self.before.iter().chain(&self.after)
    }

    /// When it was received, milliseconds since the Unix epoch.
    pub(super) fn time_ms(&self) -> u64 {
        self.sides().next().and_then(|side| side.get("time_ms")?.as_u64()).unwrap_or(0)
    }

    /// Whether one of its records has that text in that place, a JSON pointer.
    pub(super) fn has(&self, pointer: &str, text: &str) -> bool {
        self.sides().any(|side| at(side, pointer).and_then(Json::as_str) == Some(text))
    }

    pub(super) fn to_json(&self) -> Json {
        json!({
            "operation": self.last().and_then(|side| side.get("operation")),
            "time_ms": self.time_ms(),
            "decision": self.decision(),
            "pre": self.before,
            "post": self.after,
        })
    }
}

/// The value in that place of a record, a JSON pointer, if it says something.
pub(super) fn at<'r>(record: &'r Map<String, Json>, pointer: &str) -> Option<&'r Json> {
    let (name, rest) = pointer.strip_prefix('/')?.split_once('/').unzip();
    let value = match (name, rest) {
        (Some(name), Some(rest)) => record.get(name)?.pointer(&format!("/{rest}"))?,
        _ => record.get(pointer.strip_prefix('/')?)?,
    };
    (!value.is_null()).then_some(value)
}
