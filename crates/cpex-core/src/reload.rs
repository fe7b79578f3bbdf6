//! The documents of a manager: loaded, put in force, replaced and taken out of force.
//!
//! A document is compiled aside and its plugins are started aside; then it is in force at once and whole, or it is not and the
//! one before serves on, which [`PluginManager::status`] shows.

use std::path::Path;
use std::sync::Arc;

use apl_core::diagnostic::Diagnostic;
use cpex_sdk::{FileReader, Host};

use crate::document::kinds::HostKinds;
use crate::document::{Document, LoadError, codes};
use crate::lifecycle::{self, InitializeError, StartError};
use crate::load::{Loaded, Registered, Warnings};
use crate::manager::{PluginManager, Publisher};
use crate::snapshot::{Snapshot, Tenure};

impl PluginManager {
    /// Reads, checks and compiles a document; [`PluginManager::initialize`] makes it the one in force.
    ///
    /// # Errors
    /// Every mistake in the document, each with its place. What was in force stays in force.
    pub fn load_config_yaml(&self, text: &str) -> Result<Warnings, LoadError> {
        self.stage(&self.noted(Document::parse("<document>", text))?)
    }

    /// Reads, checks and compiles the document in a file; [`PluginManager::initialize`] makes it the one in force.
    ///
    /// # Errors
    /// That the file cannot be read, or every mistake in the document, each with its place.
    pub fn load_config_file(&self, path: &Path) -> Result<Warnings, LoadError> {
        self.stage(&self.noted(Document::read_file(path))?)
    }

    /// Checks and compiles a document that was read already; [`PluginManager::initialize`] makes it the one in force.
    ///
    /// # Errors
    /// Every mistake in the document, each with its place.
    pub fn stage(&self, document: &Document) -> Result<Warnings, LoadError> {
        let (loaded, warnings) = self.noted(self.compile(document, HostKinds::Refuse))?;
        self.publication.stage(loaded);
        Ok(warnings)
    }

    /// Checks a document as [`PluginManager::stage`] does and puts nothing in force. A kind that only a host knows is taken
    /// on trust and its config is not read.
    ///
    /// # Errors
    /// Every mistake in the document, each with its place.
    pub fn check(&self, document: &Document) -> Result<Warnings, LoadError> {
        self.compile(document, HostKinds::Trust).map(|(_, warnings)| warnings)
    }

    /// Initializes the plugins of the document that was loaded last and makes it the one in force. Without a newly
    /// loaded document nothing happens. The plugins of the document before are let go of when the last operation that
    /// began under it ends.
    ///
    /// # Errors
    /// The first plugin that could not be initialized; what was in force stays in force. Nothing is initialized after
    /// [`PluginManager::shutdown`].
    pub async fn initialize(&self) -> Result<(), InitializeError> {
        let publisher = self.publication.publisher().await.ok_or(InitializeError::ShutDown)?;
        let nothing_loaded =
            || (publisher.current().is_none() && !publisher.registered().is_empty()).then(|| self.nothing());
        match publisher.take_staged().or_else(|| nothing_loaded()?) {
            Some(loaded) => self.put_in_force(&publisher, loaded).await,
            None => Ok(()),
        }
    }

    /// Replaces the document in force: loads and initializes in one. Reloads come into force in the order they were asked for.
    /// Where one is in force that says something, a text that says nothing is refused: it would enforce nothing.
    ///
    /// The plugins of the document before are stopped in the background, once the last operation that began under it ended.
    ///
    /// # Errors
    /// Every mistake in the document, or the first plugin that could not be initialized. What was in force stays in force, and
    /// [`PluginManager::status`] shows why.
    pub async fn reload_yaml(&self, text: &str) -> Result<Warnings, StartError> {
        let _turn = self.reloading.lock().await;
        let (loaded, warnings) = self.read_anew(Document::parse("<document>", text))?;
        self.replace(loaded).await?;
        Ok(warnings)
    }

    /// Replaces the document in force by the one in a file, as [`PluginManager::reload_yaml`] does. A file of it that is empty
    /// and was not when it was read before is being written: it is refused.
    ///
    /// # Errors
    /// That the file cannot be read, or those of [`PluginManager::reload_yaml`].
    pub async fn reload_file(&self, path: &Path) -> Result<Warnings, StartError> {
        let _turn = self.reloading.lock().await;
        let (loaded, warnings) = self.read_anew(Document::read_file(path))?;
        self.replace(loaded).await?;
        Ok(warnings)
    }

