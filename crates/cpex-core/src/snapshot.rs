//! Everything compiled from one document: immutable, and swapped whole.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use apl_cmf::Workload;
use apl_core::Limits;
use apl_core::compile::HashKey;
use apl_cpex::{Attribute, Authenticator, Policy};
use cpex_orchestration::{Background, Pool, Room, Workers, call_sync};
use cpex_sdk::audit::{Digests, Wants};
use cpex_sdk::config::{PluginConfig, PluginMode};
use cpex_sdk::engine::{DecisionEngine, Question};
use cpex_sdk::{Accepts, HookPoint, Host, Instance, SessionStore};
use serde_json::{Map, Value as Json};

use crate::conditions::Conditions;
use crate::document::{Files, SessionSource, Unmatched};
use crate::life::{Life, Running};
use crate::meter::Meter;
use crate::own::OwnHooks;
use crate::payload_policy::PayloadPolicies;
use crate::spans::Callee;

/// What one operation is decided under, from its first stage to its last. A copy shares all that is large, so that one with
/// a plugin more or less is made from the one before.
#[derive(Clone)]
pub(crate) struct Snapshot {
    pub(crate) policy: Arc<Policy>,
    /// The declared plugins, by index, and after them those registered in code.
    pub(crate) controls: Vec<Arc<Control>>,
    /// Those that some layer changes, at the indexes by which plans name them.
    pub(crate) overrides: Vec<Arc<Control>>,
    /// Which of the declared ones run on each hook without being named by policy.
    pub(crate) hooked: Vec<Hooked>,
    /// The decision engines, by index.
    pub(crate) engines: Arc<[Engine]>,
    /// Their questions, each at the index its rule asks it by.
    pub(crate) questions: Arc<[Prepared]>,
    pub(crate) settings: Settings,
    /// What digests on records are made under.
    pub(crate) audit_key: Option<HashKey>,
    /// What policy reads as `data.*`.
    pub(crate) data: Arc<Map<String, Json>>,
    /// `sha256:<hex>` of the document, its attribute files and the files its configs name.
    pub(crate) digest: Arc<str>,
    /// The files it was read from and those it names.
    pub(crate) files: Arc<Files>,
    pub(crate) tenure: Tenure,
    pub(crate) store: Arc<dyn SessionStore>,
    /// How long the question of a person stands at most.
    pub(crate) longest_wait: Duration,
    pub(crate) host: Host,
    pub(crate) this_workload: Option<Arc<Workload>>,
    pub(crate) payload_policies: Arc<PayloadPolicies>,
    /// The hooks of the host's own that were registered when it was loaded.
    pub(crate) own_hooks: Arc<OwnHooks>,
    /// Threads for plugins that block.
    pub(crate) workers: Arc<Workers>,
    /// Where what nobody waits for runs.
    pub(crate) background: Arc<Background>,
    /// The places of what an operation waits for side by side.
    pub(crate) concurrent: Arc<Pool>,
    /// The plugins that were started, under this document and others.
    pub(crate) running: Arc<Running>,
    pub(crate) meter: Meter,
}

/// Since when a document is in force.
#[derive(Clone, Copy)]
pub(crate) struct Tenure {
    /// In milliseconds since the Unix epoch.
    pub(crate) since_ms: u64,
    /// How many documents came into force in the place of another so far, this one included.
    pub(crate) reloads: u64,
}

/// One declared plugin.
pub(crate) struct Control {
    pub(crate) name: Arc<str>,
    pub(crate) config: PluginConfig,
    /// None for a plugin whose mode is `disabled`: nothing reaches it.
    pub(crate) instance: Option<Instance>,
    /// What it accepts, if it identifies callers.
    pub(crate) accepts: Option<Accepts>,
    /// What its records hold beside what all do, if it is a sink.
    pub(crate) wants: Wants,
    pub(crate) timeout: Duration,
    /// The operations it runs on where it is hooked.
    pub(crate) conditions: Conditions,
    /// What starts and stops it; none where another control does, and where there is no instance.
    pub(crate) life: Option<Arc<Life>>,
    /// Whether it was registered in code, and so outlives the document.
    pub(crate) is_registered: bool,
    is_gone: bool,
    /// A plugin that some layer changes is turned off for the operations under that layer alone.
    disabled: AtomicBool,
}

/// An authenticator whose credential is a bearer token.
#[derive(Clone, Copy)]
pub(crate) struct Bearer<'s> {
    pub(crate) control: &'s Control,
    pub(crate) accepts: &'s Accepts,
    /// How callers send it.
    pub(crate) method: &'static str,
}

