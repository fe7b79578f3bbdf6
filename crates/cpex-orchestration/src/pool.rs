//! How much runs at once, counted over all who share the count.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count of what is running. Whoever asks for a place says how many there are, so that the bound may change while it runs.
#[derive(Debug, Default)]
pub struct Pool {
    taken: AtomicUsize,
}

/// A place in a [`Pool`], until it is dropped.
#[derive(Debug)]
pub struct Place<'p>(&'p Pool);

impl Pool {
    /// Takes a place; none where as many as the bound allows are taken. It never waits.
    #[must_use]
    pub fn take(&self, bound: NonZeroUsize) -> Option<Place<'_>> {
        let next = |taken: usize| taken.checked_add(1).filter(|taken| *taken <= bound.get());
        self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok()?;
        Some(Place(self))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_once_it_is_dropped_and_the_bound_is_the_askers() {
        let (pool, two) = (Pool::default(), NonZeroUsize::MIN.saturating_add(1));
        let first = pool.take(NonZeroUsize::MIN);
        assert!(first.is_some() && pool.take(NonZeroUsize::MIN).is_none());
        let second = pool.take(two);
        assert!(second.is_some() && pool.take(two).is_none());
        drop(first);
        assert!(pool.take(NonZeroUsize::MIN).is_none() && pool.take(two).is_some());
    }
}
