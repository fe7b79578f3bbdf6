//! From a document to what a snapshot is made of: plugins built, policy compiled, and every mistake found.

mod capabilities;
mod engines;
mod hash_key;
mod instances;
mod overrides;
mod reach;
pub(crate) mod registration;
mod scanners;
mod sinks;
mod stores;
mod waits;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Workload;
use apl_core::Limits;
use apl_core::compile::HashKey;
use apl_core::diagnostic::{Diagnostic, Severity};
use apl_cpex::{Declaration, Declarations, Policy};
use cpex_orchestration::{Background, Pool, Workers};
use cpex_sdk::config::PluginMode;
use cpex_sdk::{FileReader, Host, Instance, SessionStore, Stores};
use serde_json::{Map, Value as Json};

use crate::document::kinds::{HostKinds, Kinds};
use crate::document::{self, Attributes, Document, Files, LoadError, MemoryBounds, PluginNode};
use crate::life::Running;
use crate::meter::Meter;
use crate::own::OwnHooks;
use crate::payload_policy::PayloadPolicies;
use crate::registry::Registration;
use crate::snapshot::{Control, Engine, Hooked, Prepared, Settings, Snapshot, Tenure};
pub(crate) use instances::Factories;
use instances::Makers;
pub(crate) use scanners::Scanners;

/// Everything of a snapshot that comes from the document.
pub(crate) struct Loaded {
    policy: Policy,
    controls: Vec<Arc<Control>>,
    overrides: Vec<Arc<Control>>,
    hooked: Vec<Hooked>,
    engines: Vec<Engine>,
    questions: Vec<Prepared>,
    settings: Settings,
    audit_key: Option<HashKey>,
    stores: Option<Stores>,
    session_store: Option<MemoryBounds>,
    data: Map<String, Json>,
    digest: Arc<str>,
    files: Arc<Files>,
    own_hooks: Arc<OwnHooks>,
    longest_wait: Duration,
    host: Host,
}

/// What every snapshot of a process shares.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) this_workload: Option<Arc<Workload>>,
    pub(crate) payload_policies: Arc<PayloadPolicies>,
    pub(crate) workers: Arc<Workers>,
    pub(crate) background: Arc<Background>,
    pub(crate) concurrent: Arc<Pool>,
    pub(crate) running: Arc<Running>,
    pub(crate) meter: Meter,
}

/// What a document is compiled with: all that was registered with the manager.
#[derive(Clone, Default)]
pub(crate) struct Registered {
    pub(crate) factories: Factories,
    pub(crate) scanners: Scanners,
    pub(crate) hooks: Arc<OwnHooks>,
    pub(crate) plugins: Vec<Arc<Registration>>,
    /// Whether the host loads plugins from the directories that a document lists.
    pub(crate) loads_dirs: bool,
    /// Whether what waits for a person is kept where the host says, so that its replicas may share it.
    pub(crate) keeps_elicitations: bool,
}

/// What is worth knowing about a document that loads all the same.
pub struct Warnings(LoadError);

impl Loaded {
    /// Builds and compiles everything, or gives every mistake.
    pub(crate) fn compile(
        document: &Document,
        registered: Registered,
        host_kinds: HostKinds,
        host: impl FnOnce(Arc<dyn FileReader>) -> Host,
    ) -> Result<(Self, Warnings), LoadError> {
        let Registered { ref factories, scanners, hooks: own_hooks, plugins: registrations, .. } = registered;
        let mut faults = document.check(Kinds::from(factories).host_kinds(host_kinds));
        faults.extend(document.refuse_plugin_dirs().filter(|_| !registered.loads_dirs));
        let Attributes { data, mut sources, faults: in_files, digest } = document.attributes();
        faults.extend(in_files);
        let files = Arc::new(document.named_files(&sources));
        let host = host(Arc::clone(&files) as Arc<dyn FileReader>);
        let written = document.settings();
        let settings = settings(&written);
        let plugins = document.plugins(&mut faults);
        registration::refuse_taken(&plugins, &registrations, &mut faults);
        let stores = stores::build(document.root(), Makers { factories, host: &host, files: &files }, &mut faults);
        let host = stores::lend(stores.as_ref(), host, registered.keeps_elicitations);
        let makers = Makers { factories, host: &host, files: &files };
        let built = instances::build(&plugins, makers, &mut faults);
        let engines = engines::build(document.root(), makers, &mut faults);
        let declared = declarations(&plugins, &built, &registrations)
            .with_hash_key(hash_key::read("hash_key", document.root(), &host, &mut faults))
            .with_cost_tiers(written.cost_tiers.clone())
            .with_scanners(scanners::adapted(scanners))
            .with_engines(engines.iter().map(|engine| engine.dialect.clone()).collect());
        let audit_key = sinks::audit_key(&plugins, &built, document.root(), &host, &mut faults);
        let policy = Policy::compile(document.root(), &declared, &sources, &mut faults);
        let questions = engines::prepare(policy.questions(), &engines, &files, &mut faults);
        let hooked = reach::hooked(&plugins, &registrations, &declared, (&policy, &own_hooks), &mut faults);
        let overrides = overrides::build(policy.overrides(), &plugins, &built, makers, &mut faults);
        files.add_to(&mut sources);
        if faults.iter().any(|fault| fault.code.severity == Severity::Error) {
            return Err(LoadError::new(sources, faults));
        }
        capabilities::check(&plugins, &built, factories, &policy, &mut faults);
        waits::check(&policy, registered.keeps_elicitations || stores::keep_waits(stores.as_ref()), &mut faults);
        apl_cpex::lint::check(document.root(), &data, &mut faults);
        let controls = controls(plugins, built, &registrations, settings.plugin_timeout);
        let loaded = Self {
            longest_wait: waits::longest(&policy),
            policy,
            hooked: Hooked::all(&hooked, &controls, &own_hooks),
            controls,
            overrides: overrides::into_controls(overrides, settings.plugin_timeout),
            engines: engines::into_engines(engines, settings.plugin_timeout),
            questions,
            settings,
            audit_key,
            stores,
            session_store: written.session_store,
            data,
            digest: files.digest(digest).into(),
            files: Arc::new(document.files().and(files.paths())),
            own_hooks,
            host,
        };
        Ok((loaded, Warnings(LoadError::new(sources, faults))))
    }

