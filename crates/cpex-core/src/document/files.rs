//! The files a document was read from, for whoever watches them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use apl_core::node::{Entry, Node, Value};

/// A file of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileRead {
    pub(super) path: PathBuf,
    /// The index of its text among the sources.
    pub(super) source: u16,
    /// Whether it says nothing.
    pub(super) is_empty: bool,
}

/// The files that a document was read from or that it names, as their paths were written. Where files are exchanged by
/// links, what changes is the directory of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    own: Vec<FileRead>,
    named: BTreeSet<PathBuf>,
}

impl Files {
    /// The paths: the first file and those it includes, then attribute files and files of secrets and keys.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.own.iter().map(|file| &file.path).chain(&self.named).map(PathBuf::as_path)
    }

    /// The same, and those at these paths.
    #[must_use]
    pub(crate) fn and(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.named.extend(paths);
        self
    }

    /// The first file; none of a document that came from no file.
    #[must_use]
    pub fn first(&self) -> Option<&Path> {
        self.own.first().map(|file| file.path.as_path())
    }

    /// Whether a file of the document that stood at that path said something.
    #[must_use]
    pub(super) fn had_content(&self, path: &Path) -> bool {
        self.own.iter().any(|file| file.path == path && !file.is_empty)
    }
}

impl FileRead {
    pub(super) fn new(path: PathBuf, root: &Node) -> Self {
        Self { path, source: root.span.source, is_empty: says_nothing(root) }
    }
}

/// Whether a text of that tree says nothing.
pub(super) fn says_nothing(root: &Node) -> bool {
    match &root.value {
        Value::Null => true,
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

/// The files of a document with that tree.
pub(super) fn of(own: &[FileRead], root: &Node, directory: &Path) -> Files {
    let mut named = BTreeSet::new();
    let attributes = root.get("global").and_then(|global| global.get("attribute_files"));
    for name in attributes.map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text) {
        named.insert(directory.join(&name.value));
    }
    collect(root, directory, &mut named);
    Files { own: own.to_vec(), named }
}

/// The kinds of sources that are files, each of which has its `path`.
const KINDS: [&str; 2] = ["file", "pem_file"];

fn collect(node: &Node, directory: &Path, named: &mut BTreeSet<PathBuf>) {
    let kind = node.get("kind").and_then(Node::text).is_some_and(|kind| KINDS.contains(&kind.value.as_str()));
    if let Some(path) = node.get("path").and_then(Node::text).filter(|_| kind) {
        named.insert(directory.join(&path.value));
    }
    match &node.value {
        Value::List(nodes) => nodes.iter().for_each(|node| collect(node, directory, named)),
        Value::Map(entries) => entries.iter().for_each(|Entry { value, .. }| collect(value, directory, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}
