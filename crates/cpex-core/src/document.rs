//! The document: from its text to a tree with positions, and from the tree to declarations, every mistake at once.
//!
//! [`Document::parse`] makes the tree, or says why there is none. [`Document::check`] walks it and finds every mistake
//! but those in the rules of its routes, which are found where they are compiled; [`Document::plugins`] and
//! [`Document::settings`] give what is declared as types. There is no substitution over the text: what stands in it,
//! `{{ }}` and `${ }` included, is what is read.

mod attributes;
mod claim_path;
pub mod codes;
mod conditions;
mod duration;
mod engines;
mod error;
mod file;
mod files;
mod include;
mod integer;
pub mod keys;
pub mod kinds;
mod legacy;
mod limits;
mod named_files;
mod plugins;
pub mod schema;
mod secrets;
mod settings;
mod store;
mod text;
mod walk;
mod yaml;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Layout, Node, Text, Value};
use apl_core::span::{Sources, Span};
use cpex_sdk::SecretReader;

use self::files::FileRead;
use self::include::Joined;
use self::kinds::Kinds;

pub(crate) use attributes::Attributes;
pub use claim_path::ClaimPath;
pub use error::LoadError;
pub use files::Files;
pub use limits::Limits;
pub(crate) use named_files::NamedFiles;
pub use plugins::PluginNode;
pub(crate) use plugins::place_of;
pub use settings::{SessionSource, Settings, Unmatched};
pub(crate) use store::MEMORY;
pub use store::MemoryBounds;

/// A text that was read into a tree.
pub struct Document {
    sources: Sources,
    root: Node,
    directory: PathBuf,
    bytes: usize,
    limits: Limits,
    digest: String,
    faults: Vec<Diagnostic>,
    /// What is wrong with the files that are included; none where the text is not that of a file.
    joined: Option<Vec<Diagnostic>>,
    files: Vec<FileRead>,
}

impl Document {
    /// Reads a text within the default limits, shown under that name. Paths in it are relative to the working directory.
    ///
    /// # Errors
    /// Why there is no tree: the text is not YAML, or past a limit. Mistakes that leave a tree are found by
    /// [`Document::check`], together with all others.
    pub fn parse(name: impl Into<String>, text: &str) -> Result<Self, LoadError> {
        Self::parse_within(name, text, &Limits::default())
    }

    /// Reads a text as [`Document::parse`] does, within these limits.
    ///
    /// # Errors
    /// Those of [`Document::parse`].
    pub fn parse_within(name: impl Into<String>, text: &str, limits: &Limits) -> Result<Self, LoadError> {
        Self::new(&name.into(), text, PathBuf::new(), limits)
    }

    /// Reads a file and those it includes, within the default limits. Paths in them are relative to its directory, those
    /// under `include` to the file they stand in.
    ///
    /// # Errors
    /// That the file cannot be read or is not UTF-8, or what [`Document::parse`] says.
    pub fn read_file(path: &Path) -> Result<Self, LoadError> {
        Self::read_file_within(path, &Limits::default())
    }

    /// Reads a file as [`Document::read_file`] does, within these limits.
    ///
    /// # Errors
    /// Those of [`Document::read_file`].
    pub fn read_file_within(path: &Path, limits: &Limits) -> Result<Self, LoadError> {
        Ok(Self::read_within(path, limits)?.of_file(path))
    }

    /// Reads a file by itself, for a format that shares the notation and not the keys. Paths in it are relative to its
    /// directory.
    ///
    /// # Errors
    /// Those of [`Document::read_file`].
    pub fn read_alone(path: &Path) -> Result<Self, LoadError> {
        Self::read_within(path, &Limits::default())
    }

    fn read_within(path: &Path, limits: &Limits) -> Result<Self, LoadError> {
        let name = path.display().to_string();
        let text = file::read(path, limits).map_err(|(code, message)| {
            let fault = Diagnostic::new(code, Span::default(), message);
            LoadError::new(Sources::single(name.as_str(), ""), vec![fault])
        })?;
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        Self::new(&name, &text, directory, limits)
    }

    /// The same document as the text of the file at that path, together with the files it includes: for a text that an
    /// editor has not written yet. They are read now; what is wrong with them is found by [`Document::check`].
    #[must_use]
    pub fn of_file(self, path: &Path) -> Self {
        let Self { sources, root, bytes, limits, digest, faults, .. } = self;
        let files = vec![FileRead::new(path.to_owned(), &root)];
        let first = Joined { sources, root, bytes, digests: digest, files, faults: Vec::new() };
        let Joined { sources, root, bytes, digests, files, faults: joined } = include::join(first, path, &limits);
        // One digest is that of the one text there is.
        let digest = if files.len() == 1 { digests } else { text::digest(&digests) };
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        Self { sources, root, directory, bytes, limits, digest, faults, joined: Some(joined), files }
    }

    fn new(name: &str, text: &str, directory: PathBuf, limits: &Limits) -> Result<Self, LoadError> {
        let digest = text::digest(text);
        let mut sources = Sources::default();
        match text::read(&mut sources, name, text, limits) {
            yaml::Parsed { root: Some(mut root), mut faults } => {
                legacy::unfold(&mut root, &mut faults);
                let (bytes, limits) = (text.len(), *limits);
                Ok(Self { sources, root, directory, bytes, limits, digest, faults, joined: None, files: Vec::new() })
            }
            yaml::Parsed { root: None, faults } => Err(LoadError::new(sources, faults)),
        }
    }

