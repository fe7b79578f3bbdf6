//! The files that configs name, such as those of an engine's policies: read at load, and part of the document from then on.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use apl_core::diagnostic::Diagnostic;
use apl_core::span::{Source, Sources, Span};
use cpex_sdk::config::ConfigFault;
use cpex_sdk::{FileError, FileReader};

use super::limits::Limits;
use super::{file, text};

/// Reads the files that the configs of one document name, each once, and remembers them.
pub(crate) struct NamedFiles {
    directory: PathBuf,
    limits: Limits,
    /// The index that the first of them gets among the sources of the document.
    first: usize,
    read: Mutex<Vec<NamedFile>>,
}

struct NamedFile {
    /// As the config writes it.
    path: String,
    text: Result<Arc<str>, FileError>,
}

impl NamedFiles {
    /// Those of a document in that directory, whose texts so far are these.
    pub(super) const fn new(directory: PathBuf, limits: Limits, sources: &Sources) -> Self {
        Self { directory, limits, first: sources.len(), read: Mutex::new(Vec::new()) }
    }

    /// The finding, at its place in the file where the mistake stands in one.
    pub(crate) fn place(&self, finding: Diagnostic, fault: &ConfigFault) -> Diagnostic {
        let Some(path) = &fault.file else { return finding };
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let index = read.iter().filter(|file| file.text.is_ok()).position(|file| file.path == *path);
        let text = read.iter().find(|file| file.path == *path).and_then(|file| file.text.as_deref().ok());
        let (Some(index), Some(text)) = (index, text) else { return finding };
        let start = fault.offset_in_text.unwrap_or(0).min(text.len());
        let next = text.get(start..).and_then(|rest| rest.chars().next());
        let source = u16::try_from(self.first.saturating_add(index)).unwrap_or(u16::MAX);
        Diagnostic { span: Span::new(source, start, start + next.map_or(0, char::len_utf8)), ..finding }
    }

    /// Adds their texts to the sources of the document, in the order they were read.
    pub(crate) fn add_to(&self, sources: &mut Sources) {
        self.each(|file, text| {
            sources.add(Source::new(self.directory.join(&file.path).display().to_string(), text));
        });
    }

    /// The digest of a document with that digest, and of them; the same where there are none.
    pub(crate) fn digest(&self, document: String) -> String {
        let mut digests = document.clone();
        self.each(|_, read| digests.push_str(&text::digest(read)));
        if digests == document { document } else { text::digest(&digests) }
    }

    /// Where they stand, those included that could not be read.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.iter().map(|file| self.directory.join(&file.path)).collect()
    }

    fn each(&self, mut see: impl FnMut(&NamedFile, &str)) {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        for file in read.iter() {
            if let Ok(text) = &file.text {
                see(file, text);
            }
        }
    }
}

impl FileReader for NamedFiles {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever names one twice sees it as it was: what is judged is one document.
        if let Some(known) = read.iter().find(|file| file.path == path) {
            return known.text.clone();
        }
        let text = file::read(&self.directory.join(path), &self.limits)
            .map(|text| text.strip_prefix('\u{feff}').unwrap_or(&text).into())
            .map_err(|(_, message)| FileError(message));
        read.push(NamedFile { path: path.to_owned(), text: text.clone() });
        text
    }
}
