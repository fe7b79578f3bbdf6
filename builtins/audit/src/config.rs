//! The config of an `audit/logger`: its keys, and what they mean.

use std::path::PathBuf;

use cpex_sdk::audit::Wants;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check};
use serde_json::Value as Json;

use crate::wants;

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::optional(
        "destination",
        Shape::Either(&[Shape::Word(&["stderr"]), Shape::Section(DESTINATION_KEYS)]),
        "Where lines go: `stderr` (default) or `{file: {path}}`.",
    ),
    Key::optional("source", Shape::Text, "Text that every line carries, such as the name of this process."),
    Key::optional("format", Shape::Word(&["json"]), "How a record is written: `json` (default), the only format."),
    Key::optional(
        "on_failure",
        Shape::Word(&["deny"]),
        "What a failed write means: `deny` (default), the only answer.",
    ),
    wants::DIGESTS,
    wants::REPLAY,
];

const DESTINATION_KEYS: &[Key] = &[Key::required("file", Shape::Section(FILE_KEYS), "A file that lines are added to.")];

const FILE_KEYS: &[Key] = &[
    Key::required("path", Shape::Text, "Path of the file, from the directory of the document."),
    Key::optional("fsync", Shape::Word(FSYNC), "Whether `each` line is forced to the disk; `never` is the default."),
];

const FSYNC: &[&str] = &["never", "each"];

/// What a config means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) destination: Destination,
    /// Text that every line carries.
    pub(crate) source: Option<String>,
    /// What its records hold beside what those of every sink do.
    pub(crate) wants: Wants,
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
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let file = root.get("destination").and_then(|destination| destination.get("file"));
        let texts = [root.get("source"), file.as_ref().and_then(|file| file.get("path"))];
        let empty = texts.iter().flatten().filter(|text| text.text() == Some(""));
        faults.extend(empty.map(|text| text.fault("expected text, found empty text")));
        let wants = wants::read(&root, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let source = root.get("source").and_then(|source| source.text()).map(str::to_owned);
        Ok(Self { destination: file.map_or(Destination::Stderr, |file| destination(&file)), source, wants })
    }
}

fn destination(file: &ConfigNode<'_>) -> Destination {
    let text = |key: &str| file.get(key).and_then(|value| value.text());
    Destination::File { path: text("path").unwrap_or_default().into(), fsync: text("fsync") == Some("each") }
}

#[cfg(test)]
mod tests;
