//! Watches the files of the document in force, and reloads it when they change.
//!
//! The host's runtime runs one task for it. It learns of changes from the operating system, waits until they end, reads the
//! files aside and puts in force what they say. Where they say nothing that can be enforced, the document before serves on.

mod entries;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use cpex_orchestration::call_sync;
use notify::{Event, RecommendedWatcher, RecursiveMode};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use self::entries::Entries;
use crate::document::Document;
use crate::manager::PluginManager;
use crate::snapshot::Snapshot;
use crate::watching::{Sight, Watcher};

/// When a change is taken to have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchConfig {
    /// How long nothing must change, so that a file that is being written is not read by half; 200 ms by default.
    pub quiet: Duration,
    /// How long changes that do not end are waited for; 5 s by default.
    pub longest: Duration,
}

/// Why the files cannot be watched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    /// The document in force came from no file, or there is none.
    #[error("no document in force came from a file: load one with `load_config_file` and call `initialize`")]
    NoFile,
    /// It needs a tokio runtime.
    #[error("watching needs a tokio runtime: call it from inside one")]
    NoRuntime,
    /// The operating system refuses.
    #[error("the operating system watches no files: {0}")]
    Refused(String),
}

impl PluginManager {
    /// Watches the directories of the files of the document in force, and reloads it when they change: the first file, those
    /// it includes, its attribute files and the files of secrets it names. When another document comes into force, it watches
    /// the files of that. It ends with a shutdown, or when the manager is dropped; another call replaces it.
    ///
    /// Whether it lives, and what it refused, [`PluginManager::status`] shows.
    ///
    /// # Errors
    /// Why nothing is watched.
    pub fn watch(self: &Arc<Self>, config: WatchConfig) -> Result<(), WatchError> {
        let snapshot = self.snapshot().ok_or(WatchError::NoFile)?;
        snapshot.files.first().ok_or(WatchError::NoFile)?;
        let runtime = Handle::try_current().map_err(|_| WatchError::NoRuntime)?;
        let (signal, wakes) = signal();
        let wake = signal.wake.downgrade();
        let (entries, changed) = (Arc::clone(&signal.entries), Arc::clone(&signal.changed));
        let system = call_sync(|| notify::recommended_watcher(move |event| signal.hear(event)));
        let system: RecommendedWatcher = match system {
            Ok(Ok(watcher)) => watcher,
            Ok(Err(error)) => return Err(WatchError::Refused(error.to_string())),
            Err(_) => return Err(WatchError::Refused("it panicked".to_owned())),
        };
        let sight = Arc::<Sight>::default();
        let manager = Arc::downgrade(self);
        let watch = Watch { manager, system, watched: Vec::new(), entries, changed, sight: Arc::clone(&sight) };
        let task = runtime.spawn(watch.run(wakes, config));
        self.watching.begin(Watcher { task, wake, sight });
        Ok(())
    }
}

/// What tells a watcher of changes.
struct Signal {
    entries: Arc<Mutex<Entries>>,
    changed: Arc<AtomicBool>,
    wake: Sender<()>,
}

fn signal() -> (Signal, Receiver<()>) {
    // One waiting wake-up says all there is to say: what changed is looked up.
    let (wake, wakes) = channel(1);
    (Signal { entries: Arc::default(), changed: Arc::default(), wake }, wakes)
}

impl Signal {
    /// Hears of one event. An error may be a change that was lost.
    fn hear(&self, event: notify::Result<Event>) {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if event.is_ok_and(|event| !entries.concern(&event)) {
            return;
        }
        self.changed.store(true, Ordering::Release);
        let _ = self.wake.try_send(());
    }
}

/// A watcher at work.
struct Watch<S> {
    manager: Weak<PluginManager>,
    /// What the operating system watches with.
    system: S,
    watched: Vec<PathBuf>,
    entries: Arc<Mutex<Entries>>,
    /// Whether something changed that was not read since.
    changed: Arc<AtomicBool>,
    sight: Arc<Sight>,
}

/// What came of looking at directories.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    All,
    /// Some cannot be watched.
    Some,
}

