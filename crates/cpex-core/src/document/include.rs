//! `include`, read: a document of several files, as the one tree they stand for.
//!
//! A file names others below the directory of the first one. Lists of the top level are appended, a file's own before
//! those of what it includes; of maps each key is given by one file. What none of them may say is that another is
//! overridden: which one counts would depend on an order that nobody looks at.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use apl_core::diagnostic::{Code, Diagnostic};
use apl_core::node::{Entry, Node, Text, Value};
use apl_core::span::{Sources, Span};

use super::files::FileRead;
use super::limits::Limits;
use super::{codes, file, legacy, text, yaml};

/// How many files may lie between a file and the first one.
const MAX_DEPTH: usize = 8;

/// How many files a document may have.
const MAX_FILES: usize = 1000;

/// The files of a document.
pub(super) struct Joined {
    /// The texts, the first file's before all others.
    pub(super) sources: Sources,
    /// What they say together.
    pub(super) root: Node,
    /// Their size, in bytes.
    pub(super) bytes: usize,
    /// The digest of each text, in the order they were read.
    pub(super) digests: String,
    /// The files, in the order they were read.
    pub(super) files: Vec<FileRead>,
    /// What is wrong with the files that are included, and with how they fit.
    pub(super) faults: Vec<Diagnostic>,
}

/// Reads what the first file includes, which stands at that path, and joins it to that file.
pub(super) fn join(mut first: Joined, path: &Path, limits: &Limits) -> Joined {
    let Value::Map(entries) = &mut first.root.value else { return first };
    let own = std::mem::take(entries);
    let directory = path.parent().unwrap_or(Path::new(""));
    let Some(within) = canonical(directory) else {
        // What cannot be looked up is not left out in silence.
        if let Some(entry) = own.iter().find(|entry| entry.key.value == "include") {
            let message = "the directory of the document cannot be opened any more";
            first.faults.push(Diagnostic::new(codes::UNREADABLE, entry.key.span, message));
        }
        first.root.value = Value::Map(own);
        return first;
    };
    let nodes = own.iter().map(|entry| yaml::measure(&entry.value).0).sum();
    let top = path.canonicalize().unwrap_or_else(|_| within.join(path.file_name().unwrap_or_default()));
    let shown = first.sources.source(first.root.span).map_or_else(String::new, |source| source.name().to_owned());
    let known = HashMap::from([(top.clone(), Known { shown, named: None })]);
    let mut reader = Reader { limits, within, nodes, chain: vec![top], known, joined: Vec::new(), first };
    reader.contents(own, directory);
    let Reader { joined, mut first, .. } = reader;
    first.root.value = Value::Map(joined);
    first
}

/// Refuses `include` in a text that is not that of a file.
pub(super) fn refuse(root: &Node, faults: &mut Vec<Diagnostic>) {
    if let Some(entry) = root.entry("include") {
        let message = "a text that is no file includes none";
        let help = "put the text into a file of its own, and load that";
        faults.push(Diagnostic::new(codes::INCLUDE, entry.key.span, message).help(help));
    }
}

struct Reader<'l> {
    limits: &'l Limits,
    /// The directory of the first file, every link followed.
    within: PathBuf,
    /// Values read so far.
    nodes: usize,
    /// The files from the first to the one that is read, every link followed.
    chain: Vec<PathBuf>,
    /// Every file that was read, by its path with every link followed.
    known: HashMap<PathBuf, Known>,
    /// The members of the top level so far.
    joined: Vec<Entry>,
    first: Joined,
}

/// A file that was read.
struct Known {
    /// The name it is shown under.
    shown: String,
    /// Where it is included; none of the first file.
    named: Option<Span>,
}

