//! Reads audit logs: the records of their lines, in the order in which they were written.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 64 << 20;

/// What logs hold.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The records, each once, in the order of their streams; streams are merged by the time of their records.
    pub(super) records: Vec<Json>,
    /// Lines that are no record and no part of what a log holds beside records, each by its place.
    pub(super) torn: Vec<String>,
    /// Whether lines carry a chain, which is not verified here.
    pub(super) is_chained: bool,
}

/// Reads logs.
///
/// # Errors
/// Which one cannot be read, and why.
pub(super) fn read(paths: &[PathBuf]) -> Result<Log, String> {
    let (mut log, mut streams, mut seen) = (Log::default(), BTreeMap::<String, Vec<Json>>::new(), HashSet::new());
    for path in paths {
        lines(path, |number, line| match serde_json::from_str::<Json>(line) {
            Ok(line) => {
                let record = record_of(line);
                log.is_chained |= is_of_chain(&record);
                let is_record =
                    record.get("operation").is_some_and(Json::is_string) && record.get("decision").is_some();
                let id = text(&record, "id").map(str::to_owned);
                if is_record && id.is_none_or(|id| seen.insert(id)) {
                    let stream = text(&record, "stream").unwrap_or_default().to_owned();
                    streams.entry(stream).or_default().push(record);
                }
            }
            Err(_) => log.torn.push(format!("{}:{number}", path.display())),
        })?;
    }
    log.records = merged(streams);
    Ok(log)
}

/// A text of a record.
pub(super) fn text<'r>(record: &'r Json, name: &str) -> Option<&'r str> {
    record.get(name)?.as_str()
}

/// What a line holds in the format `json`: itself, the data of a CloudEvent, or what an OCSF event leaves unmapped.
fn record_of(mut line: Json) -> Json {
    let inner = match (line.get("specversion").is_some(), line.get("class_uid").is_some()) {
        (true, _) => line.get_mut("data").map(Json::take),
        (_, true) => line.pointer_mut("/unmapped/cpex").map(Json::take),
        (false, false) => None,
    };
    inner.unwrap_or(line)
}

/// Whether a line has a part in a chain of hashes.
fn is_of_chain(line: &Json) -> bool {
    ["previous", "checkpoint"].iter().any(|name| line.get(name).is_some())
}

fn lines(path: &Path, mut each: impl FnMut(usize, &str)) -> Result<(), String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("cannot read `{}`: {error}", path.display());
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut reader = BufReader::new(file);
    let (mut bytes, mut number) = (Vec::new(), 0);
    loop {
        bytes.clear();
        let mut limited = std::io::Read::take(&mut reader, MAX_LINE + 1);
        let read = limited.read_until(b'\n', &mut bytes).map_err(|error| unreadable(&error))?;
        if read == 0 {
            return Ok(());
        }
        number += 1;
        if bytes.len() as u64 > MAX_LINE {
            return Err(unreadable(&format_args!("line {number} has more than {MAX_LINE} bytes")));
        }
        let line = String::from_utf8_lossy(&bytes);
        if !line.trim().is_empty() {
            each(number, line.trim());
        }
    }
}

/// One list of the records of all streams: each stream in the order of its numbers, the next record that of the stream whose
/// next one is the earliest.
fn merged(streams: BTreeMap<String, Vec<Json>>) -> Vec<Json> {
    let number = |record: &Json, name: &str| record.get(name).and_then(Json::as_u64).unwrap_or_default();
    let mut queues: Vec<VecDeque<Json>> = streams
        .into_values()
        .map(|mut records| {
            records.sort_by_key(|record| number(record, "sequence"));
            records.into()
        })
        .collect();
    let mut merged = Vec::new();
    loop {
        let heads = queues.iter().enumerate().filter_map(|(at, queue)| Some((number(queue.front()?, "time_ms"), at)));
        let Some((_, at)) = heads.min() else { return merged };
        merged.extend(queues.get_mut(at).and_then(VecDeque::pop_front));
    }
}
