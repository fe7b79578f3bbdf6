//! Attribute paths as written: `subject.id`, `args.items[0].ssn`, `data.tenants[subject.tenant].region`.

use std::fmt;
use std::ops::Range;

use crate::literal;

/// A path of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The namespace and what follows it, at least one segment; the first is a [`Segment::Name`].
    pub segments: Vec<Segment>,
    /// The byte range in the text it was read from.
    pub range: Range<usize>,
}

/// One part of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `.name`, or the first word.
    Name(String),
    /// `[0]`, counted from 0.
    Index(usize),
    /// `['exact key']`.
    Key(String),
    /// `[other.path]`: the key or index is another attribute's value, taken as one whole key.
    Lookup(Path),
}

impl Path {
    /// The first word.
    #[must_use]
    pub fn namespace(&self) -> &str {
        match self.segments.first() {
            Some(Segment::Name(name)) => name,
            _ => "",
        }
    }

    /// What follows the first word.
    #[must_use]
    pub fn rest(&self) -> &[Segment] {
        self.segments.get(1..).unwrap_or_default()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Name(name) if index == 0 => write!(f, "{name}")?,
                Segment::Name(name) => write!(f, ".{name}")?,
                Segment::Index(at) => write!(f, "[{at}]")?,
                Segment::Key(key) => write!(f, "[{}]", literal::quote(key))?,
                Segment::Lookup(path) => write!(f, "[{path}]")?,
            }
        }
        Ok(())
    }
}
