//! The three tables as one list, for whoever shows what there is to read.

use super::{Access, Field, Holding, Tree, ValueKind};

/// The row of an element of a table.
macro_rules! row {
    ($of:ident, $placeholder:expr) => {
        Row {
            path: $of.path(),
            placeholder: $placeholder,
            kind: $of.kind(),
            access: $of.access(),
            is_closed: $of.is_closed(),
            doc: $of.doc(),
        }
    };
}

/// An attribute, or a family of attributes whose names only a document or a request knows, as documentation lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The path of documents, up to what only a document or a request knows.
    pub path: &'static str,
    /// What stands for the part of the path that only a document or a request knows: `NAME`, or `PATH`
    /// where it may have several words.
    pub placeholder: Option<&'static str>,
    /// What its value is where it has one.
    pub kind: ValueKind,
    /// Which plugins may read what it reads.
    pub access: Access,
    /// Whether it always has a value.
    pub is_closed: bool,
    /// One sentence for people.
    pub doc: &'static str,
}

impl Row {
    /// Every row, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        let fields = Field::ALL.iter().map(|field| row!(field, None));
        let holdings = Holding::ALL.iter().map(|holding| row!(holding, Some("NAME")));
        let trees = Tree::ALL.iter().map(|tree| row!(tree, Some("PATH")));
        fields.chain(holdings).chain(trees)
    }
}
