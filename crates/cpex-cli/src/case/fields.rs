//! Reads maps of known keys, and remembers everything that is wrong with them.

use std::sync::Arc;

use cpex::apl::diagnostic::{Code, Diagnostic};
use cpex::apl::node::{Entry, Node, Value};
use cpex::apl::span::Span;
use cpex::cmf::NameSet;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::codes;

/// The faults found so far. A value with a fault reads as absent, so that reading goes on to the next one.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) faults: Vec<Diagnostic>,
}

/// The keys a map may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    /// What has these keys, with its article: `a case`.
    pub(crate) of: &'static str,
    pub(crate) known: &'static [&'static str],
    /// Keys of the format that this version does not serve.
    pub(crate) unavailable: &'static [&'static str],
}

impl Fields {
    /// Remembers a fault.
    pub(crate) fn fault(&mut self, code: &'static Code, span: Span, message: impl Into<String>) {
        self.faults.push(Diagnostic::new(code, span, message));
    }

    /// Remembers a fault and what to do about it.
    pub(crate) fn fault_with_help(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.faults.push(Diagnostic::new(code, span, message).help(help));
    }

    /// The same node, if it is a map; each of its keys is looked up among those it may have.
    pub(crate) fn section<'n>(&mut self, node: &'n Node, field: &str, keys: Keys) -> Option<&'n Node> {
        let entries = self.entries(node, field)?;
        for Entry { key, .. } in entries {
            let name = key.value.as_str();
            if keys.unavailable.contains(&name) {
                self.fault(codes::UNAVAILABLE, key.span, format!("`{name}` is not available in this version"));
            } else if !keys.known.contains(&name) {
                let message = format!("{} has no key `{name}`", keys.of);
                let fault = Diagnostic::new(codes::UNKNOWN_KEY, key.span, message);
                let nearest = fault.nearest(name, keys.known.iter().copied());
                let list = || format!("it may have {}", keys.known.join(", "));
                let help = nearest.help.clone().unwrap_or_else(list);
                self.faults.push(nearest.help(help));
            }
        }
        Some(node)
    }

    /// The pairs of a map of free keys.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node, field: &str) -> Option<&'n [Entry]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            _ => self.wrong_shape(node, field, "a map"),
        }
    }

    /// A map of free keys as JSON.
    pub(crate) fn map(&mut self, node: &Node, field: &str) -> Option<Map<String, Json>> {
        match node.to_json() {
            Json::Object(map) => Some(map),
            _ => self.wrong_shape(node, field, "a map"),
        }
    }

    /// What the envelope has a form of its own for.
    pub(crate) fn typed<T: DeserializeOwned>(&mut self, node: &Node, field: &str) -> Option<T> {
        match serde_json::from_value(node.to_json()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(codes::WRONG_VALUE, node.span, format!("`{field}` cannot be read: {error}"));
                None
            }
        }
    }

    /// The elements of a list.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, field: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::List(nodes) => Some(nodes),
            _ => self.wrong_shape(node, field, "a list"),
        }
    }

    pub(crate) fn text(&mut self, node: &Node, field: &str) -> Option<String> {
        match &node.value {
            Value::Text(text) => Some(text.value.clone()),
            Value::Number(_) | Value::Bool(_) => {
                let message = format!("`{field}` is text, found {}", node.shape());
                self.fault_with_help(codes::WRONG_SHAPE, node.span, message, "put it in quotes");
                None
            }
            _ => self.wrong_shape(node, field, "text"),
        }
    }

    pub(crate) fn boolean(&mut self, node: &Node, field: &str) -> Option<bool> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            _ => self.wrong_shape(node, field, "`true` or `false`"),
        }
    }

    /// One of these words.
    pub(crate) fn word(&mut self, node: &Node, field: &str, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(node, field)?;
        let found = words.iter().copied().find(|word| *word == text);
        if found.is_none() {
            let message = format!("`{field}` cannot be `{text}`");
            let help = format!("write one of {}", words.join(", "));
            self.fault_with_help(codes::WRONG_VALUE, node.span, message, help);
        }
        found
    }

    /// A list of names, as a set.
    pub(crate) fn names(&mut self, node: &Node, field: &str) -> Option<NameSet> {
        let names = self.list(node, field)?;
        let names: Vec<Arc<str>> = names.iter().filter_map(|name| self.text(name, field)).map(Arc::from).collect();
        Some(names.into_iter().collect())
    }

    /// The value of a key of a map, read so; absent where the key is not there.
    pub(crate) fn read<T>(
        &mut self,
        section: &Node,
        key: &str,
        read: impl FnOnce(&mut Self, &Node, &str) -> Option<T>,
    ) -> Option<T> {
        section.get(key).and_then(|node| read(self, node, key))
    }

    /// Remembers that a value is of another shape than its field takes.
    pub(crate) fn wrong_shape<T>(&mut self, node: &Node, field: &str, expected: &str) -> Option<T> {
        self.fault(codes::WRONG_SHAPE, node.span, format!("`{field}` is {expected}, found {}", node.shape()));
        None
    }
}
