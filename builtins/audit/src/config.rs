//! The config of an `audit/logger`: its keys, and what they mean.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cpex_sdk::Host;
use cpex_sdk::audit::Wants;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, SecretSource, Shape, check};
use serde_json::Value as Json;

use crate::chain::{Chain, Signer};
use crate::format::Format;
use crate::wants;

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::optional(
        "destination",
        Shape::Either(&[Shape::Word(&["stderr", "tracing"]), Shape::Section(DESTINATION_KEYS)]),
        "Where lines go: `stderr` (default), `tracing` or `{file: {path}}`.",
    ),
    Key::optional("source", Shape::Text, "Text that every line carries, such as the name of this process."),
    Key::optional(
        "format",
        Shape::Word(&["json", "ocsf", "cloudevents"]),
        "How a record is written: `json` (default), `ocsf` or `cloudevents`.",
    ),
    Key::optional("chain", Shape::Section(CHAIN_KEYS), "Binds lines to one another and signs how far they have come."),
    Key::optional(
        "on_failure",
        Shape::Word(&["deny", "drop_counted"]),
        "What a failed write means: `deny` (default), or `drop_counted`, which writes later and counts what is lost.",
    ),
    Key::optional(
        "queue",
        Shape::Integer,
        "How many records may wait under `drop_counted`, from 1; 1024 is the default.",
    ),
    wants::DIGESTS,
    wants::REPLAY,
];

const DESTINATION_KEYS: &[Key] = &[Key::required("file", Shape::Section(FILE_KEYS), "A file that lines are added to.")];

const FILE_KEYS: &[Key] = &[
    Key::required("path", Shape::Text, "Path of the file, from the directory of the document."),
    Key::optional("fsync", Shape::Word(FSYNC), "Whether `each` line is forced to the disk; `never` is the default."),
    Key::optional("rotate", Shape::Section(ROTATE_KEYS), "When the file is moved out of the way and begun anew."),
];

const ROTATE_KEYS: &[Key] = &[
    Key::required("max_bytes", Shape::Integer, "The most bytes of a file, from 4096; a longer line has one alone."),
    Key::required("keep", Shape::Integer, "How many files are kept beside it, from 1; the oldest is removed."),
];

const CHAIN_KEYS: &[Key] = &[
    Key::required(
        "key",
        Shape::Secret,
        "The Ed25519 private key that signs: PEM of PKCS#8, or its seed in hexadecimal.",
    ),
    Key::optional("checkpoint_every", Shape::Integer, "After how many records a checkpoint is signed, from 1; 1000."),
];

const FSYNC: &[&str] = &["never", "each"];

/// What a config means.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) destination: Destination,
    /// Text that every line carries.
    pub(crate) source: Option<String>,
    pub(crate) format: Format,
    pub(crate) chain: Option<Chain>,
    /// How many records may wait; none where each is written before its operation goes on.
    pub(crate) queue: Option<usize>,
    /// What its records hold beside what those of every sink do.
    pub(crate) wants: Wants,
}

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    Stderr,
    Tracing,
    File(FileSettings),
}

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileSettings {
    /// It starts where the process finds it.
    pub(crate) path: PathBuf,
    /// Whether each line is forced to the disk.
    pub(crate) fsync: bool,
    pub(crate) rotate: Option<Rotate>,
}

/// When a file is begun anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rotate {
    pub(crate) max_bytes: u64,
    /// How many files are kept beside it.
    pub(crate) keep: u32,
}

