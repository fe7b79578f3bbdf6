//! What became of tokens that were accepted, by digests of their texts, so that one that comes again is not verified again.
//!
//! A text cannot be had from its digest, so no credential is kept. How many are kept is fixed: one more takes the place of
//! the oldest that was not asked for since it was last looked at (the second-chance algorithm).

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

/// How many are kept.
const MAX_HELD: usize = 1024;

/// The SHA-256 digest of the text of a token.
pub(crate) type Digest = [u8; 32];

/// Values by digests of the tokens they are about. Whether one still holds is for its reader to judge.
pub(crate) struct Verified<T> {
    table: Mutex<Table<T>>,
}

struct Table<T> {
    // INVARIANT: its keys are those of `order`, each once.
    held: HashMap<Digest, Held<T>>,
    order: VecDeque<Digest>,
}

struct Held<T> {
    value: Arc<T>,
    /// Whether it was asked for since it was last looked at.
    asked: bool,
}

/// The digest a token is known by.
pub(crate) fn digest(token: &str) -> Digest {
    Sha256::digest(token.as_bytes()).into()
}

impl<T> Verified<T> {
    /// What is known of that token.
    pub(crate) fn find(&self, token: &Digest) -> Option<Arc<T>> {
        let mut table = self.locked();
        let held = table.held.get_mut(token)?;
        held.asked = true;
        Some(Arc::clone(&held.value))
    }

    /// Keeps what is known of that token, in place of what was known before.
    pub(crate) fn keep(&self, token: Digest, value: Arc<T>) {
        let mut table = self.locked();
        if let Some(held) = table.held.get_mut(&token) {
            held.value = value;
            return;
        }
        while table.order.len() >= MAX_HELD {
            table.make_room();
        }
        table.order.push_back(token);
        table.held.insert(token, Held { value, asked: false });
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Table<T>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Table<T> {
    /// Drops the oldest, or has it begin anew where it was asked for.
    fn make_room(&mut self) {
        let Some(oldest) = self.order.pop_front() else { return };
        match self.held.get_mut(&oldest) {
            Some(held) if held.asked => {
                held.asked = false;
                self.order.push_back(oldest);
            }
            _ => drop(self.held.remove(&oldest)),
        }
    }
}

impl<T> Default for Verified<T> {
    fn default() -> Self {
        Self { table: Mutex::new(Table { held: HashMap::new(), order: VecDeque::new() }) }
    }
}

impl<T> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("held", &self.locked().held.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: usize) -> Digest {
        digest(&number.to_string())
    }

    #[test]
    fn what_was_kept_is_found_and_what_is_kept_again_is_the_latest() {
        let verified = Verified::default();
        assert_eq!(verified.find(&of(1)), None);
        verified.keep(of(1), Arc::new("one"));
        verified.keep(of(2), Arc::new("two"));
        verified.keep(of(1), Arc::new("uno"));
        assert_eq!((verified.find(&of(1)), verified.find(&of(2))), (Some(Arc::new("uno")), Some(Arc::new("two"))));
        assert_eq!(verified.locked().order.len(), 2);
    }

    #[test]
    fn more_than_fits_drops_the_oldest_that_nobody_asked_for() {
        let verified = Verified::default();
        for number in 0..MAX_HELD {
            verified.keep(of(number), Arc::new(number));
        }
        assert_eq!(verified.find(&of(0)).as_deref(), Some(&0));
        verified.keep(of(MAX_HELD), Arc::new(MAX_HELD));
        assert_eq!((verified.find(&of(0)).as_deref(), verified.find(&of(1))), (Some(&0), None));
        for number in 2..4 * MAX_HELD {
            verified.keep(of(number), Arc::new(number));
        }
        let table = verified.locked();
        assert_eq!((table.held.len(), table.order.len()), (MAX_HELD, MAX_HELD));
    }

    #[test]
    fn more_is_kept_even_if_all_were_asked_for() {
        let verified = Verified::default();
        for number in 0..MAX_HELD {
            verified.keep(of(number), Arc::new(number));
            verified.find(&of(number)).unwrap_or_default();
        }
        verified.keep(of(MAX_HELD), Arc::new(MAX_HELD));
        assert_eq!((verified.find(&of(MAX_HELD)).as_deref(), verified.find(&of(0))), (Some(&MAX_HELD), None));
    }
}
