//! The plugin manager: what a host holds, and the ways it asks.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apl_cmf::Workload;
use apl_cpex::Authenticator;
use cpex_orchestration::{Background, Workers};
use cpex_sdk::metrics::Metrics;
use cpex_sdk::scan::{ContentScanner, Scan};
use cpex_sdk::{Clock, Factory, HookDefinition, HookPoint, Host, IdSource, OwnHook, SecretReader, SessionStore};

use crate::context::ContextTable;
use crate::document::kinds::HostKinds;
use crate::document::{Document, LoadError, MemoryBounds};
use crate::invoke;
use crate::lifecycle::{self, InitializeError};
use crate::load::{Loaded, Process, Registered, Warnings};
use crate::meter::Meter;
use crate::operation::{Answer, Call, Operation};
use crate::outcome::{Decision, Outcome};
use crate::own::{HookTaken, OwnHooks};
use crate::payload_policy::{HookPayloadPolicy, PayloadPolicies};
use crate::permit::Permit;
use crate::process::{ProcessSecrets, RandomIds, SystemClock};
use crate::publication::Publication;
use crate::registry::Registration;
use crate::road::route::find;
use crate::road::state::Journey;
use crate::session::MemoryStore;
use crate::several::{self, Asked};
use crate::snapshot::Snapshot;

/// The ports a host may replace; the default is the process's own.
#[derive(Clone, Default)]
pub struct ManagerConfig {
    /// What time it is.
    pub clock: Option<Arc<dyn Clock>>,
    /// Where identifiers come from.
    pub ids: Option<Arc<dyn IdSource>>,
    /// How secret sources are read.
    pub secrets: Option<Arc<dyn SecretReader>>,
    /// Where session labels are kept under a document that names no store.
    pub sessions: Option<Arc<dyn SessionStore>>,
    /// The workload this process is, as its platform attests it: `this_workload` of every operation that states no other.
    pub this_workload: Option<Workload>,
    /// What plugins may change on hooks, by the names of those; on others what their mode lets them.
    pub payload_policies: BTreeMap<String, HookPayloadPolicy>,
    /// What is told of decisions and of what they wait for, to be counted and timed.
    pub metrics: Option<Arc<dyn Metrics>>,
}

/// The reference monitor: decides every operation under the document it was given.
pub struct PluginManager {
    pub(crate) publication: Publication<Loaded, Arc<Registration>, Snapshot>,
    registered: Mutex<Registered>,
    ports: Ports,
    process: Process,
}

struct Ports {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    secrets: Option<Arc<dyn SecretReader>>,
    sessions: Option<Arc<dyn SessionStore>>,
    /// The process's own store. Documents bound it in their own ways; its sessions are the same under all of them.
    memory: MemoryStore,
}

/// How many tasks may run in the background at once.
const BACKGROUND_TASKS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// How many plugins may block a thread at once.
const WORKERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

impl PluginManager {
    /// A manager without a document. It denies everything until one is loaded and initialized.
    #[must_use]
    pub fn new(config: ManagerConfig) -> Self {
        let clock = config.clock.unwrap_or_else(|| Arc::new(SystemClock::default()));
        let memory = MemoryStore::new(Arc::clone(&clock));
        let ids = config.ids.unwrap_or_else(|| Arc::new(RandomIds::default()));
        let meter = Meter::new(config.metrics, Arc::clone(&clock));
        Self {
            publication: Publication::new(),
            registered: Mutex::default(),
            ports: Ports { clock, ids, secrets: config.secrets, sessions: config.sessions, memory },
            process: Process {
                suspensions: Arc::default(),
                this_workload: config.this_workload.map(Arc::new),
                payload_policies: Arc::new(PayloadPolicies::new(config.payload_policies)),
                workers: Arc::new(Workers::new(WORKERS)),
                background: Arc::new(Background::new(BACKGROUND_TASKS)),
                running: Arc::default(),
                meter,
            },
        }
    }

    /// Registers the factory of a kind; documents loaded from now on may use it. A second factory of a kind replaces the
    /// first, so that a test can put a scripted one in its place.
    pub fn register_factory(&self, kind: impl Into<String>, factory: Arc<dyn Factory>) {
        let before = self.registered().factories.insert(kind.into(), factory);
        // Its destructor is foreign code: it runs when the lock is free.
        drop(before);
    }

    /// Registers the scanner that stages such as `pii.redact` ask; documents loaded from now on may use it.
    pub fn register_scanner(&self, scan: Scan, scanner: Arc<dyn ContentScanner>) {
        let before = self.registered().scanners.insert(scan, scanner);
        drop(before);
    }

