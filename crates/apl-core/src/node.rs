//! A document as a tree with positions, independent of the notation it was written in.

use std::ops::Range;

use crate::span::Span;

/// One value of a document and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The whole of the value in its source.
    pub span: Span,
    /// What stands there.
    pub value: Value,
}

/// The shapes a document has: those of JSON, with positions.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as JSON writes them.
    Number(serde_json::Number),
    /// Any other scalar.
    Text(Text),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in written order; keys are unique.
    Map(Vec<Entry>),
}

/// One pair of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as text, whatever scalar it was.
    pub key: Text,
    /// Its value.
    pub value: Node,
}

/// A scalar text that knows where each of its characters stands in the source.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text after unescaping.
    pub value: String,
    /// The scalar in its source, quotes included.
    pub span: Span,
    /// How offsets of `value` map to the source.
    pub layout: Layout,
}

/// How the characters of a [`Text`] lie in its source.
#[derive(Clone, Debug)]
pub enum Layout {
    /// Byte `i` of the value is byte `start + i` of the source.
    Verbatim {
        /// Source offset of the first byte of the value.
        start: u32,
    },
    /// The source offset of every byte of the value, and of its end: a quoted scalar with escapes on one line.
    Mapped(Box<[u32]>),
    /// Folded over several lines: only the scalar as a whole can be pointed at.
    Folded,
}

impl Text {
    /// A part of the text, as a text that knows where it stands.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let layout = match &self.layout {
            Layout::Verbatim { start } => {
                Layout::Verbatim { start: start.saturating_add(u32::try_from(range.start).unwrap_or(u32::MAX)) }
            }
            Layout::Mapped(offsets) => Layout::Mapped(offsets.get(range.start..=range.end).unwrap_or_default().into()),
            Layout::Folded => Layout::Folded,
        };
        let span = self.span_of(range.clone());
        Self { value: self.value.get(range).unwrap_or_default().to_owned(), span, layout }
    }

    /// The source range of a byte range of the value. Of a folded scalar this is its first character.
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let at = |offset: usize| match &self.layout {
            Layout::Verbatim { start } => Some(start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX))),
            Layout::Mapped(offsets) => offsets.get(offset).or(offsets.last()).copied(),
            Layout::Folded => None,
        };
        match (at(range.start), at(range.end)) {
            (Some(start), Some(end)) => Span { start, end, ..self.span },
            _ => Span { end: self.span.start.saturating_add(1), ..self.span },
        }
    }
}

impl Node {
    /// The value of a key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The pair of a key of a mapping.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.value == key)
    }

    /// The pairs of a mapping; empty for every other shape.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a sequence; a lone value is a sequence of itself, `null` an empty one.
    #[must_use]
    pub fn one_or_many(&self) -> &[Node] {
        match &self.value {
            Value::List(nodes) => nodes,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The text, if the value is one.
    #[must_use]
    pub fn text(&self) -> Option<&Text> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What a person calls the shape of this value.
    #[must_use]
    pub fn shape(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The same value without positions.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(value) => value.clone().into(),
            Value::Text(text) => text.value.clone().into(),
            Value::List(nodes) => nodes.iter().map(Node::to_json).collect(),
            Value::Map(entries) => {
                entries.iter().map(|entry| (entry.key.value.clone(), entry.value.to_json())).collect()
            }
        }
    }

    /// The node a JSON path of keys and indexes leads to, as far as it exists.
    #[must_use]
    pub fn descend<'n>(&'n self, path: &[PathStep<'_>]) -> &'n Node {
        let mut node = self;
        for step in path {
            let next = match (step, &node.value) {
                (PathStep::Key(key), Value::Map(_)) => node.get(key),
                (PathStep::Index(index), Value::List(nodes)) => nodes.get(*index),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }
}

/// One step of a path into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathStep<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An element of a list.
    Index(usize),
}