    /// Every mistake and warning but those in the rules of routes and those that [`Document::plugins`] finds. With an
    /// error among them the document must not be loaded.
    #[must_use]
    pub fn check<'f>(&self, kinds: impl Into<Kinds<'f>>) -> Vec<Diagnostic> {
        let mut faults = self.faults.clone();
        match &self.joined {
            Some(joined) => faults.extend_from_slice(joined),
            None => include::refuse(&self.root, &mut faults),
        }
        walk::document(&self.root, &self.sources, &mut faults);
        secrets::named::check(&self.root, &mut faults);
        settings::check(&self.root, self.bytes, &mut faults);
        let kinds = kinds.into();
        store::check(&self.root, &kinds, &mut faults);
        plugins::check(&self.root, &kinds, &mut faults);
        engines::check(&self.root, &kinds, &mut faults);
        faults
    }

    /// The refusal of `plugin_dirs`, by a host that loads no plugins from files.
    pub(crate) fn refuse_plugin_dirs(&self) -> Option<Diagnostic> {
        let entry = self.root.entry("plugin_dirs")?;
        let message = "`plugin_dirs` is for hosts that load plugins from files, and this one does not";
        let help = "remove it, and register factories of their kinds before the document is loaded";
        Some(Diagnostic::new(codes::UNSUPPORTED, entry.key.span, message).help(help))
    }

    /// The declared plugins, in written order. What is wrong with their values is added to `faults`.
    #[must_use]
    pub fn plugins(&self, faults: &mut Vec<Diagnostic>) -> Vec<PluginNode<'_>> {
        plugins::read(&self.root, &self.sources, faults)
    }

    /// What `plugin_settings` and `global.session_store` say.
    #[must_use]
    pub fn settings(&self) -> Settings {
        settings::read(&self.root)
    }

    /// Reads secrets as the reader does, and those of `secrets` by their names.
    pub(crate) fn secrets(&self, reader: Arc<dyn SecretReader>) -> Arc<dyn SecretReader> {
        secrets::named::reader(&self.root, reader)
    }

    /// What the attribute files of the document say. They are read now.
    pub(crate) fn attributes(&self) -> Attributes {
        attributes::read(self.sources.clone(), &self.root, &self.directory, &self.limits, &self.digest)
    }

    /// What reads the files that its configs name. Its texts so far are these.
    pub(crate) fn named_files(&self, sources: &Sources) -> NamedFiles {
        NamedFiles::new(self.directory.clone(), self.limits, sources)
    }

    /// The files it was read from and those it names; none it was read from where it is no file.
    #[must_use]
    pub fn files(&self) -> Files {
        files::of(&self.files, &self.root, &self.directory)
    }

    /// Refuses a document of which a file says nothing that said something when these files were read: one that is being
    /// written, and that would enforce nothing.
    ///
    /// # Errors
    /// Each such file.
    pub fn refuse_emptied(&self, before: &Files) -> Result<(), LoadError> {
        let emptied = self.files.iter().filter(|file| file.is_empty && before.had_content(&file.path));
        let fault = |file: &FileRead| {
            let message = "the file is empty, and was not when it was read before";
            Diagnostic::new(codes::UNREADABLE, Span::new(file.source, 0, 0), message)
        };
        let faults: Vec<Diagnostic> = emptied.map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(self.refuse(faults)) }
    }

    /// Whether it says nothing.
    pub(crate) fn says_nothing(&self) -> bool {
        files::says_nothing(&self.root)
    }

    /// The findings on this document, to be shown with its text.
    #[must_use]
    pub fn refuse(&self, faults: Vec<Diagnostic>) -> LoadError {
        LoadError::new(self.sources.clone(), faults)
    }

    /// The tree. It may only be relied on where [`Document::check`] finds no error.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The mistakes of notation that leave a tree, such as a key that stands twice. Who reads [`Document::root`] without
    /// [`Document::check`], for a format that shares the notation and not the keys, must refuse a text that has any.
    #[must_use]
    pub fn notation_faults(&self) -> &[Diagnostic] {
        &self.faults
    }

    /// The same document with relative paths from that directory: for a text that stands in another file.
    #[must_use]
    pub fn in_directory(self, directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), ..self }
    }

    /// The text that places point into, secrets masked.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The directory that relative paths of the document start from.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The same document without a key of a section at its top: what it names there is kept elsewhere. Its digest stays.
    #[must_use]
    pub fn without(mut self, section: &str, key: &str) -> Self {
        if let Value::Map(entries) = &mut self.root.value
            && let Some(section) = entries.iter_mut().find(|entry| entry.key.value == section)
            && let Value::Map(keys) = &mut section.value.value
        {
            keys.retain(|entry| entry.key.value != key);
        }
        self
    }

    /// The same document with one more plugin, of that name and kind and without a config: a sink, say, for whoever watches
    /// what it decides. Its digest stays.
    #[must_use]
    pub fn with_plugin(mut self, name: &str, kind: &str) -> Self {
        let span = self.root.span;
        let text = |value: &str| Text { value: value.to_owned(), span, layout: Layout::Folded };
        let pair = |key: &str, value: Value| Entry { key: text(key), value: Node { span, value } };
        let plugin = vec![pair("name", Value::Text(text(name))), pair("kind", Value::Text(text(kind)))];
        let plugin = Node { span, value: Value::Map(plugin) };
        if let Value::Map(entries) = &mut self.root.value {
            match entries.iter_mut().find(|entry| entry.key.value == "plugins") {
                Some(Entry { value: Node { value: Value::List(plugins), .. }, .. }) => plugins.push(plugin),
                _ => entries.push(pair("plugins", Value::List(vec![plugin]))),
            }
        }
        self
    }

    /// `sha256:` and the digest of its text, or of the texts of its files, in lower-case hex. Its attribute files are not
    /// part of it.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("digest", &self.digest).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