    /// Registers a hook of the host's own; documents loaded from now on may hook plugins on it.
    ///
    /// # Errors
    /// One of its names is that of another hook.
    pub fn register_hook<H: OwnHook>(&self) -> Result<(), HookTaken> {
        self.register_definition(HookDefinition::of::<H>())
    }

    /// Registers a hook whose payload is JSON, under a name that is known when the process runs. Names are kept as long as
    /// the process lives.
    ///
    /// # Errors
    /// The name is that of another hook.
    pub fn register_json_hook(&self, name: &str) -> Result<(), HookTaken> {
        self.register_definition(HookDefinition::json(name))
    }

    fn register_definition(&self, definition: HookDefinition) -> Result<(), HookTaken> {
        let mut registered = self.registered();
        let with = registered.hooks.with(definition).ok_or(HookTaken { hook: definition.point.name })?;
        registered.hooks = Arc::new(with);
        Ok(())
    }

    /// Reads, checks and compiles a document; [`PluginManager::initialize`] makes it the one in force.
    ///
    /// # Errors
    /// Every mistake in the document, each with its place. What was in force stays in force.
    pub fn load_config_yaml(&self, text: &str) -> Result<Warnings, LoadError> {
        self.stage(&self.process.meter.read(Document::parse("<document>", text))?)
    }

    /// Reads, checks and compiles the document in a file; [`PluginManager::initialize`] makes it the one in force.
    ///
    /// # Errors
    /// That the file cannot be read, or every mistake in the document, each with its place.
    pub fn load_config_file(&self, path: &Path) -> Result<Warnings, LoadError> {
        self.stage(&self.process.meter.read(Document::read_file(path))?)
    }

    /// Checks and compiles a document that was read already; [`PluginManager::initialize`] makes it the one in force.
    ///
    /// # Errors
    /// Every mistake in the document, each with its place.
    pub fn stage(&self, document: &Document) -> Result<Warnings, LoadError> {
        let host = self.host(document);
        let registered = self.everything_registered();
        let compiled = Loaded::compile(document, registered, HostKinds::Refuse, host);
        let (loaded, warnings) = self.process.meter.read(compiled)?;
        self.publication.stage(loaded);
        Ok(warnings)
    }

    /// Checks a document as [`PluginManager::stage`] does and puts nothing in force. A kind that only a host knows is taken
    /// on trust and its config is not read.
    ///
    /// # Errors
    /// Every mistake in the document, each with its place.
    pub fn check(&self, document: &Document) -> Result<Warnings, LoadError> {
        let host = self.host(document);
        let registered = self.everything_registered();
        Loaded::compile(document, registered, HostKinds::Trust, host).map(|(_, warnings)| warnings)
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
        let Some(loaded) = publisher.take_staged().or_else(|| nothing_loaded()?) else { return Ok(()) };
        let store = self.ports.store(loaded.session_store());
        let snapshot = loaded.into_snapshot(self.process.clone(), store);
        let snapshot = snapshot.reconciled(&publisher.registered(), &self.own_hooks())?;
        if let Err(error) = lifecycle::initialize(&snapshot).await {
            self.process.meter.started(None);
            return Err(error);
        }
        let digest = Arc::clone(&snapshot.digest);
        publisher.publish(snapshot);
        self.process.meter.started(Some(&digest));
        Ok(())
    }

    /// Stops accepting operations, waits for what runs in the background, then stops the plugins. A manager that was shut
    /// down stays so.
    pub async fn shutdown(&self) {
        let Some(last) = self.publication.close().await else { return };
        self.process.background.drain(last.settings.plugin_timeout).await;
        self.process.running.stop(last.settings.plugin_timeout).await;
    }

    /// Waits until what runs in the background has ended: `fire_and_forget` plugins, and records that are still being
    /// written of operations that were let go of.
    pub async fn background_ended(&self) {
        self.process.background.ended().await;
    }

    /// Decides an operation, performs it if it is permitted, and judges what came back. The raw result never leaves
    /// this call.
    ///
    /// # Errors
    /// What `backend` failed with. The operation is then recorded as abandoned, and there is no result.
    pub async fn guard<B, F, E>(&self, operation: Operation, backend: B) -> Result<Outcome<Answer>, E>
    where
        B: FnOnce(Call) -> F,
        F: Future<Output = Result<Answer, E>>,
    {
        let Outcome { decision, report } = self.authorize(operation).await;
        let mut permit = match decision {
            Decision::Allow(permit) => permit,
            Decision::Deny(violation) => return Ok(Outcome { decision: Decision::Deny(violation), report }),
            Decision::Pending(pending) => return Ok(Outcome { decision: Decision::Pending(pending), report }),
        };
        let credentials = permit.credentials_by_request();
        let call = Call { credentials, ..permit.take_call() };
        let answer = backend(call).await?;
        Ok(permit.complete(answer).await)
    }

