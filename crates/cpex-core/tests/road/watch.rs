//! The files of a document, watched as they are: on a directory, with links, and with what is written to them half.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cpex_core::{ManagerConfig, PluginManager, WatchConfig, WatchError, WatcherStatus};
use cpex_sdk::metrics::{Loaded, Metrics};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::support::{denied, lookup};

struct Loads(UnboundedSender<&'static str>);

impl Metrics for Loads {
    fn loaded(&self, loaded: &Loaded<'_>) {
        let _ = self.0.send(loaded.state);
    }
}

/// A manager under the document in a file that it watches.
struct Watched {
    manager: Arc<PluginManager>,
    loads: UnboundedReceiver<&'static str>,
}

/// How long a test waits for what never comes.
const FOREVER: Duration = Duration::from_secs(60);

impl Watched {
    async fn new(path: &Path) -> Self {
        let (told, loads) = unbounded_channel();
        let config = ManagerConfig { metrics: Some(Arc::new(Loads(told))), ..ManagerConfig::default() };
        let manager = Arc::new(PluginManager::new(config));
        manager.reload_file(path).await.unwrap();
        let mut watched = Self { manager, loads };
        watched.told("in_force").await;
        watched.manager.watch(WatchConfig { quiet: Duration::from_millis(20), longest: FOREVER }).unwrap();
        watched
    }

    /// Waits until a document comes into force, or is refused.
    async fn told(&mut self, state: &str) {
        // One change may be read more than once; the last reading tells.
        while timeout(FOREVER, self.loads.recv()).await.unwrap().unwrap() != state {}
    }

    /// Waits until an operation is denied with that code of policy's own.
    async fn denies(&mut self, code: &str) {
        while self.code().await != code {
            timeout(FOREVER, self.loads.recv()).await.unwrap();
        }
    }

    async fn code(&self) -> String {
        let outcome = self.manager.authorize(lookup()).await;
        denied(&outcome);
        outcome.decision.violation().unwrap().code.to_string()
    }

    fn watcher(&self) -> WatcherStatus {
        self.manager.status().watcher.unwrap()
    }
}

fn denying(code: &str) -> String {
    format!("routes: [ {{ tool: lookup, policy: [ \"deny('no', '{code}')\" ] }} ]")
}

/// A directory as Kubernetes mounts one: `policy.yaml` leads through `..data` to the directory of a version.
struct Mounted {
    folder: TempDir,
}

impl Mounted {
    fn new(text: &str) -> Self {
        let mounted = Self { folder: tempfile::tempdir().unwrap() };
        mounted.swap("..1", text);
        symlink("..data/policy.yaml", mounted.path()).unwrap();
        mounted
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("policy.yaml")
    }

    /// Puts another version in the place of the one there is.
    fn swap(&self, version: &str, text: &str) {
        let top = self.folder.path();
        std::fs::create_dir(top.join(version)).unwrap();
        std::fs::write(top.join(version).join("policy.yaml"), text).unwrap();
        symlink(version, top.join("..data_tmp")).unwrap();
        std::fs::rename(top.join("..data_tmp"), top.join("..data")).unwrap();
    }
}

#[tokio::test]
async fn trap_45_a_swap_of_links_is_seen_and_so_is_the_next() {
    let mounted = Mounted::new(&denying("first"));
    let mut watched = Watched::new(&mounted.path()).await;
    mounted.swap("..2", &denying("second"));
    watched.denies("second").await;
    std::fs::remove_dir_all(mounted.folder.path().join("..1")).unwrap();
    mounted.swap("..3", &denying("third"));
    watched.denies("third").await;
    assert!(watched.watcher().is_alive);
}

#[tokio::test]
async fn trap_45_what_a_watched_file_says_wrong_is_refused_and_seen_until_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    std::fs::write(&path, denying("first")).unwrap();
    let mut watched = Watched::new(&path).await;
    for text in ["routes: [ { tool: lookup, pol", "", "rout: []"] {
        std::fs::write(&path, text).unwrap();
        watched.told("refused").await;
        assert!(watched.manager.status().refused.is_some());
        assert_eq!(watched.code().await, "first");
    }
    std::fs::write(folder.path().join("new.yaml"), denying("second")).unwrap();
    std::fs::rename(folder.path().join("new.yaml"), &path).unwrap();
    watched.denies("second").await;
    assert!(watched.manager.status().refused.is_none());
}

#[tokio::test]
async fn files_that_are_included_or_named_are_watched_from_when_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (path, parts) = (folder.path().join("policy.yaml"), folder.path().join("parts"));
    std::fs::create_dir(&parts).unwrap();
    std::fs::write(parts.join("routes.yaml"), denying("second")).unwrap();
    std::fs::write(parts.join("facts.yaml"), "data: { open: false }").unwrap();
    std::fs::write(&path, denying("first")).unwrap();
    let mut watched = Watched::new(&path).await;
    std::fs::write(&path, "include: [ parts/routes.yaml ]").unwrap();
    watched.denies("second").await;
    let asking = r#"
global: { attribute_files: [ parts/facts.yaml ] }
routes: [ { tool: lookup, policy: [ "data.open: deny('no', 'fourth')", "deny('no', 'third')" ] } ]
"#;
    std::fs::write(&path, asking).unwrap();
    watched.denies("third").await;
    std::fs::write(parts.join("facts.yaml"), "data: { open: true }").unwrap();
    watched.denies("fourth").await;
}

#[tokio::test]
async fn a_directory_that_cannot_be_watched_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(inner.join("policy.yaml"), denying("first")).unwrap();
    let mut watched = Watched::new(&inner.join("policy.yaml")).await;
    std::fs::remove_dir_all(&inner).unwrap();
    watched.told("refused").await;
    assert!(watched.watcher().trouble.is_some());
    assert_eq!(watched.code().await, "first", "what was in force is");
}

#[tokio::test]
async fn only_a_document_of_a_file_is_watched() {
    let manager = Arc::new(PluginManager::default());
    assert_eq!(manager.watch(WatchConfig::default()), Err(WatchError::NoFile));
    manager.reload_yaml(&denying("first")).await.unwrap();
    assert_eq!(manager.watch(WatchConfig::default()), Err(WatchError::NoFile));
    assert_eq!(manager.status().watcher, None);
}
