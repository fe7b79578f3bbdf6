//! The session labels of a replay: those the operations replayed so far left, and what the log shows that came from elsewhere.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cpex::cmf::NameSet;
use cpex::sdk::{Declassification, SessionKey, SessionStore, StoreError, async_trait};

/// Keeps labels from operation to operation.
#[derive(Debug, Default)]
pub(super) struct Labels(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    kept: HashMap<SessionKey, BTreeSet<Arc<str>>>,
    /// Sessions of which nobody knows what is kept: an operation of theirs could not be decided.
    uncertain: HashSet<SessionKey>,
    current: Current,
}

/// What the log says of the operation that is decided, and what that one did.
#[derive(Debug, Default)]
struct Current {
    elsewhere: Elsewhere,
    /// Of each session it asked for, what was kept before.
    before: HashMap<SessionKey, Option<BTreeSet<Arc<str>>>>,
    met_uncertain: bool,
}

/// What happened to a session since the operation before, and to the store itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Elsewhere {
    /// Labels that came from elsewhere.
    pub(super) added: BTreeSet<String>,
    /// Labels that went elsewhere, or with time.
    pub(super) gone: BTreeSet<String>,
    /// The store could not be asked.
    pub(super) load_fails: bool,
    /// The store could not be written to.
    pub(super) persist_fails: bool,
}

impl Labels {
    /// Begins the next side of an operation.
    pub(super) fn begin(&self, elsewhere: Elsewhere) {
        self.state().current = Current { elsewhere, ..Current::default() };
    }

    /// Whether the operation asked for a session of which nobody knows what is kept.
    pub(super) fn met_uncertain(&self) -> bool {
        self.state().current.met_uncertain
    }

    /// Takes back what the operation did. `is_known` says that the log tells what it did in its place.
    pub(super) fn take_back(&self, is_known: bool) {
        let mut state = self.state();
        let touched = std::mem::take(&mut state.current.before);
        for (key, before) in touched {
            if !is_known {
                state.uncertain.insert(key);
            }
            match before {
                Some(labels) => drop(state.kept.insert(key, labels)),
                None => drop(state.kept.remove(&key)),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SessionStore for Labels {
    async fn load(&self, key: &SessionKey) -> Result<NameSet, StoreError> {
        let mut state = self.state();
        let State { kept, uncertain, current } = &mut *state;
        if current.elsewhere.load_fails {
            return Err(failed());
        }
        current.met_uncertain |= uncertain.contains(key);
        current.before.entry(*key).or_insert_with(|| kept.get(key).cloned());
        let labels = kept.entry(*key).or_default();
        labels.retain(|label| !current.elsewhere.gone.contains(&**label));
        labels.extend(current.elsewhere.added.iter().map(|label| Arc::from(label.as_str())));
        Ok(labels.iter().cloned().collect())
    }

    async fn append(&self, key: &SessionKey, labels: &[Arc<str>]) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.current.elsewhere.persist_fails {
            return Err(failed());
        }
        state.kept.entry(*key).or_default().extend(labels.iter().cloned());
        Ok(())
    }

    async fn expire(&self, key: &SessionKey) -> Result<(), StoreError> {
        self.state().kept.remove(key);
        Ok(())
    }

    async fn declassify(&self, key: &SessionKey, label: &str, _by: Declassification) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.current.elsewhere.persist_fails {
            return Err(failed());
        }
        if let Some(labels) = state.kept.get_mut(key) {
            labels.remove(label);
        }
        Ok(())
    }
}

fn failed() -> StoreError {
    StoreError("it failed when the operation was recorded".to_owned())
}