/// One decision engine.
pub(crate) struct Engine {
    pub(crate) dialect: Arc<str>,
    pub(crate) instance: Arc<dyn DecisionEngine>,
    pub(crate) timeout: Duration,
}

/// A prepared question, and the attributes it reads.
pub(crate) struct Prepared {
    pub(crate) question: Arc<dyn Question>,
    pub(crate) reads: Box<[Attribute]>,
}

/// The hooked plugins of one hook, as indexes, each list in the order it runs.
#[derive(Clone)]
pub(crate) struct Hooked {
    pub(crate) point: &'static HookPoint,
    /// `sequential`, then `transform`: before policy decides.
    pub(crate) shaping: Vec<usize>,
    pub(crate) audit: Vec<usize>,
    pub(crate) concurrent: Vec<usize>,
    pub(crate) background: Vec<usize>,
}

/// What `plugin_settings` says, with its defaults.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) limits: Limits,
    /// How deep a value that a pipeline treats may nest.
    pub(crate) max_depth: usize,
    /// How many bytes of JSON the content of one side may have; none where it is not bounded.
    pub(crate) max_payload_bytes: Option<u64>,
    /// How many tasks run in the background, and how many calls side by side, of all operations.
    pub(crate) execution_pool: NonZeroUsize,
    pub(crate) plugin_timeout: Duration,
    /// Whether an operation that no route matches is denied; the other choice leaves it to the layers above routes.
    pub(crate) unmatched: Unmatched,
    pub(crate) sessions: Vec<SessionSource>,
}

impl Control {
    /// A plugin that the document declares.
    pub(crate) fn new(config: PluginConfig, instance: Option<Instance>, default_timeout: Duration) -> Self {
        Self::of(config, instance.map(Life::new), default_timeout)
    }

    /// A plugin that was registered in code.
    pub(crate) fn registered(config: PluginConfig, life: Option<Arc<Life>>, default_timeout: Duration) -> Self {
        Self { is_registered: true, ..Self::of(config, life, default_timeout) }
    }

    fn of(config: PluginConfig, life: Option<Arc<Life>>, default_timeout: Duration) -> Self {
        let timeout = config.timeout.unwrap_or(default_timeout);
        Self {
            name: config.name.as_str().into(),
            conditions: Conditions::compile(&config.conditions),
            config,
            accepts: life.as_ref().and_then(|life| accepts(life.instance())),
            wants: life.as_ref().map(|life| wants(life.instance())).unwrap_or_default(),
            instance: life.as_ref().map(|life| life.instance().clone()),
            timeout,
            life,
            is_registered: false,
            is_gone: false,
            disabled: AtomicBool::new(false),
        }
    }

    /// The same with the instance of another control.
    pub(crate) fn sharing(self) -> Self {
        Self { life: None, ..self }
    }

    /// What is left of it where it was unregistered: a name that denies.
    pub(crate) fn gone(&self) -> Self {
        let config = PluginConfig { hooks: Vec::new(), ..self.config.clone() };
        let gone = Self::of(config, None, self.timeout);
        gone.disable();
        Self { is_gone: true, is_registered: self.is_registered, ..gone }
    }

    pub(crate) const fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Who is called, for spans.
    pub(crate) fn callee(&self) -> Callee<'_> {
        Callee { name: &self.name, kind: &self.config.kind, mode: Some(self.config.mode.name()) }
    }

    pub(crate) fn is_disabled(&self) -> bool {
        self.disabled.load(Ordering::Acquire)
    }

    /// Turns the plugin off for every request until reload.
    pub(crate) fn disable(&self) {
        self.disabled.store(true, Ordering::Release);
    }
}

impl Snapshot {
    /// Whether nothing is declared that could have a say in an operation or record it.
    pub(crate) fn is_idle(&self) -> bool {
        self.policy.is_empty()
            && self.settings.max_payload_bytes.is_none()
            && self.controls.iter().all(|control| control.is_gone())
    }

    /// Whether the document says something, and not only what was registered in code does.
    pub(crate) fn is_declared(&self) -> bool {
        let is_declared = |control: &Arc<Control>| !control.is_registered && !control.is_gone();
        !self.policy.is_empty() || self.controls.iter().any(is_declared)
    }

