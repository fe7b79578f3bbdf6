//! The plugin manager: what a host holds, and the ways it asks.

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apl_cpex::Authenticator;
use cpex_orchestration::Workers;
use cpex_sdk::http::HttpPort;
use cpex_sdk::scan::{ContentScanner, Scan};
use cpex_sdk::{Factory, HookDefinition, HookPoint, OwnHook};

use crate::context::ContextTable;
use crate::invoke;
use crate::load::{Loaded, Process, Registered};
use crate::meter::Meter;
use crate::operation::{Answer, Call, Operation};
use crate::outcome::{Decision, Outcome};
use crate::own::{HookTaken, OwnHooks};
use crate::payload_policy::PayloadPolicies;
use crate::permit::Permit;
use crate::ports::{ManagerConfig, Ports};
use crate::publication::{self, Publication};
use crate::registry::Registration;
use crate::road::route::find;
use crate::road::state::Journey;
use crate::several::{self, Asked};
use crate::snapshot::Snapshot;
use crate::status::{self, Refusal, Status};
#[cfg(feature = "watch")]
use crate::watching::Watching;

/// The publication of a manager, and the one who may publish.
type Documents = Publication<Loaded, Arc<Registration>, Snapshot>;
pub(crate) type Publisher<'p> = publication::Publisher<'p, Loaded, Arc<Registration>, Snapshot>;

/// The reference monitor: decides every operation under the document it was given.
pub struct PluginManager {
    pub(crate) publication: Documents,
    pub(crate) ports: Ports,
    pub(crate) process: Process,
    pub(crate) refusal: Refusal,
    /// Held by the one who reloads, so that what was read first is not put in force last.
    pub(crate) reloading: tokio::sync::Mutex<()>,
    #[cfg(feature = "watch")]
    pub(crate) watching: Watching,
    registered: Mutex<Registered>,
}

/// How many plugins may block a thread at once.
const WORKERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

impl PluginManager {
    /// A manager without a document. It denies everything until one is loaded and initialized.
    #[must_use]
    pub fn new(config: ManagerConfig) -> Self {
        let ManagerConfig {
            clock,
            ids,
            secrets,
            sessions,
            elicitations,
            http,
            this_workload,
            payload_policies,
            loads_plugin_dirs,
            metrics,
        } = config;
        let ports = Ports::new(clock, ids, secrets, sessions, elicitations, http);
        let meter = Meter::new(metrics, Arc::clone(&ports.clock));
        Self {
            publication: Publication::new(),
            ports,
            process: Process {
                this_workload: this_workload.map(Arc::new),
                payload_policies: Arc::new(PayloadPolicies::new(payload_policies)),
                workers: Arc::new(Workers::new(WORKERS)),
                background: Arc::default(),
                concurrent: Arc::default(),
                running: Arc::default(),
                meter,
            },
            refusal: Refusal::default(),
            reloading: tokio::sync::Mutex::new(()),
            #[cfg(feature = "watch")]
            watching: Watching::default(),
            registered: Mutex::new(Registered { loads_dirs: loads_plugin_dirs, ..Registered::default() }),
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

    /// Lends an HTTP port to the plugins of documents loaded from now on, unless the host brought one of its own or one was
    /// lent before.
    pub fn lend_http(&self, port: Arc<dyn HttpPort>) {
        self.ports.lend_http(port);
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
        let Outcome { decision, report } = pin!(self.authorize(operation)).await;
        let mut permit = match decision {
            Decision::Allow(permit) => permit,
            Decision::Deny(violation) => return Ok(Outcome { decision: Decision::Deny(violation), report }),
            Decision::Pending(pending) => return Ok(Outcome { decision: Decision::Pending(pending), report }),
        };
        let credentials = permit.credentials_by_request();
        let call = Call { credentials, ..permit.take_call() };
        let answer = backend(call).await?;
        Ok(pin!(permit.complete(answer)).await)
    }

    /// Decides an operation, or each that a message asks for. A permit is the only way to go on, and [`Permit::complete`] the
    /// way to end it.
    pub async fn authorize(&self, operation: Operation) -> Outcome<Permit> {
        let Some(snapshot) = self.publication.current() else { return Outcome::engine_down() };
        let point = operation.point();
        let Operation { draft, caller, resumes } = operation;
        let contexts = ContextTable::default();
        pin!(several::before(Asked { snapshot, point, draft, caller, contexts, resumes })).await
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

    /// How it stands: what is in force, what was refused since, and which plugins are on.
    #[must_use]
    pub fn status(&self) -> Status {
        let current = self.publication.current();
        Status {
            in_force: current.as_deref().map(status::in_force),
            refused: self.refusal.latest(),
            plugins: current.as_deref().map(status::plugins).unwrap_or_default(),
            #[cfg(feature = "watch")]
            watcher: self.watching.status(),
            #[cfg(not(feature = "watch"))]
            watcher: None,
        }
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

    pub(crate) fn registered(&self) -> MutexGuard<'_, Registered> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn own_hooks(&self) -> Arc<OwnHooks> {
        Arc::clone(&self.registered().hooks)
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