    /// Where the document keeps session labels: in the store it had made, or in this process within these bounds; none where
    /// it does not say.
    pub(crate) fn keeps(&self) -> (Option<&Stores>, Option<MemoryBounds>) {
        (self.stores.as_ref(), self.session_store)
    }

    pub(crate) fn into_snapshot(self, process: Process, store: Arc<dyn SessionStore>, tenure: Tenure) -> Snapshot {
        let Process { this_workload, payload_policies, workers, background, concurrent, running, meter } = process;
        Snapshot {
            policy: Arc::new(self.policy),
            controls: self.controls,
            overrides: self.overrides,
            hooked: self.hooked,
            engines: self.engines.into(),
            questions: self.questions.into(),
            settings: self.settings,
            audit_key: self.audit_key,
            data: Arc::new(self.data),
            digest: self.digest,
            files: self.files,
            tenure,
            store,
            longest_wait: self.longest_wait,
            host: self.host,
            this_workload,
            payload_policies,
            own_hooks: self.own_hooks,
            workers,
            background,
            concurrent,
            running,
            meter,
        }
    }
}

impl Warnings {
    /// The findings, in the order of their places.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.0.diagnostics()
    }

    /// The texts the findings point into, secrets masked.
    #[must_use]
    pub fn sources(&self) -> &apl_core::span::Sources {
        self.0.sources()
    }
}

impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Warnings").field(&self.diagnostics()).finish()
    }
}

/// What policy may name each plugin for, those registered in code last.
fn declarations(
    plugins: &[PluginNode<'_>],
    built: &[Option<Instance>],
    registrations: &[Arc<Registration>],
) -> Declarations {
    let written = plugins.iter().zip(built).map(|(plugin, instance)| Declaration {
        name: plugin.config.name.clone(),
        role: instances::role(&plugin.config.kind, instance.as_ref()),
        disabled: plugin.config.mode == PluginMode::Disabled,
        may_modify: plugin.config.mode.may_modify(),
    });
    let registered = registrations.iter().map(|registration| registration.declaration());
    Declarations::new(written.chain(registered).collect())
}

/// The declared plugins by index, and after them those registered in code.
fn controls(
    plugins: Vec<PluginNode<'_>>,
    built: Vec<Option<Instance>>,
    registrations: &[Arc<Registration>],
    timeout: Duration,
) -> Vec<Arc<Control>> {
    let declared = plugins.into_iter().zip(built);
    let declared = declared.map(|(plugin, instance)| Control::new(plugin.config, instance, timeout));
    let registered = registrations.iter().map(|registration| registration.control(timeout));
    declared.chain(registered).map(Arc::new).collect()
}

/// How many statements one side of an operation may execute where the document says nothing.
const MAX_STEPS: u32 = 10_000;

/// How many tasks run in the background, and how many calls side by side, where the document says nothing.
const EXECUTION_POOL: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

fn settings(written: &document::Settings) -> Settings {
    let max_steps = written.max_steps.map_or(MAX_STEPS, |steps| u32::try_from(steps).unwrap_or(u32::MAX));
    Settings {
        limits: Limits { max_steps },
        max_depth: written.max_depth.map_or(usize::MAX, |depth| usize::try_from(depth).unwrap_or(usize::MAX)),
        max_payload_bytes: written.max_payload_bytes,
        execution_pool: written.execution_pool.unwrap_or(EXECUTION_POOL),
        plugin_timeout: written.plugin_timeout,
        unmatched: written.unmatched,
        sessions: written.sessions.clone(),
    }
}
