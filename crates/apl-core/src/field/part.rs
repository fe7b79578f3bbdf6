//! The parts of field paths.

/// How many parts a path may have: one less than a set of places has bits, the last being the end of the path.
pub(super) const MAX_PARTS: usize = 63;

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The member of that name, compared by code point.
    Name(Box<str>),
    /// `[]`: each element of a list.
    Each,
    /// `**`: any number of levels of maps and lists, none included.
    Any,
}