    /// Where what runs side by side has its places.
    pub(crate) fn room(&self) -> Room<'_> {
        Room { pool: &self.concurrent, bound: self.settings.execution_pool }
    }

    /// A declared plugin as the plan of that index has it.
    pub(crate) fn control(&self, plan: Option<usize>, declared: usize) -> Option<&Control> {
        let plan = plan.and_then(|index| self.policy.plans().get(index));
        match plan.and_then(|plan| plan.overridden(declared)) {
            Some(index) => self.overrides.get(index),
            None => self.controls.get(declared),
        }
        .map(|control| &**control)
    }

    /// The authenticators of a plan whose credential is a bearer token.
    pub(crate) fn bearers(&self, plan: usize) -> impl Iterator<Item = Bearer<'_>> {
        self.authenticators(plan).filter_map(|control| {
            let accepts = control.accepts.as_ref()?;
            Some(Bearer { control, accepts, method: accepts.bearer_method()? })
        })
    }

    /// The plugins that identify callers under a plan, in order.
    pub(crate) fn authenticators(&self, plan: usize) -> impl Iterator<Item = &Control> {
        let entries = self.policy.plans().get(plan).map(|plan| &*plan.authentication).unwrap_or_default();
        entries.iter().filter_map(Authenticator::plugin).filter_map(move |index| self.control(Some(plan), index))
    }

    /// All controls, those that layers change last.
    pub(crate) fn all_controls(&self) -> impl Iterator<Item = &Control> {
        self.controls.iter().chain(&self.overrides).map(|control| &**control)
    }

    /// The names of the plugins that are there, in declared order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.controls.iter().filter(|control| !control.is_gone()).map(|control| &*control.name)
    }

    /// The hooked plugins of a hook.
    pub(crate) fn hooked(&self, point: &HookPoint) -> Option<&Hooked> {
        self.hooked.iter().find(|hooked| hooked.point == point)
    }

    /// The audit sinks.
    pub(crate) fn sinks(&self) -> impl Iterator<Item = (&Control, &dyn cpex_sdk::AuditSink)> {
        self.controls.iter().filter_map(|control| match &control.instance {
            Some(Instance::Sink(sink)) => Some((&**control, &**sink)),
            _ => None,
        })
    }

    /// Whether some sink wants what it takes to decide operations again.
    pub(crate) fn keeps_inputs(&self) -> bool {
        self.sinks().any(|(control, _)| control.wants.replay.is_some())
    }

    /// The digests that some sink wants.
    pub(crate) fn wanted_digests(&self) -> Digests {
        self.sinks().fold(Digests::default(), |wanted, (control, _)| Digests {
            args: wanted.args || control.wants.digests.args,
            result: wanted.result || control.wants.digests.result,
        })
    }
}

/// What a sink wants of records. One that panics is refused before.
fn wants(instance: &Instance) -> Wants {
    match instance {
        Instance::Sink(sink) => call_sync(|| sink.wants()).unwrap_or_default(),
        _ => Wants::default(),
    }
}

/// What a plugin accepts that identifies callers. One that panics is refused before.
fn accepts(instance: &Instance) -> Option<Accepts> {
    match instance {
        Instance::Identity(resolver) => call_sync(|| resolver.accepts()).ok().flatten(),
        _ => None,
    }
}

impl Hooked {
    /// Whether nothing runs there.
    fn is_empty(&self) -> bool {
        [&self.shaping, &self.audit, &self.concurrent, &self.background].iter().all(|list| list.is_empty())
    }

    /// Which of these plugins run on each hook.
    pub(crate) fn all(hooked: &[usize], controls: &[Arc<Control>], own: &OwnHooks) -> Vec<Self> {
        let of_point = |point: &'static HookPoint| {
            let on_point = hooked.iter().copied().filter(|index| {
                controls.get(*index).is_some_and(|control| control.config.hooks.iter().any(|hook| point.is_named(hook)))
            });
            Self::new(point, controls, on_point)
        };
        let points = HookPoint::ALL.iter().copied().chain(own.points());
        points.map(of_point).filter(|hooked| !hooked.is_empty()).collect()
    }

    /// Sorts the plugins that are hooked on a point into the order they run.
    fn new(point: &'static HookPoint, controls: &[Arc<Control>], hooked: impl Iterator<Item = usize>) -> Self {
        let mut members: Vec<(i64, usize, PluginMode)> = hooked
            .filter_map(|index| controls.get(index).map(|control| (index, control)))
            .map(|(index, control)| (control.config.priority, index, control.config.mode))
            .collect();
        members.sort_unstable_by_key(|(priority, index, _)| (*priority, *index));
        let of =
            |wanted: PluginMode| members.iter().filter(move |(_, _, mode)| *mode == wanted).map(|(_, index, _)| *index);
        Self {
            point,
            shaping: of(PluginMode::Sequential).chain(of(PluginMode::Transform)).collect(),
            audit: of(PluginMode::Audit).collect(),
            concurrent: of(PluginMode::Concurrent).collect(),
            background: of(PluginMode::FireAndForget).collect(),
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.controls.iter().map(|control| &*control.name).collect();
        f.debug_struct("Snapshot").field("digest", &self.digest).field("plugins", &names).finish_non_exhaustive()
    }
}