    /// Stops accepting operations, waits for what runs in the background, then stops the plugins. A manager that was shut
    /// down stays so.
    pub async fn shutdown(&self) {
        #[cfg(feature = "watch")]
        self.watching.stop();
        let Some(last) = self.publication.close().await else { return };
        self.process.background.drain(last.settings.plugin_timeout).await;
        self.process.running.stop(last.settings.plugin_timeout).await;
    }

    /// Compiles a document that replaces the one in force.
    pub(crate) fn read_anew(&self, read: Result<Document, LoadError>) -> Result<(Loaded, Warnings), LoadError> {
        let compiled = read.and_then(|document| {
            self.refuse_emptied(&document)?;
            self.compile(&document, HostKinds::Refuse)
        });
        self.noted(compiled)
    }

    /// Puts in force what was compiled to replace what is.
    pub(crate) async fn replace(&self, loaded: Loaded) -> Result<(), InitializeError> {
        let publisher = self.publication.publisher().await.ok_or(InitializeError::ShutDown)?;
        self.put_in_force(&publisher, loaded).await
    }

    async fn put_in_force(&self, publisher: &Publisher<'_>, loaded: Loaded) -> Result<(), InitializeError> {
        let started = self.start(publisher, loaded).await;
        let meter = &self.process.meter;
        match started {
            Ok(snapshot) => {
                let digest = Arc::clone(&snapshot.digest);
                publisher.publish(snapshot);
                self.refusal.clear();
                meter.started(Some(&digest));
                #[cfg(feature = "watch")]
                self.watching.nudge();
                Ok(())
            }
            Err(error) => {
                self.refusal.keep(self.ports.clock.now_ms(), error.clone().into());
                meter.started(None);
                Err(error)
            }
        }
    }

    async fn start(&self, publisher: &Publisher<'_>, loaded: Loaded) -> Result<Snapshot, InitializeError> {
        let store = self.ports.store(loaded.keeps());
        let reloads = publisher.current().map_or(0, |before| before.tenure.reloads.saturating_add(1));
        let tenure = Tenure { since_ms: self.ports.clock.now_ms(), reloads };
        let snapshot = loaded.into_snapshot(self.process.clone(), store, tenure);
        let snapshot = snapshot.reconciled(&publisher.registered(), &self.own_hooks())?;
        lifecycle::initialize(&snapshot).await?;
        Ok(snapshot)
    }

    /// Refuses a document that says nothing in the place of one that says something.
    fn refuse_emptied(&self, document: &Document) -> Result<(), LoadError> {
        let Some(current) = self.publication.current() else { return Ok(()) };
        document.refuse_emptied(&current.files)?;
        if document.says_nothing() && current.is_declared() {
            let message = "the document is empty, and the one in force is not";
            let fault = Diagnostic::new(codes::UNREADABLE, document.root().span, message);
            let help = "if it is meant, load it with `load_config_yaml` and call `initialize`";
            return Err(document.refuse(vec![fault.help(help)]));
        }
        Ok(())
    }

    fn compile(&self, document: &Document, host_kinds: HostKinds) -> Result<(Loaded, Warnings), LoadError> {
        let mut registered = self.everything_registered();
        // What only a host knows is on trust together with where it has it from.
        registered.loads_dirs |= host_kinds == HostKinds::Trust;
        registered.keeps_elicitations = self.ports.brings_elicitations || host_kinds == HostKinds::Trust;
        Loaded::compile(document, registered, host_kinds, |files| self.host(document, files))
    }

    /// Tells and remembers of a document that is not loaded.
    fn noted<T>(&self, read: Result<T, LoadError>) -> Result<T, LoadError> {
        // Who is told looks at the status: it says so before.
        let read = read.inspect_err(|error| self.refusal.keep(self.ports.clock.now_ms(), error.clone().into()));
        self.process.meter.read(read)
    }

    /// What documents are compiled with from now on.
    fn everything_registered(&self) -> Registered {
        Registered { plugins: self.publication.registered(), ..self.registered().clone() }
    }

    /// A document that says nothing, for plugins that are registered without one.
    fn nothing(&self) -> Option<Loaded> {
        let document = Document::parse("<document>", "plugins: []").ok()?;
        self.compile(&document, HostKinds::Refuse).ok().map(|(loaded, _)| loaded)
    }

    fn host(&self, document: &Document, files: Arc<dyn FileReader>) -> Host {
        let directory = document.directory().to_owned();
        Host {
            clock: Arc::clone(&self.ports.clock),
            ids: Arc::clone(&self.ports.ids),
            secrets: document.secrets(self.ports.secrets(directory.clone())),
            elicitations: Arc::clone(&self.ports.elicitations),
            files,
            http: self.ports.http(),
            directory,
        }
    }
}
