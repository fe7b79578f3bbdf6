//! The config of an `audit/logger`: its keys, and what they mean.

mod read;

use std::path::PathBuf;

use cpex_sdk::config::{ConfigFault, Key, Shape};
use serde_json::Value as Json;

use self::read::Reader;

/// What a config may say. Words and keys of later versions are let through here, for [`Settings::read`] refuses them by
/// name.
pub(crate) const KEYS: &[Key] = &[
    Key::optional(
        "destination",
        Shape::Either(&[Shape::Text, Shape::Section(DESTINATION_KEYS)]),
        "Where lines go: `stderr` (default) or `{file: {path}}`.",
    ),
    Key::optional("source", Shape::Text, "Text that every line carries, such as the name of this process."),
    Key::optional("format", Shape::Text, "How a record is written: `json` (default), the only format."),
    Key::optional("on_failure", Shape::Text, "What a failed write means: `deny` (default), the only answer."),
    Key::optional("chain", Shape::Any, "Not available yet: refused."),
];

const DESTINATION_KEYS: &[Key] = &[Key::required("file", Shape::Section(FILE_KEYS), "A file that lines are added to.")];

const FILE_KEYS: &[Key] = &[
    Key::required("path", Shape::Text, "Path of the file, from the directory of the document."),
    Key::optional("fsync", Shape::Word(FSYNC), "Whether `each` line is forced to the disk; `never` is the default."),
    Key::optional("rotate", Shape::Any, "Not available yet: refused."),
];

const FSYNC: &[&str] = &["never", "each"];

/// What a config means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) destination: Destination,
    /// Text that every line carries.
    pub(crate) source: Option<String>,
}

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    Stderr,
    File {
        /// As written: relative paths start from the directory of the document.
        path: PathBuf,
        /// Whether each line is forced to the disk.
        fsync: bool,
    },
}

impl Settings {
    /// Reads a config; one that is left out means every default.
    pub(crate) fn read(config: &Json) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(serde_json::Map::new());
        let config = if config.is_null() { &empty } else { config };
        let mut reader = Reader::default();
        let mut settings = Self { destination: Destination::Stderr, source: None };
        if let Some(members) = reader.section(config, &[], KEYS) {
            if let Some(value) = members.get("destination") {
                settings.destination = destination(&mut reader, value);
            }
            settings.source =
                members.get("source").and_then(|value| reader.text(value, &["source"])).map(str::to_owned);
            if let Some(value) = members.get("format") {
                reader.word(value, &["format"], &["json"], &["ocsf", "cloudevents"]);
            }
            if let Some(value) = members.get("on_failure") {
                reader.word(value, &["on_failure"], &["deny"], &["drop_counted"]);
            }
            if members.contains_key("chain") {
                reader.refuse(&["chain"]);
            }
        }
        reader.finish(settings)
    }
}

fn destination(reader: &mut Reader, value: &Json) -> Destination {
    const PATH: &[&str] = &["destination"];
    if value.is_string() {
        reader.word(value, PATH, &["stderr"], &["tracing"]);
        return Destination::Stderr;
    }
    let file = reader.section(value, PATH, DESTINATION_KEYS).and_then(|members| members.get("file"));
    file.map_or(Destination::Stderr, |value| file_destination(reader, value))
}

fn file_destination(reader: &mut Reader, value: &Json) -> Destination {
    const PATH: &[&str] = &["destination", "file"];
    let Some(members) = reader.section(value, PATH, FILE_KEYS) else { return Destination::Stderr };
    if members.contains_key("rotate") {
        reader.refuse(&["destination", "file", "rotate"]);
    }
    let path = members.get("path").and_then(|value| reader.text(value, &["destination", "file", "path"]));
    let fsync =
        members.get("fsync").and_then(|value| reader.word(value, &["destination", "file", "fsync"], FSYNC, &[]));
    Destination::File { path: PathBuf::from(path.unwrap_or_default()), fsync: fsync == Some("each") }
}

#[cfg(test)]
mod tests;
