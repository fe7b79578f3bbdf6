//! Which collaborators of a policy are scripted in a case, and the factories they come in by.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cpex::PluginManager;
use cpex::apl::node::Node;
use cpex::document::kinds;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::testing::RecordingSink;
use cpex::sdk::{AuditSink as _, Factory, Host, Instance};
use serde_json::Value as Json;

use super::doubles::{ScriptedIdentity, ScriptedPlugin, ScriptedSink};
use super::part::{self, Part, is_of_host};
use super::ports::{ScriptedChannel, ScriptedDelegator, ScriptedEngine};
use super::recorder::{self, RECORDER};
use super::stub::{Script, Stub};
use super::wallet::{Kind, Wallet, spare};

/// A plugin as the document declares it, as far as a case cares.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) role: Part,
    /// Which principal it is there for, where its config says so.
    wanted: Option<Kind>,
}

impl Declared {
    /// Whether a stub of that name means it.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name || (self.role == Part::Engine && self.kind == name)
    }
}

/// The engine that needs no entry in a document.
const CEL: &str = "cel";

/// The collaborators of one case.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) wallet: Arc<Wallet>,
    declared: Vec<Declared>,
    scripted: Vec<Scripted>,
    /// Whether identity plugins of the document are built, because some step sends credentials.
    verifies: bool,
    sinks: Mutex<Vec<Arc<RecordingSink>>>,
}

/// A stub and whether it was reached.
#[derive(Clone, Debug)]
struct Scripted {
    stub: Stub,
    reached: Arc<AtomicBool>,
}

/// The plugins a document declares. Its mistakes are for the manager to find.
pub(crate) fn declared(root: &Node) -> Vec<Declared> {
    let plugin = |node: &Node| {
        let text = |key: &str| node.get(key).and_then(Node::text).map(|text| text.value.clone());
        let (name, kind) = (text("name")?, text("kind")?);
        let role = part::of(root, &name, &kind);
        let named = node.get("config").and_then(|config| config.get("role")).and_then(Node::text);
        let wanted = match named {
            Some(named) => Kind::of_role(&named.value),
            None => (kind == "identity/jwt").then_some(Kind::Subject),
        };
        Some(Declared { name, kind, role, wanted })
    };
    let nodes = root.get("plugins").map(Node::one_or_many).unwrap_or_default();
    nodes.iter().filter_map(plugin).chain(engines(root)).collect()
}

/// The engines a document declares, and the one that needs no declaration.
fn engines(root: &Node) -> Vec<Declared> {
    let engine = |kind: &str| {
        let dialect = kinds::find(kind).and_then(|row| row.aliases.first().copied()).unwrap_or(kind);
        Declared { name: dialect.to_owned(), kind: kind.to_owned(), role: Part::Engine, wanted: None }
    };
    let entries = root.get("global").and_then(|global| global.get("pdp")).map(Node::one_or_many).unwrap_or_default();
    let kinds = entries.iter().filter_map(|entry| entry.get("kind")?.text());
    let mut engines: Vec<Declared> = kinds.map(|kind| engine(&kind.value)).collect();
    if engines.iter().all(|engine| engine.name != CEL) {
        engines.push(engine(CEL));
    }
    engines
}

impl Cast {
    /// The collaborators of a policy with these plugins; a later stub of one plugin replaces an earlier one.
    pub(crate) fn new(declared: Vec<Declared>, stubs: impl Iterator<Item = Stub>, verifies: bool) -> Arc<Self> {
        let mut scripted: Vec<Scripted> = Vec::new();
        for stub in stubs {
            scripted.retain(|other| other.stub.plugin != stub.plugin);
            scripted.push(Scripted { stub, reached: Arc::default() });
        }
        let (wallet, sinks) = (Arc::default(), Mutex::default());
        Arc::new(Self { wallet, declared, scripted, verifies, sinks })
    }

    /// Registers the builtins, and in their place a factory of ours for every kind that has a part to play.
    pub(crate) fn enter(cast: &Arc<Self>, manager: &PluginManager) {
        cpex::install_builtins(manager);
        for plugin in &cast.declared {
            let ours = matches!(plugin.role, Part::Identity | Part::Sink) || cast.script(&plugin.name).is_some();
            let real = cpex::builtin_factory(&plugin.kind);
            // Any other kind that nothing makes is for the document reader to refuse.
            if is_of_host(&plugin.kind) || ours && (real.is_some() || cast.replaces(&plugin.name)) {
                let factory = Stage { cast: Arc::clone(cast), real };
                manager.register_factory(plugin.kind.as_str(), Arc::new(factory));
            }
        }
    }

    /// Whether that plugin was called.
    pub(crate) fn was_reached(&self, plugin: &str) -> bool {
        self.script(plugin).is_some_and(|scripted| scripted.reached.load(Ordering::Relaxed))
    }

