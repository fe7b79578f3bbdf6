//! What the stages of a pipeline did with the values they met, where somebody watches.
//!
//! A pipeline that nobody watches notes nothing and holds nothing to note it in.

use std::cell::{Cell, OnceCell};

use crate::field::Edit;
use crate::stage::Invalid;

/// What a stage did in one treatment of a payload; each may be true of several values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deeds {
    /// It let a value through as it was.
    pub passed: bool,
    /// It changed a value.
    pub changed: bool,
    /// It refused a value, or that there is none.
    pub refused: bool,
}

/// The deeds of each stage, in written order; nothing where nobody watches.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch(OnceCell<Box<[Cell<Deeds>]>>);

impl Watch {
    /// Begins to note what so many stages do.
    pub(super) fn begin(&self, stages: usize) {
        self.0.get_or_init(|| vec![Cell::default(); stages].into());
    }

    /// Notes what the stage of that index made of a value.
    pub(super) fn note(&self, stage: usize, outcome: &Result<Edit, Invalid>) {
        let Some(deeds) = self.of(stage) else { return };
        let before = deeds.get();
        deeds.set(match outcome {
            Ok(Edit::Keep | Edit::Leave) => Deeds { passed: true, ..before },
            Ok(Edit::Replace(_) | Edit::Remove) => Deeds { changed: true, ..before },
            Err(_) => Deeds { refused: true, ..before },
        });
    }

    /// Notes that the stage of that index refused a value for what it found.
    pub(super) fn refused(&self, stage: usize) {
        if let Some(deeds) = self.of(stage) {
            deeds.set(Deeds { refused: true, ..deeds.get() });
        }
    }

    /// Goes back to what was noted before.
    pub(super) fn restore(&self, before: &Self) {
        for (now, before) in self.0.get().into_iter().flatten().zip(before.0.get().into_iter().flatten()) {
            now.set(before.get());
        }
    }

    /// What was noted of each stage; nothing where nobody watches.
    pub(super) fn deeds(&self) -> impl Iterator<Item = Deeds> {
        self.0.get().into_iter().flatten().map(Cell::get)
    }

    fn of(&self, stage: usize) -> Option<&Cell<Deeds>> {
        self.0.get()?.get(stage)
    }
}