    /// Decides an operation, or each that a message asks for. A permit is the only way to go on, and [`Permit::complete`] the
    /// way to end it.
    pub async fn authorize(&self, operation: Operation) -> Outcome<Permit> {
        let Some(snapshot) = self.publication.current() else { return Outcome::engine_down() };
        let point = operation.point();
        let Operation { draft, caller, resumes } = operation;
        let contexts = ContextTable::default();
        several::before(Asked { snapshot, point, draft, caller, contexts, resumes }).await
    }

    /// Whether an operation could be allowed with some arguments, for whoever lists capabilities: only what is certainly
    /// denied is to be left out. The caller is identified as for the operation itself; nothing is performed and nothing is
    /// recorded.
    pub async fn could_allow(&self, operation: Operation) -> bool {
        let Some(snapshot) = self.publication.current() else { return false };
        let point = operation.point();
        let Operation { draft, caller, resumes: _ } = operation;
        let mut journey = Journey::new(snapshot, point, draft, ContextTable::default());
        invoke::could_allow(&mut journey, caller).await
    }

    /// Names of the plugins of the document in force, in declared order.
    #[must_use]
    pub fn plugin_names(&self) -> Vec<String> {
        let current = self.publication.current();
        current.iter().flat_map(|snapshot| snapshot.names()).map(str::to_owned).collect()
    }

    /// Whether something runs on a hook: a plugin, or a policy.
    #[must_use]
    pub fn has_hooks_for(&self, hook: &str) -> bool {
        let current = self.publication.current();
        current.as_ref().is_some_and(|snapshot| {
            let hooked = snapshot.hooked.iter().any(|hooked| hooked.point.is_named(hook));
            hooked || (!snapshot.policy.is_empty() && HookPoint::find(hook).is_some())
        })
    }

    /// Whether identity plugins must verify the caller of an operation, so that a vouched identity is refused. False where
    /// the document lets the host vouch, and for an operation that names no entity.
    #[must_use]
    pub fn authentication_in_force(&self, operation: &Operation) -> bool {
        let current = self.publication.current();
        let Some(snapshot) = current.as_ref() else { return false };
        let kind = operation.point().entity;
        let found = kind.and_then(|kind| find(&snapshot.policy, &operation.draft, kind).ok());
        found.and_then(|found| snapshot.policy.plans().get(found.plan)).is_some_and(|plan| {
            let host_vouches = |entry: &Authenticator| matches!(entry, Authenticator::Host { .. });
            !plan.authentication.is_empty() && !plan.authentication.iter().any(host_vouches)
        })
    }

    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.publication.current()
    }

    fn registered(&self) -> MutexGuard<'_, Registered> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What documents are compiled with from now on.
    fn everything_registered(&self) -> Registered {
        Registered { plugins: self.publication.registered(), ..self.registered().clone() }
    }

    pub(crate) fn own_hooks(&self) -> Arc<OwnHooks> {
        Arc::clone(&self.registered().hooks)
    }

    /// A document that says nothing, for plugins that are registered without one.
    fn nothing(&self) -> Option<Loaded> {
        let document = Document::parse("<document>", "plugins: []").ok()?;
        let host = self.host(&document);
        let compiled = Loaded::compile(&document, self.everything_registered(), HostKinds::Refuse, host);
        compiled.ok().map(|(loaded, _)| loaded)
    }

    fn host(&self, document: &Document) -> Host {
        let directory = document.directory().to_owned();
        let own = || Arc::new(ProcessSecrets { directory: directory.clone() }) as Arc<dyn SecretReader>;
        Host {
            clock: Arc::clone(&self.ports.clock),
            ids: Arc::clone(&self.ports.ids),
            secrets: document.secrets(self.ports.secrets.clone().unwrap_or_else(own)),
            directory,
        }
    }
}

impl Ports {
    /// The store of a document that names one with these bounds, or none.
    fn store(&self, bounds: Option<MemoryBounds>) -> Arc<dyn SessionStore> {
        match (&self.sessions, bounds) {
            (Some(own), None) => Arc::clone(own),
            (_, bounds) => Arc::new(self.memory.within(bounds.unwrap_or_default())),
        }
    }
}

impl Default for PluginManager {
    fn default() -> Self {
        Self::new(ManagerConfig::default())
    }
}

impl fmt::Debug for PluginManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginManager").field("plugins", &self.plugin_names()).finish_non_exhaustive()
    }
}

impl fmt::Debug for ManagerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagerConfig").finish_non_exhaustive()
    }
}
