//! `global.attribute_files`, read: the facts that operators state beside a document, as `data.*` of its policy.
//!
//! The files are documents of their own with one key, merged deeply. None of them overrides another: where two differ,
//! which one counts would depend on an order that nobody looks at.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;
use std::path::Path;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Text, Value};
use apl_core::span::{Sources, Span};
use serde_json::{Map, Value as Json};

use super::limits::Limits;
use super::{codes, file, keys, text, walk, yaml};

/// What the attribute files of a document say.
pub(crate) struct Attributes {
    /// All files merged; one without mistakes is complete.
    pub(crate) data: Map<String, Json>,
    /// The texts of the document and of its attribute files.
    pub(crate) sources: Sources,
    /// Every mistake in the files.
    pub(crate) faults: Vec<Diagnostic>,
    /// The digest of the document and of its attribute files, in the form of that of the document; that of the document
    /// alone where it has none.
    pub(crate) digest: String,
}

/// Reads the attribute files of a document with these sources and that digest, which stand in that directory.
pub(super) fn read(sources: Sources, root: &Node, directory: &Path, limits: &Limits, digest: &str) -> Attributes {
    let (faults, merged, digests) = (Vec::new(), Branch::new(), digest.to_owned());
    let mut reader = Reader { directory, limits, sources, faults, merged, digests };
    let named = root.get("global").and_then(|global| global.get("attribute_files"));
    let names: Vec<&Text> = named.map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text).collect();
    names.iter().for_each(|name| reader.file(name));
    Attributes {
        data: reader.merged.into_iter().map(|(key, value)| (key, value.into_json())).collect(),
        sources: reader.sources,
        faults: reader.faults,
        digest: if names.is_empty() { reader.digests } else { text::digest(&reader.digests) },
    }
}

struct Reader<'d> {
    directory: &'d Path,
    limits: &'d Limits,
    sources: Sources,
    faults: Vec<Diagnostic>,
    merged: Branch,
    /// The digest of each text, in the order they were read.
    digests: String,
}

/// The members of a merged map.
type Branch = BTreeMap<String, Merged>;

/// A value, and where it is set first.
enum Merged {
    Branch(Branch, Span),
    Leaf(Json, Span),
}

impl Reader<'_> {
    fn file(&mut self, name: &Text) {
        let path = self.directory.join(&name.value);
        let text = match file::read(&path, self.limits) {
            Ok(text) => text,
            Err((code, message)) => {
                let message = format!("attribute file `{}`: {message}", name.value);
                self.faults.push(Diagnostic::new(code, name.span, message));
                return;
            }
        };
        self.digests.push_str(&text::digest(&text));
        let shown = path.display().to_string();
        let yaml::Parsed { root, faults } = text::read(&mut self.sources, &shown, &text, self.limits);
        self.faults.extend(faults);
        let Some(root) = root else { return };
        walk::config(Some(&root), root.span, keys::ATTRIBUTE_FILE, &mut self.faults);
        let mut merged = std::mem::take(&mut self.merged);
        for entry in root.get("data").map(Node::entries).unwrap_or_default() {
            self.member(&mut merged, &mut vec![&entry.key.value], &entry.value);
        }
        self.merged = merged;
    }

    /// Adds the value that the last word of the path names to the members it belongs to.
    fn member<'n>(&mut self, members: &mut Branch, path: &mut Vec<&'n str>, node: &'n Node) {
        let Some(key) = path.last() else { return };
        match members.entry((*key).to_owned()) {
            Place::Vacant(place) => match &node.value {
                Value::Map(_) => {
                    let merged = place.insert(Merged::Branch(Branch::new(), node.span));
                    self.join(merged, path, node);
                }
                _ => {
                    self.literal(node);
                    place.insert(Merged::Leaf(node.to_json(), node.span));
                }
            },
            Place::Occupied(place) => self.join(place.into_mut(), path, node),
        }
    }

    fn join<'n>(&mut self, merged: &mut Merged, path: &mut Vec<&'n str>, node: &'n Node) {
        let first = match (merged, &node.value) {
            (Merged::Branch(members, _), Value::Map(entries)) => {
                for entry in entries {
                    path.push(&entry.key.value);
                    self.member(members, path, &entry.value);
                    path.pop();
                }
                return;
            }
            (Merged::Leaf(value, _), _) if *value == node.to_json() => return,
            (Merged::Leaf(_, first) | Merged::Branch(_, first), _) => *first,
        };
        let message = format!("`data.{}` has another value at {}", path.join("."), self.sources.place(first));
        self.faults.push(Diagnostic::new(codes::ATTRIBUTE_TWICE, node.span, message).help("set it in one place"));
    }

    fn literal(&mut self, node: &Node) {
        match &node.value {
            Value::Text(text) if text.value.contains("${") => {
                let message = "attributes are literal: `${` is not replaced here";
                self.faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, message));
            }
            Value::List(nodes) => nodes.iter().for_each(|node| self.literal(node)),
            Value::Map(entries) => entries.iter().for_each(|entry| self.literal(&entry.value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }
}

impl Merged {
    fn into_json(self) -> Json {
        match self {
            Self::Branch(members, _) => members.into_iter().map(|(key, value)| (key, value.into_json())).collect(),
            Self::Leaf(value, _) => value,
        }
    }
}

#[cfg(test)]
mod tests;