/// How often a directory that cannot be watched is tried again.
const RETRY: Duration = Duration::from_secs(5);

impl<S: notify::Watcher> Watch<S> {
    async fn run(mut self, mut wakes: Receiver<()>, config: WatchConfig) {
        let mut seen = Seen::All;
        loop {
            let before = seen;
            seen = match self.look(before).await {
                Some(seen) => seen,
                None => return,
            };
            if seen == Seen::All {
                match wakes.recv().await {
                    Some(()) => settle(&mut wakes, config).await,
                    None => return,
                }
            } else if let Ok(woken) = timeout(RETRY, wakes.recv()).await {
                match woken {
                    Some(()) => settle(&mut wakes, config).await,
                    None => return,
                }
            }
        }
    }

    /// Watches the files there are now, and reloads if something changed; none once there is nothing to watch for.
    async fn look(&mut self, before: Seen) -> Option<Seen> {
        let manager = self.manager.upgrade()?;
        let current = manager.snapshot()?;
        let Some(root) = current.files.first().map(Path::to_owned) else {
            // What is in force came from no file; what comes after it may.
            return Some(self.watch(&Entries::default()));
        };
        let changed = self.changed.swap(false, Ordering::AcqRel);
        // What the files name now is watched before it is read for good, so that no change falls between.
        let (read, in_force) = (root.clone(), Arc::clone(&current));
        let (entries, differs) = spawn_blocking(move || read_ahead(&read, &in_force)).await.ok()?;
        let seen = self.watch(&entries);
        let recovered = before == Seen::Some && seen == Seen::All;
        if changed || recovered || (differs && before == Seen::All) {
            reload(&manager, root).await;
        }
        Some(seen)
    }

    /// Has the operating system watch the directories of these.
    fn watch(&mut self, entries: &Entries) -> Seen {
        entries.clone_into(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner));
        let directories = entries.directories();
        for directory in std::mem::take(&mut self.watched) {
            if !directories.contains(&*directory) {
                // One that is gone is not watched any more.
                let _ = call_sync(|| self.system.unwatch(&directory));
            }
        }
        let mut trouble = None;
        for directory in directories {
            // Once more for those that are watched: another directory may have taken the place of one.
            let watched = call_sync(|| self.system.watch(directory, RecursiveMode::NonRecursive));
            match watched {
                Ok(Ok(())) => self.watched.push(directory.to_owned()),
                Ok(Err(error)) => trouble = Some(format!("`{}`: {error}", directory.display())),
                Err(_) => trouble = Some(format!("`{}`: it panicked", directory.display())),
            }
        }
        let seen = if trouble.is_none() { Seen::All } else { Seen::Some };
        self.sight.note(self.watched.clone(), trouble);
        seen
    }
}

/// Waits until nothing changes any more.
async fn settle(wakes: &mut Receiver<()>, config: WatchConfig) {
    let WatchConfig { quiet, longest } = config;
    let ends = async { while let Ok(Some(())) = timeout(quiet, wakes.recv()).await {} };
    let _ = timeout(longest, ends).await;
}

/// Looks up what the files name now, and whether they say something else than what is in force.
fn read_ahead(root: &Path, current: &Snapshot) -> (Entries, bool) {
    let read = Document::read_file(root);
    let differs = read.as_ref().map_or(true, |document| document.attributes().digest != *current.digest);
    let named = read.map(|document| document.files()).unwrap_or_default();
    (Entries::of(current.files.paths().chain(named.paths())), differs)
}

/// Reads and compiles aside, and puts it in force. Whatever keeps it from that, the status of the manager shows.
async fn reload(manager: &Arc<PluginManager>, root: PathBuf) {
    let _turn = manager.reloading.lock().await;
    let aside = Arc::clone(manager);
    let read = spawn_blocking(move || aside.read_anew(Document::read_file(&root))).await;
    if let Ok(Ok((loaded, _))) = read {
        let _ = manager.replace(loaded).await;
    }
}

impl Default for WatchConfig {
    fn default() -> Self {
        Self { quiet: Duration::from_millis(200), longest: Duration::from_secs(5) }
    }
}

#[cfg(test)]
mod tests;
