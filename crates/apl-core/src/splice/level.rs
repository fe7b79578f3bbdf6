//! A map or list that is open.

use std::ops::Range;

use super::lexer::Bracket;
use crate::field::Reached;

/// A map or list that is open. Offsets are bytes of the text.
pub(super) struct Level {
    pub(super) bracket: Bracket,
    /// What is reached at this map or list.
    pub(super) at: Reached,
    /// What is reached at the member or element that comes next.
    pub(super) next: Reached,
    /// The names it must have and has not shown yet.
    pub(super) unmet: Reached,
    /// Where the member or element began, its key included.
    pub(super) start: usize,
    /// The comma before it.
    pub(super) comma: usize,
    /// Whether it may yet be taken out, as far as it was read.
    pub(super) is_undecided: bool,
    /// Whether a member or element before it stays.
    pub(super) has_kept: bool,
    /// What was taken out while nothing before it stays: the comma after it goes too, if there is one.
    pub(super) dangling: Option<Range<usize>>,
}

impl Level {
    /// Where what is not decided begins: what is taken out takes the comma before it along.
    pub(super) fn undecided(&self) -> Option<usize> {
        match &self.dangling {
            Some(dangling) => Some(dangling.start),
            None if self.is_undecided && self.has_kept => Some(self.comma),
            None => self.is_undecided.then_some(self.start),
        }
    }
}
