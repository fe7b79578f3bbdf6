#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;

use cpex_sdk::metrics::{Loaded, Metrics};
use notify::event::ModifyKind;
use notify::{EventHandler, EventKind, NullWatcher, WatcherKind};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::*;
use crate::ports::ManagerConfig;

/// Tells a test which documents came into force and which did not.
struct Loads(UnboundedSender<&'static str>);

impl Metrics for Loads {
    fn loaded(&self, loaded: &Loaded<'_>) {
        let _ = self.0.send(loaded.state);
    }
}

/// A manager whose watcher hears what a test tells it, and of the operating system nothing.
struct Bench {
    manager: Arc<PluginManager>,
    loads: UnboundedReceiver<&'static str>,
    /// None once the operating system tells nothing any more.
    signal: Option<Signal>,
    path: PathBuf,
    _folder: TempDir,
}

const QUIET: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(60);

impl Bench {
    async fn new() -> Self {
        Self::with(NullWatcher).await
    }

    async fn with(system: impl notify::Watcher + Send + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("policy.yaml");
        fs::write(&path, document(0)).unwrap();
        let (told, loads) = unbounded_channel();
        let config = ManagerConfig { metrics: Some(Arc::new(Loads(told))), ..ManagerConfig::default() };
        let manager = Arc::new(PluginManager::new(config));
        manager.load_config_file(&path).unwrap();
        manager.initialize().await.unwrap();
        let (signal, wakes) = signal();
        let (wake, sight) = (signal.wake.downgrade(), Arc::<Sight>::default());
        let watch = Watch {
            manager: Arc::downgrade(&manager),
            system,
            watched: Vec::new(),
            entries: Arc::clone(&signal.entries),
            changed: Arc::clone(&signal.changed),
            sight: Arc::clone(&sight),
        };
        let task = tokio::spawn(watch.run(wakes, WatchConfig { quiet: QUIET, longest: LONGEST }));
        manager.watching.begin(Watcher { task, wake, sight });
        let mut bench = Self { manager, loads, signal: Some(signal), path, _folder: folder };
        assert_eq!(bench.loads.recv().await, Some("in_force"));
        bench
    }

    fn write(&self, number: usize) {
        fs::write(&self.path, document(number)).unwrap();
        self.touch("policy.yaml");
    }

    fn touch(&self, name: &str) {
        let path = self.path.with_file_name(name);
        let event = Event::new(EventKind::Modify(ModifyKind::Any)).add_path(path);
        self.signal.as_ref().unwrap().hear(Ok(event));
    }

    fn digest(&self) -> Arc<str> {
        self.manager.status().in_force.unwrap().digest
    }
}

fn document(number: usize) -> String {
    format!("routes: [ {{ tool: t{number}, policy: [ deny ] }} ]")
}

/// Looks at a manager that hears nothing, until the watcher has looked, too.
async fn watched(bench: &Bench) {
    while bench.manager.status().watcher.unwrap().directories.is_empty() {
        tokio::time::advance(Duration::from_millis(1)).await;
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn changes_are_read_once_they_have_ended() {
    let mut bench = Bench::new().await;
    watched(&bench).await;
    for number in 1..=5 {
        bench.write(number);
        tokio::time::advance(QUIET / 2).await;
        assert!(bench.loads.try_recv().is_err(), "the changes go on");
    }
    assert_eq!(bench.loads.recv().await, Some("in_force"));
    let read = Document::read_file(&bench.path).unwrap();
    assert_eq!(*bench.digest(), *read.digest());
    assert_eq!(bench.manager.status().in_force.unwrap().reloads, 1);
}

#[tokio::test(start_paused = true)]
async fn changes_that_do_not_end_are_read_all_the_same() {
    let mut bench = Bench::new().await;
    watched(&bench).await;
    bench.write(1);
    let changes = async {
        loop {
            bench.signal.as_ref().unwrap().hear(Err(notify::Error::generic("planted")));
            tokio::time::advance(QUIET / 2).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = changes => {}
        load = bench.loads.recv() => assert_eq!(load, Some("in_force")),
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_another_file_is_none() {
    let mut bench = Bench::new().await;
    watched(&bench).await;
    bench.touch("other.log");
    tokio::time::advance(LONGEST).await;
    assert!(bench.loads.try_recv().is_err());
    bench.write(1);
    assert_eq!(bench.loads.recv().await, Some("in_force"));
}

#[tokio::test(start_paused = true)]
async fn a_change_before_the_watcher_looks_is_seen() {
    let mut bench = Bench::new().await;
    fs::write(&bench.path, document(1)).unwrap();
    assert_eq!(bench.loads.recv().await, Some("in_force"));
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_hears_nothing_any_more_is_not_alive() {
    let mut bench = Bench::new().await;
    watched(&bench).await;
    assert!(bench.manager.status().watcher.unwrap().is_alive);
    bench.signal = None;
    while bench.manager.status().watcher.unwrap().is_alive {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn another_document_is_watched_once_it_is_in_force() {
    let mut bench = Bench::new().await;
    watched(&bench).await;
    let (signal, before) = (bench.signal.take().unwrap(), bench.digest());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("other.yaml");
    fs::write(&path, document(7)).unwrap();
    bench.manager.reload_file(&path).await.unwrap();
    assert_eq!(bench.loads.recv().await, Some("in_force"));
    assert_ne!(bench.digest(), before);
    let event = || Event::new(EventKind::Modify(ModifyKind::Any)).add_path(path.clone());
    while !signal.entries.lock().unwrap().concern(&event()) {
        tokio::time::advance(QUIET).await;
        tokio::task::yield_now().await;
    }
    fs::write(&path, document(8)).unwrap();
    signal.hear(Ok(event()));
    assert_eq!(bench.loads.recv().await, Some("in_force"));
}

#[tokio::test(start_paused = true)]
async fn a_manager_that_is_shut_down_has_no_watcher() {
    let bench = Bench::new().await;
    bench.manager.shutdown().await;
    assert_eq!(bench.manager.status().watcher, None);
    let again = bench.manager.watch(WatchConfig::default());
    assert_eq!(again, Err(WatchError::NoFile));
}

/// Watches nothing as long as it refuses.
struct Refusing(Arc<AtomicBool>);

impl notify::Watcher for Refusing {
    fn new<F: EventHandler>(_handler: F, _config: notify::Config) -> notify::Result<Self> {
        Err(notify::Error::generic("it is made by a test"))
    }

    fn watch(&mut self, _path: &Path, _mode: RecursiveMode) -> notify::Result<()> {
        if self.0.load(Ordering::SeqCst) { Err(notify::Error::generic("planted")) } else { Ok(()) }
    }

    fn unwatch(&mut self, _path: &Path) -> notify::Result<()> {
        Ok(())
    }

    fn kind() -> WatcherKind {
        WatcherKind::NullWatcher
    }
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_is_refused_is_tried_again_and_what_changed_meanwhile_is_read() {
    let refuses = Arc::new(AtomicBool::new(true));
    let mut bench = Bench::with(Refusing(Arc::clone(&refuses))).await;
    let trouble = |bench: &Bench| bench.manager.status().watcher.unwrap().trouble;
    while trouble(&bench).is_none() {
        tokio::time::advance(Duration::from_millis(1)).await;
        tokio::task::yield_now().await;
    }
    assert!(trouble(&bench).unwrap().contains("planted"));
    fs::write(&bench.path, document(1)).unwrap();
    refuses.store(false, Ordering::SeqCst);
    assert_eq!(bench.loads.recv().await, Some("in_force"));
    assert_eq!(trouble(&bench), None);
    assert_eq!(*bench.digest(), *Document::read_file(&bench.path).unwrap().digest());
}
