//! Field paths: which values of a record a pipeline treats.
//!
//! A path is a flat list of parts, followed from the top of a value downwards. Because `**` may stand for any number of
//! levels, several places of a path can be reached at one value; they are kept as a set of bits ([`Reached`]), so that a
//! value is treated once however many ways lead to it, and so that structured values ([`walk`]) and text
//! ([`crate::splice`]) are followed by the same rules.

mod parse;
mod part;
mod visit;
pub(crate) mod walk;

use crate::diagnostic::Diagnostic;
use crate::node::Text;
use part::Part;

pub use visit::RewriteFault;
pub(crate) use visit::{Edit, Visit};

/// A compiled field path.
#[derive(Debug)]
pub(crate) struct Field {
    /// INVARIANT: at most [`part::MAX_PARTS`], one of them no [`Part::Any`], and no two [`Part::Any`] in a row.
    parts: Box<[Part]>,
    /// The places before a name that the value reached must have: no `**` stands directly before it.
    names: u64,
    /// The places before `[]` that need a list: no `**` stands directly before it.
    lists: u64,
    /// The places before `**`.
    searches: u64,
}

/// The places of a path that are reached at one value: bit `n` is the place before part `n`, the last the end of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached(u64);

impl Field {
    /// Compiles a path.
    pub(crate) fn parse(text: &Text, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        parse::parts(text, faults).map(Self::new)
    }

    fn new(parts: Vec<Part>) -> Self {
        let (mut names, mut lists, mut searches) = (0, 0, 0);
        let mut is_search = false;
        for (at, part) in parts.iter().enumerate() {
            let bit = 1 << at;
            match part {
                Part::Any => searches |= bit,
                Part::Name(_) if !is_search => names |= bit,
                Part::Each if !is_search => lists |= bit,
                Part::Name(_) | Part::Each => {}
            }
            is_search = *part == Part::Any;
        }
        Self { parts: parts.into(), names, lists, searches }
    }

    /// What is reached at the top of a value.
    pub(crate) fn top(&self) -> Reached {
        self.close(1)
    }

    /// What is reached at the member of that name.
    pub(crate) fn member(&self, from: Reached, name: &str) -> Reached {
        self.advance(from, |part| matches!(part, Part::Name(wanted) if **wanted == *name))
    }

    /// What is reached at each element of a list.
    pub(crate) fn element(&self, from: Reached) -> Reached {
        self.advance(from, |part| *part == Part::Each)
    }

    /// Whether the path leads to the value itself.
    pub(crate) fn ends(&self, at: Reached) -> bool {
        at.0 & self.end() != 0
    }

    /// Whether nothing below the value can be reached.
    pub(crate) fn is_over(&self, at: Reached) -> bool {
        at.0 & !self.end() == 0
    }

    /// Whether every member and element is to be looked into.
    pub(crate) fn searches(&self, at: Reached) -> bool {
        at.0 & self.searches != 0
    }

    /// Whether `**` stands anywhere in the path.
    pub(crate) fn has_search(&self) -> bool {
        self.searches != 0
    }

    /// The places whose names the value must have.
    pub(crate) fn needs_names(&self, at: Reached) -> Reached {
        Reached(at.0 & self.names)
    }

    /// Whether the value must be a list.
    pub(crate) fn needs_list(&self, at: Reached) -> bool {
        at.0 & self.lists != 0
    }

    /// The names that follow the places.
    pub(crate) fn names(&self, at: Reached) -> impl Iterator<Item = &str> {
        at.places().filter_map(|place| match self.parts.get(place) {
            Some(Part::Name(name)) => Some(&**name),
            _ => None,
        })
    }

    /// The places, among those given, that the name follows.
    pub(crate) fn named(&self, at: Reached, name: &str) -> Reached {
        Reached(at.places().fold(0, |named, place| match self.parts.get(place) {
            Some(Part::Name(wanted)) if **wanted == *name => named | 1 << place,
            _ => named,
        }))
    }

    fn advance(&self, from: Reached, fits: impl Fn(&Part) -> bool) -> Reached {
        let next = from.places().fold(0, |next, place| match self.parts.get(place) {
            Some(Part::Any) => next | 1 << place,
            Some(part) if fits(part) => next | 1 << (place + 1),
            _ => next,
        });
        self.close(next)
    }

    /// Adds what `**` reaches by standing for no level at all.
    fn close(&self, places: u64) -> Reached {
        Reached(places | (places & self.searches) << 1)
    }

    fn end(&self) -> u64 {
        1 << self.parts.len()
    }
}

impl Reached {
    /// Whether nothing is reached.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is reached here and not there.
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn places(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(place)
        })
    }
}
