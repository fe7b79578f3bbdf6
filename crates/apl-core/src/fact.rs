//! What a policy reads: typed attributes of an operation, borrowed when a predicate asks for them.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::number::Number;
use crate::path::Path;

/// Resolves written attribute paths to typed references, at load.
pub trait Vocabulary {
    /// A reference that [`Facts`] can read without looking at text again.
    type Attribute;

    /// The attribute a path names.
    ///
    /// # Errors
    /// Why the path names none, with the nearest name that does.
    fn resolve(&self, path: &Path) -> Result<Self::Attribute, Unresolved>;

    /// Whether the attribute always has a value, so that asking for its existence is a mistake.
    fn is_closed(&self, attribute: &Self::Attribute) -> bool;
}

/// Why a path names no attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Unresolved {
    /// The document declares nothing of that sort under that name.
    #[must_use]
    pub fn undeclared(sort: &str, name: &str) -> Self {
        Self { message: format!("no {sort} is named `{name}`"), help: None }
    }
}

/// The state one operation is decided against.
pub trait Facts {
    /// The reference type of the vocabulary the program was compiled with.
    type Attribute;

    /// The present value of an attribute.
    fn read<'a>(&'a self, attribute: &'a Self::Attribute) -> Fact<'a>;
}

/// The value of an attribute.
#[derive(Clone, Copy, Debug)]
pub enum Fact<'a> {
    /// There is none; `null` is the same.
    Absent,
    /// It cannot be had: the step that asks denies with this code (`session.unbound`).
    Unavailable(&'static str),
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(&'a str),
    /// A set of names, such as roles or labels.
    Set(Names<'a>),
    /// A list of any values.
    List(&'a [Json]),
    /// A map of any values.
    Map(&'a serde_json::Map<String, Json>),
}

impl Fact<'_> {
    /// The value as JSON; none where there is no value, and for a number that JSON as read here has none of.
    #[must_use]
    pub fn to_json(self) -> Option<Json> {
        Some(match self {
            Self::Absent | Self::Unavailable(_) => return None,
            Self::Bool(value) => value.into(),
            Self::Number(Number::Int(value)) => Json::Number(serde_json::Number::from_i128(value)?),
            Self::Number(Number::Float(value)) => Json::Number(serde_json::Number::from_f64(value)?),
            Self::Text(text) => text.into(),
            Self::Set(names) => {
                let mut names: Vec<&str> = names.iter().collect();
                names.sort_unstable();
                names.dedup();
                names.into()
            }
            Self::List(values) => values.into(),
            Self::Map(members) => members.clone().into(),
        })
    }
}

/// A set of names, possibly the union of two sorted slices (labels of the session and of the message).
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    first: &'a [Arc<str>],
    second: &'a [Arc<str>],
}

impl<'a> Names<'a> {
    /// A set from one sorted slice without repetitions.
    #[must_use]
    pub fn new(names: &'a [Arc<str>]) -> Self {
        Self { first: names, second: &[] }
    }

    /// The union of two sorted slices.
    #[must_use]
    pub fn union(first: &'a [Arc<str>], second: &'a [Arc<str>]) -> Self {
        Self { first, second }
    }

    /// Whether the set holds the name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let held = |names: &[Arc<str>]| names.binary_search_by(|held| (**held).cmp(name)).is_ok();
        held(self.first) || held(self.second)
    }

    /// Whether the set holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.second.is_empty()
    }

    /// Its names; one that is in both slices comes twice.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.first.iter().chain(self.second).map(|name| &**name)
    }
}

impl<'a> From<&'a Json> for Fact<'a> {
    fn from(value: &'a Json) -> Self {
        match value {
            Json::Null => Self::Absent,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(value) => Self::Number(value.into()),
            Json::String(value) => Self::Text(value),
            Json::Array(values) => Self::List(values),
            Json::Object(values) => Self::Map(values),
        }
    }
}
