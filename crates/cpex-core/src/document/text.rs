//! One text among the sources of a document: its tree and its digest.

use apl_core::span::{Source, Sources};
use sha2::{Digest as _, Sha256};

use super::limits::Limits;
use super::{secrets, yaml};

/// Adds a text to the sources and reads it into a tree. What stays among the sources has its secrets masked.
pub(super) fn read(sources: &mut Sources, name: &str, text: &str, limits: &Limits) -> yaml::Parsed {
    // A byte order mark is no column of the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let index = sources.add(Source::new(name, text));
    let parsed = yaml::read(sources, index, limits);
    let masked = match &parsed.root {
        Some(root) => secrets::masked(text, root),
        None => secrets::masked_by_line(text),
    };
    sources.replace(index, Source::new(name, masked));
    parsed
}

/// `sha256:` and the digest of a text in lower-case hex.
pub(super) fn digest(text: &str) -> String {
    let hex: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
