//! Stacks for trees that are deeper than the stack of a thread: policies may nest as deep as their author likes, and are
//! parsed, asked and dropped by recursion.

use std::mem::{ManuallyDrop, take};
use std::{io, panic, thread};

/// What parsing a level of nesting takes at most, in bytes, where nothing is optimised.
const PARSING: usize = 64 << 10;

/// What asking a level takes at most.
const ASKING: usize = if cfg!(debug_assertions) { 64 << 10 } else { 16 << 10 };

/// What is there for everything that does not nest.
const BASE: usize = 256 << 10;

/// How many levels are dropped on whatever thread it is.
const SHALLOW: usize = 256;

/// Runs it on a thread of its own that has room to parse so many levels.
///
/// # Errors
/// When there is no memory for it.
pub(crate) fn with_room_for<R: Send>(levels: usize, run: impl FnOnce() -> R + Send) -> io::Result<R> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(4 * BASE + levels * PARSING).spawn_scoped(scope, run)?;
        Ok(thread.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)))
    })
}

/// A tree of so many levels, or several.
#[derive(Debug)]
pub(crate) struct Deep<T: Default + Send + 'static> {
    held: T,
    levels: usize,
}

impl<T: Default + Send + 'static> Deep<T> {
    pub(crate) const fn new(held: T, levels: usize) -> Self {
        Self { held, levels }
    }

    /// Looks at it with room to recurse. The stack grows only where the thread has too little left.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let needed = BASE + self.levels * ASKING;
        stacker::maybe_grow(needed, needed, || look(&self.held))
    }
}

impl<T: Default + Send + 'static> Drop for Deep<T> {
    fn drop(&mut self) {
        if self.levels <= SHALLOW {
            return;
        }
        // Without memory for a stack it is kept for ever: that is better than to end the process.
        let held = ManuallyDrop::new(take(&mut self.held));
        let thread = thread::Builder::new().stack_size(BASE + self.levels * ASKING);
        if let Ok(dropped) = thread.spawn(move || drop(ManuallyDrop::into_inner(held))) {
            let _ = dropped.join();
        }
    }
}