impl Settings {
    /// Reads a config; one that is left out means every default.
    pub(crate) fn read(config: &Json, host: &Host) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(serde_json::Map::new());
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let file = root.get("destination").and_then(|destination| destination.get("file"));
        let rotate = file.as_ref().and_then(|file| file.get("rotate"));
        let chain = root.get("chain");
        let texts = [root.get("source"), file.as_ref().and_then(|file| file.get("path"))];
        let empty = texts.iter().flatten().filter(|text| text.text() == Some(""));
        faults.extend(empty.map(|text| text.fault("expected text, found empty text")));
        let max_bytes = number(rotate.as_ref(), "max_bytes", 4096..=u64::MAX, &mut faults);
        let keep = number(rotate.as_ref(), "keep", 1..=9999, &mut faults);
        let every = number(chain.as_ref(), "checkpoint_every", 1..=1_000_000, &mut faults).unwrap_or(1000);
        let queue = queue(&root, &mut faults);
        let wants = wants::read(&root, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let rotate = max_bytes.zip(keep.and_then(|keep| u32::try_from(keep).ok()));
        let rotate = rotate.map(|(max_bytes, keep)| Rotate { max_bytes, keep });
        Ok(Self {
            destination: destination(&root, file.as_ref(), rotate, &host.directory),
            source: root.get("source").and_then(|source| source.text()).map(str::to_owned),
            format: format(&root),
            chain: chain.map(|chain| read_chain(&chain, every, host)).transpose()?,
            queue,
            wants,
        })
    }
}

impl Destination {
    /// Whether each line is forced to the disk.
    pub(crate) const fn is_forced(&self) -> bool {
        matches!(self, Self::File(FileSettings { fsync: true, .. }))
    }
}

fn destination(
    root: &ConfigNode<'_>,
    file: Option<&ConfigNode<'_>>,
    rotate: Option<Rotate>,
    directory: &Path,
) -> Destination {
    let Some(file) = file else {
        let word = root.get("destination").and_then(|word| word.text());
        return if word == Some("tracing") { Destination::Tracing } else { Destination::Stderr };
    };
    let text = |key: &str| file.get(key).and_then(|value| value.text());
    let path = directory.join(text("path").unwrap_or_default());
    Destination::File(FileSettings { path, fsync: text("fsync") == Some("each"), rotate })
}

fn format(root: &ConfigNode<'_>) -> Format {
    match root.get("format").and_then(|format| format.text()) {
        Some("ocsf") => Format::Ocsf,
        Some("cloudevents") => Format::CloudEvents,
        _ => Format::Json,
    }
}

fn read_chain(chain: &ConfigNode<'_>, every: u64, host: &Host) -> Result<Chain, Vec<ConfigFault>> {
    let Some(key) = chain.get("key") else { return Err(vec![chain.fault("the key `key` is missing")]) };
    let source = SecretSource::from_config(key.value).map_err(|text| vec![key.fault(text)])?;
    let secret = host.secrets.read(&source).map_err(|error| vec![key.fault(error.to_string())])?;
    let signer = Signer::read(&secret).map_err(|text| vec![key.fault(text).help("`cpex audit keygen` makes one")])?;
    Ok(Chain { signer: Arc::new(signer), every })
}

fn queue(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Option<usize> {
    let limit = number(Some(root), "queue", 1..=1_000_000, faults);
    let drops = root.get("on_failure").is_some_and(|word| word.text() == Some("drop_counted"));
    if let Some(queue) = root.get("queue").filter(|_| !drops) {
        let fault = queue.fault("nothing waits where each record is written before its operation goes on");
        faults.push(fault.help("write `on_failure: drop_counted` beside it, or leave it out"));
    }
    drops.then(|| limit.map_or(1024, |limit| usize::try_from(limit).unwrap_or(usize::MAX)))
}

/// A number in its bounds, if it is given.
fn number(
    section: Option<&ConfigNode<'_>>,
    key: &str,
    bounds: std::ops::RangeInclusive<u64>,
    faults: &mut Vec<ConfigFault>,
) -> Option<u64> {
    let node = section?.get(key)?;
    // Of another shape, which is told already.
    let number = node.value.as_u64()?;
    if !bounds.contains(&number) {
        faults.push(node.fault(match (*bounds.start(), *bounds.end()) {
            (least, u64::MAX) => format!("expected at least {least}"),
            (least, most) => format!("expected from {least} to {most}"),
        }));
    }
    Some(number)
}

#[cfg(test)]
mod tests;
