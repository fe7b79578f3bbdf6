//! The watcher of a manager's files, as the manager holds it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::WeakSender;
use tokio::task::JoinHandle;

use crate::status::WatcherStatus;

/// The watcher, if there is one.
#[derive(Default)]
pub(crate) struct Watching(Mutex<Option<Watcher>>);

/// A watcher that was started. Dropping it ends it.
pub(crate) struct Watcher {
    pub(crate) task: JoinHandle<()>,
    /// Wakes it. It holds no sender of its own, so that the watcher ends with what sends it the changes.
    pub(crate) wake: WeakSender<()>,
    pub(crate) sight: Arc<Sight>,
}

/// What a watcher sees.
#[derive(Default)]
pub(crate) struct Sight(Mutex<(Vec<PathBuf>, Option<String>)>);

impl Watching {
    /// Puts a watcher in the place of the one before.
    pub(crate) fn begin(&self, watcher: Watcher) {
        let before = self.watcher().replace(watcher);
        drop(before);
    }

    /// Ends the watcher.
    pub(crate) fn stop(&self) {
        let before = self.watcher().take();
        drop(before);
    }

    /// Has it look at which files are those of the document in force.
    pub(crate) fn nudge(&self) {
        if let Some(wake) = self.watcher().as_ref().and_then(|watcher| watcher.wake.upgrade()) {
            // Where there is no room, it is about to look.
            let _ = wake.try_send(());
        }
    }

    pub(crate) fn status(&self) -> Option<WatcherStatus> {
        let watcher = self.watcher();
        let Watcher { task, sight, .. } = watcher.as_ref()?;
        let (directories, trouble) = sight.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(WatcherStatus { is_alive: !task.is_finished(), directories, trouble })
    }

    fn watcher(&self) -> MutexGuard<'_, Option<Watcher>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sight {
    /// Notes which directories are watched, and why some are not.
    pub(crate) fn note(&self, directories: Vec<PathBuf>, trouble: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (directories, trouble);
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}