impl Reader<'_> {
    /// Takes over what stands at the top level of a file, then reads what that file includes.
    fn contents(&mut self, entries: Vec<Entry>, directory: &Path) {
        let include = entries.iter().find(|entry| entry.key.value == "include").map(|entry| entry.value.clone());
        entries.into_iter().for_each(|entry| self.entry(entry));
        for name in include.iter().flat_map(Node::one_or_many).filter_map(Node::text) {
            if let Err(fault) = self.file(name, directory) {
                self.first.faults.push(fault);
            }
        }
    }

    fn entry(&mut self, entry: Entry) {
        let is_first = self.chain.len() == 1;
        // Anchors are those of one file, and so is their home.
        if entry.key.value.starts_with("x-") && !is_first {
            return;
        }
        let place = self.joined.iter_mut().find(|other| other.key.value == entry.key.value);
        match (place.map(|other| &mut other.value.value), entry.value.value) {
            (Some(Value::List(all)), Value::List(more)) => all.extend(more),
            (Some(Value::Map(all)), Value::Map(more)) => {
                for member in more {
                    match all.iter().find(|other| other.key.value == member.key.value) {
                        None => all.push(member),
                        Some(other) => {
                            let (name, at) = (&member.key.value, self.first.sources.place(other.key.span));
                            let message =
                                format!("the key `{}.{name}` is given twice, here and at {at}", entry.key.value);
                            let fault = Diagnostic::new(codes::DUPLICATE_KEY, member.key.span, message);
                            self.first.faults.push(fault.help("keep one of them"));
                        }
                    }
                }
            }
            // Every key of the top level takes a list or a map: any other shape is refused where all shapes are checked.
            (_, value) => {
                let value = Node { span: entry.value.span, value };
                self.joined.push(Entry { key: entry.key, value });
            }
        }
    }

    fn file(&mut self, name: &Text, directory: &Path) -> Result<(), Diagnostic> {
        let path = directory.join(&name.value);
        let real = self.locate(name, &path)?;
        self.refuse_known(name, &real)?;
        self.refuse_too_many(name)?;
        let text = file::read(&real, self.limits).map_err(|(code, message)| refusal(code, name, &message))?;
        self.first.bytes = self.first.bytes.saturating_add(text.len());
        self.refuse_larger(name, "bytes", self.first.bytes, self.limits.bytes)?;
        self.first.digests.push_str(&text::digest(&text));
        let shown = path.display().to_string();
        let yaml::Parsed { root, mut faults } = text::read(&mut self.first.sources, &shown, &text, self.limits);
        self.known.insert(real.clone(), Known { shown, named: Some(name.span) });
        let Some(mut root) = root else {
            self.first.faults.extend(faults);
            return Ok(());
        };
        legacy::unfold(&mut root, &mut faults);
        self.first.faults.extend(faults);
        self.nodes = self.nodes.saturating_add(yaml::measure(&root).0);
        self.refuse_larger(name, "values, aliases expanded,", self.nodes, self.limits.nodes)?;
        self.first.files.push(FileRead::new(path.clone(), &root));
        let entries = match root.value {
            Value::Map(entries) => entries,
            Value::Null => return Ok(()),
            _ => {
                let message =
                    format!("a file of a document is a map of `plugins`, `routes` and alike, found {}", root.shape());
                return Err(Diagnostic::new(codes::WRONG_SHAPE, root.span, message));
            }
        };
        self.chain.push(real);
        self.contents(entries, path.parent().unwrap_or(directory));
        self.chain.pop();
        Ok(())
    }

    /// Where a file is, every link followed.
    fn locate(&self, name: &Text, path: &Path) -> Result<PathBuf, Diagnostic> {
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !Path::new(&name.value).components().all(is_plain) {
            let message = "a path that is absolute or has `..` is not followed";
            return Err(refusal(codes::INCLUDE, name, message).help(HELP));
        }
        let real = path
            .canonicalize()
            .map_err(|error| refusal(codes::UNREADABLE, name, &format!("cannot open the file: {error}")))?;
        if !real.starts_with(&self.within) {
            return Err(refusal(codes::INCLUDE, name, "a link leads out of the directory of the document").help(HELP));
        }
        Ok(real)
    }

    fn refuse_known(&self, name: &Text, real: &Path) -> Result<(), Diagnostic> {
        let Some(known) = self.known.get(real) else { return Ok(()) };
        let chain: Vec<&str> =
            self.chain.iter().filter_map(|path| Some(self.known.get(path)?.shown.as_str())).collect();
        let chain = chain.join("` includes `");
        let (message, help) = match known.named {
            Some(first) if !self.chain.iter().any(|path| path == real) => (
                format!("`{chain}` includes it, and so it is at {}", self.first.sources.place(first)),
                "a file is included once: keep one of them",
            ),
            _ => (format!("it includes itself: `{chain}` includes `{}`", known.shown), "remove one of them"),
        };
        Err(refusal(codes::INCLUDE, name, &message).help(help))
    }

    fn refuse_too_many(&self, name: &Text) -> Result<(), Diagnostic> {
        let message = match (self.chain.len(), self.known.len()) {
            (depth, _) if depth > MAX_DEPTH => format!("files include one another deeper than {MAX_DEPTH} levels"),
            (_, files) if files >= MAX_FILES => format!("a document has {MAX_FILES} files or fewer"),
            _ => return Ok(()),
        };
        Err(refusal(codes::LIMIT, name, &message))
    }

    fn refuse_larger(&self, name: &Text, of: &str, size: usize, most: usize) -> Result<(), Diagnostic> {
        if size <= most {
            return Ok(());
        }
        Err(refusal(codes::LIMIT, name, &format!("the files of the document have more than {most} {of} together")))
    }
}

const HELP: &str = "name a file in the directory of the document or below it";

fn refusal(code: &'static Code, name: &Text, message: &str) -> Diagnostic {
    Diagnostic::new(code, name.span, format!("included file `{}`: {message}", name.value))
}

/// The directory with every link followed; the empty path is the working directory.
fn canonical(directory: &Path) -> Option<PathBuf> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    directory.canonicalize().ok()
}

#[cfg(test)]
mod tests;
