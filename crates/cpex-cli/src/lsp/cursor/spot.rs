//! What a cursor is at.

use std::ops::Range;

use super::stack::Step;
use super::token::Token;

/// A place in a document, as far as the text before it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct Spot {
    pub(in crate::lsp) role: Role,
    /// What leads to the value; for a key, to the map it is in.
    pub(in crate::lsp) path: Vec<Step>,
    /// What the scalar says up to the cursor.
    pub(in crate::lsp) before: String,
    /// Where the scalar stands, quotes included; where there is none, the cursor.
    pub(in crate::lsp) range: Range<usize>,
}

/// What stands there, or could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lsp) enum Role {
    /// A key.
    Key,
    /// A scalar that is a value.
    Value,
    /// A value, or the first key of a map that is one.
    Open,
}

impl Spot {
    pub(super) fn empty(role: Role, path: Vec<Step>, offset: usize) -> Self {
        Self { role, path, before: String::new(), range: offset..offset }
    }

    pub(super) fn within(role: Role, path: Vec<Step>, token: &Token, text: &str, offset: usize) -> Self {
        Self { role, path, before: token.before(text, offset), range: token.start..token.end }
    }
}