    /// The records the sink was given that keeps what decides operations again.
    pub(crate) fn recorded(&self) -> Vec<Json> {
        let sinks = self.sinks.lock().unwrap_or_else(PoisonError::into_inner);
        let records = sinks.iter().filter(|sink| sink.wants().replay.is_some()).flat_map(|sink| sink.records());
        records.collect()
    }

    /// The records the first sink was given so far; none where the document has no sink.
    pub(crate) fn records(&self) -> Option<Vec<Json>> {
        let sinks = self.sinks.lock().unwrap_or_else(PoisonError::into_inner);
        sinks.first().map(|sink| sink.records())
    }

    fn script(&self, plugin: &str) -> Option<&Scripted> {
        let declared = self.named(plugin);
        let means = |stub: &Stub| declared.map_or(stub.plugin == plugin, |declared| declared.is_named(&stub.plugin));
        self.scripted.iter().rev().find(|scripted| means(&scripted.stub))
    }

    fn named(&self, plugin: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.is_named(plugin))
    }

    /// Whether nothing of the plugin itself is used, its config included.
    fn replaces(&self, plugin: &str) -> bool {
        match self.named(plugin).map(|declared| declared.role) {
            Some(Part::Identity) => !self.verifies,
            _ => self.script(plugin).is_some(),
        }
    }

    fn identity(&self, plugin: &str, real: Option<Instance>) -> Instance {
        let roles: Vec<Option<Kind>> =
            self.declared.iter().filter(|other| other.role == Part::Identity).map(|other| other.wanted).collect();
        Instance::Identity(Arc::new(ScriptedIdentity {
            wanted: self.named(plugin).and_then(|declared| declared.wanted),
            spare: spare(&roles),
            wallet: Arc::clone(&self.wallet),
            real: match real {
                Some(Instance::Identity(resolver)) => Some(resolver),
                _ => None,
            },
        }))
    }

    fn sink(&self, plugin: &str) -> Instance {
        let kept = Arc::new(if plugin == RECORDER { recorder::sink() } else { RecordingSink::default() });
        self.sinks.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&kept));
        let (script, reached) = match self.script(plugin) {
            Some(scripted) => (scripted.stub.script.clone(), Arc::clone(&scripted.reached)),
            None => (Script::Allow, Arc::default()),
        };
        Instance::Sink(Arc::new(ScriptedSink { script, reached, kept }))
    }
}

/// Makes the plugins of one kind in a case: scripted ones, and by the real factory those that are not.
struct Stage {
    cast: Arc<Cast>,
    real: Option<Arc<dyn Factory>>,
}

impl Factory for Stage {
    fn keys(&self, plugin: &str) -> Option<&'static [Key]> {
        if self.cast.replaces(plugin) {
            return None;
        }
        self.real.as_ref().and_then(|real| real.keys(plugin))
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let plugin = declaration.name.as_str();
        let built = if self.cast.replaces(plugin) { None } else { Some(self.build_real(declaration, host)?) };
        let role = self.cast.named(plugin).map(|declared| declared.role);
        match (role, built, self.cast.script(plugin)) {
            (Some(Part::Identity), built, _) => Ok(self.cast.identity(plugin, built)),
            // A real sink is built for its config's sake and never opened: a test leaves no record behind.
            (Some(Part::Sink), _, _) | (_, Some(Instance::Sink(_)), _) => Ok(self.cast.sink(plugin)),
            (role, _, Some(scripted)) => Ok(double(role, scripted)),
            (_, Some(built), None) => Ok(built),
            (_, None, None) => Err(vec![unmade()]),
        }
    }
}

impl Stage {
    fn build_real(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        match &self.real {
            Some(real) => real.build(declaration, host),
            None => Err(vec![unmade()]),
        }
    }
}

/// What stands in for a collaborator. One of a kind that only a host knows is what its stub says.
fn double(role: Option<Part>, scripted: &Scripted) -> Instance {
    let (script, reached) = (scripted.stub.script.clone(), Arc::clone(&scripted.reached));
    match (role, &script) {
        (Some(Part::Engine), _) => Instance::Engine(Arc::new(ScriptedEngine { script, reached })),
        (Some(Part::Approver), _) | (Some(Part::Control), Script::Reply(_)) => {
            Instance::Approver(Arc::new(ScriptedChannel::new(script, reached)))
        }
        (Some(Part::Delegator), _) | (_, Script::Grant(_) | Script::Fail(_)) => {
            Instance::Delegator(Arc::new(ScriptedDelegator { script, reached }))
        }
        _ => ScriptedPlugin { script, reached }.on_every_hook(),
    }
}

fn unmade() -> ConfigFault {
    ConfigFault::at(Vec::new(), "only a host that brings this kind can make it").help("stub it")
}
