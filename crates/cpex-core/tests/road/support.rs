//! Scripted collaborators: factories of test kinds whose config says what their plugins do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use apl_cmf::{ContentPart, ExtensionChange, Identity, LabelScope, MessagePayload, NameSet, Principal, Subject, View};
use cpex_core::{Answer, Caller, Decision, ManagerConfig, Operation, Outcome, PluginManager};
use cpex_sdk::audit::{Digests, Replay, ValuePath, Wants};
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::delegation::{Delegator, MintError, MintRequest, Minted};
use cpex_sdk::elicitation::{Ask, ElicitationChannel, ElicitationError, QuestionId, Status};
use cpex_sdk::engine::{DecisionEngine, EngineError, Inquiry, Prepared, Question, Verdict};
use cpex_sdk::scan::{ContentScanner, Scan};
use cpex_sdk::{
    AuditSink, AuthFailure, CmfLlmInput, CmfToolPostInvoke, CmfToolPreInvoke, Declassification, Factory, Field,
    FieldPayload, Hook, HookHandler, Host, HttpPreRequest, IdentityResolver, Inbound, Instance, Plugin, PluginContext,
    PluginError, PluginInstance, PluginResult, PluginViolation, Record, Resolution, SessionKey, SessionStore,
    SinkError, StoreError, async_trait, code,
};
use serde_json::{Map, Value as Json, json};

/// A manager under a document, with the scripted kinds registered and the records of every sink kept.
pub(crate) struct Bench {
    pub(crate) manager: PluginManager,
    pub(crate) records: Arc<Mutex<Vec<Json>>>,
    pub(crate) calls: Arc<Mutex<Vec<String>>>,
    /// Lets plugins that block go on, one for each that is sent; all of them once it is dropped.
    pub(crate) go: mpsc::Sender<()>,
}

impl Bench {
    pub(crate) async fn new(document: &str) -> Self {
        Self::with(document, ManagerConfig::default()).await
    }

    pub(crate) async fn with(document: &str, config: ManagerConfig) -> Self {
        Self::scanning(document, config, None).await
    }

    pub(crate) async fn scanning(
        document: &str,
        config: ManagerConfig,
        scanner: impl IntoIterator<Item = (Scan, Arc<dyn ContentScanner>)>,
    ) -> Self {
        let manager = PluginManager::new(config);
        for (scan, scanner) in scanner {
            manager.register_scanner(scan, scanner);
        }
        let records = Arc::<Mutex<Vec<Json>>>::default();
        let calls = Arc::<Mutex<Vec<String>>>::default();
        let (go, gate) = mpsc::channel();
        let gate = Arc::new(Mutex::new(gate));
        manager.register_factory("test/control", Arc::new(Controls { calls: Arc::clone(&calls), gate }));
        manager.register_factory("test/identity", Arc::new(Identities));
        let doubles = Doubles::default();
        manager.register_factory("test/tokens", Arc::new(doubles.clone()));
        manager.register_factory("test/fields", Arc::new(doubles.clone()));
        manager.register_factory("test/people", Arc::new(doubles.clone()));
        manager.register_factory("test.relations", Arc::new(doubles.clone()));
        manager.register_factory("audit/test", Arc::new(Sinks { records: Arc::clone(&records) }));
        if let Err(error) = manager.load_config_yaml(document) {
            panic!("{error}");
        }
        manager.initialize().await.unwrap();
        Self { manager, records, calls, go }
    }

    pub(crate) async fn guard(&self, operation: Operation) -> Outcome<Answer> {
        self.guard_answering(operation, json!({ "ssn": "555-12-3456", "salary": 1 })).await
    }

    pub(crate) async fn guard_answering(&self, operation: Operation, answer: Json) -> Outcome<Answer> {
        let backend = |_call| async { Ok::<_, std::convert::Infallible>(Answer::structured(answer)) };
        match self.manager.guard(operation, backend).await {
            Ok(outcome) => outcome,
            Err(never) => match never {},
        }
    }

    pub(crate) fn records(&self) -> Vec<Json> {
        self.records.lock().unwrap().clone()
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

pub(crate) fn lookup() -> Operation {
    Operation::tool("lookup", Map::from_iter([("id".to_owned(), json!("7"))])).session("s1")
}

pub(crate) fn eve() -> Caller {
    vouched("eve", &["hr"])
}

pub(crate) fn vouched(id: &str, roles: &[&str]) -> Caller {
    let subject = Subject { id: id.into(), roles: roles.iter().copied().collect::<NameSet>(), ..Subject::default() };
    Caller::vouched(Identity { subject: Some(subject), ..Identity::default() })
}

/// The stable code of a denial; panics on any other decision.
pub(crate) fn denied<T: std::fmt::Debug>(outcome: &Outcome<T>) -> &'static str {
    match &outcome.decision {
        Decision::Deny(_) => outcome.report.code.unwrap(),
        other => panic!("not denied: {other:?} {:?}", outcome.report),
    }
}

pub(crate) fn allowed<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome.decision {
        Decision::Allow(released) => released,
        other => panic!("not allowed: {other:?} {:?}", outcome.report),
    }
}

/// `config: { start: refuse | panic, do: allow | deny | error | panic | hang | block | mark | explain | forge | rename | {set: {..}} }`.
struct Controls {
    calls: Arc<Mutex<Vec<String>>>,
    gate: Gate,
}

impl Factory for Controls {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let script = declaration.config.get("do").cloned().unwrap_or(json!("allow"));
        let start = declaration.config.get("start").and_then(Json::as_str).unwrap_or_default().to_owned();
        let (name, calls, gate) = (declaration.name.clone(), Arc::clone(&self.calls), Arc::clone(&self.gate));
        let control = Control { name, start, script, calls, gate };
        let tools = PluginInstance::of(control).on::<CmfToolPreInvoke>().on::<CmfToolPostInvoke>();
        Ok(Instance::Plugin(tools.on::<CmfLlmInput>().on::<HttpPreRequest>().build()))
    }
}

struct Control {
    name: String,
    start: String,
    script: Json,
    calls: Arc<Mutex<Vec<String>>>,
    gate: Gate,
}

/// What a plugin that blocks waits for.
type Gate = Arc<Mutex<mpsc::Receiver<()>>>;

#[async_trait]
impl Plugin for Control {
    async fn initialize(&self) -> Result<(), PluginError> {
        match self.start.as_str() {
            "refuse" => Err(PluginError("planted".into())),
            "panic" => panic!("planted"),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl<H: Hook<Payload = MessagePayload>> HookHandler<H> for Control {
    async fn handle(
        &self,
        payload: &MessagePayload,
        extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        let seen = context.state.get("seen").and_then(Json::as_u64).unwrap_or(0);
        context.state.insert("seen".into(), json!(seen + 1));
        self.calls.lock().unwrap().push(format!("{}@{}#{seen}", self.name, H::POINT.name));
        match self.script.as_str() {
            Some("allow") => Ok(PluginResult::allow()),
            Some("deny") => Ok(PluginResult::deny(PluginViolation::new("not today", "scan.hit"))),
            Some("error") => Err(PluginError("planted".into())),
            Some("panic") => panic!("planted"),
            Some("hang") => std::future::pending().await,
            // It blocks until the test lets it go on, or is over.
            Some("block") => {
                let _ = self.gate.lock().unwrap().recv();
                Ok(PluginResult::allow())
            }
            Some("mark") => Ok(PluginResult::allow().modify_extensions(marks(extensions))),
            Some("explain") => {
                let violation = PluginViolation {
                    description: Some("ask again tomorrow".into()),
                    proto_error_code: Some(-32001),
                    ..PluginViolation::new("not today", "scan.hit")
                };
                let metadata = Map::from_iter([("rules".to_owned(), json!(12))]);
                Ok(PluginResult { metadata, ..PluginResult::deny(violation) })
            }
            Some("forge") => {
                let forged = ExtensionChange::RequestHeader("Authorization".into(), Some("Bearer x".into()));
                Ok(PluginResult::allow().modify_extensions([forged]))
            }
            Some("rename") => Ok(PluginResult::modify_payload(renamed(payload.clone()))),
            _ => Ok(PluginResult::modify_payload(with_fields(payload.clone(), &self.script["set"]))),
        }
    }
}

/// One change of every sort that a plugin may ask for.
fn marks(extensions: &View<'_>) -> Vec<ExtensionChange> {
    let header = |value: &str| Some(value.to_owned());
    vec![
        ExtensionChange::Label("marked".into(), LabelScope::Message),
        ExtensionChange::RequestHeader("X-Seen".into(), header(extensions.tenant().unwrap_or("nobody"))),
        ExtensionChange::Hop("scanner".into()),
        ExtensionChange::Custom("seen".into(), Some(json!(true))),
    ]
}

fn renamed(mut payload: MessagePayload) -> MessagePayload {
    for part in &mut payload.message.content {
        match part {
            ContentPart::ToolCall(call) => "wire_money".clone_into(&mut call.name),
            ContentPart::LlmRequest(request) => drop(request.arguments.insert("model".into(), json!("wire_money"))),
            _ => {}
        }
    }
    payload
}

fn with_fields(mut payload: MessagePayload, fields: &Json) -> MessagePayload {
    for (name, value) in fields.as_object().unwrap() {
        for part in &mut payload.message.content {
            match part {
                ContentPart::ToolCall(call) => drop(call.arguments.insert(name.clone(), value.clone())),
                ContentPart::ToolResult(result) => result.content[name] = value.clone(),
                _ => {}
            }
        }
    }
    payload
}

/// `config: { yield: nothing | fail | panic | <subject id> }`.
struct Identities;

impl Factory for Identities {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let script = declaration.config["yield"].as_str().unwrap().to_owned();
        Ok(Instance::Identity(Arc::new(Resolver(script))))
    }
}

struct Resolver(String);

#[async_trait]
impl IdentityResolver for Resolver {
    async fn resolve(&self, _inbound: Inbound<'_>) -> Resolution {
        match self.0.as_str() {
            "nothing" => Resolution::Nothing,
            "fail" => Resolution::Failed(AuthFailure { code: code::AUTH_EXPIRED, note: "exp has passed".into() }),
            "panic" => panic!("planted"),
            id => {
                let subject = Subject { id: id.into(), roles: NameSet::from_iter(["hr"]), ..Subject::default() };
                Resolution::verified(Principal::Subject(subject))
            }
        }
    }
}

/// `config: { fail: true }` makes a sink that writes nothing, `drops: 2` one that gives up so many each time, `digests` and `replay` are read as a sink of a document does.
struct Sinks {
    records: Arc<Mutex<Vec<Json>>>,
}

impl Factory for Sinks {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let fails = declaration.config.get("fail").cloned();
        let lists = |key: &str, word: &str| {
            let words = declaration.config.get(key).and_then(Json::as_array);
            words.is_some_and(|words| words.iter().any(|listed| listed == word))
        };
        let path = |path: &Json| ValuePath::read(path.as_str().unwrap()).unwrap();
        let replay = declaration
            .config
            .get("replay")
            .map(|replay| Replay { values: replay["values"].as_array().into_iter().flatten().map(path).collect() });
        let digests = Digests { args: lists("digests", "args"), result: lists("digests", "result") };
        let wants = Wants { digests, replay };
        let drops = declaration.config.get("drops").and_then(Json::as_u64).unwrap_or(0);
        Ok(Instance::Sink(Arc::new(Sink { fails, drops, wants, records: Arc::clone(&self.records) })))
    }
}

struct Sink {
    /// `post` for the records after operations alone.
    fails: Option<Json>,
    drops: u64,
    wants: Wants,
    records: Arc<Mutex<Vec<Json>>>,
}

#[async_trait]
impl AuditSink for Sink {
    fn take_dropped(&self) -> u64 {
        self.drops
    }

    fn wants(&self) -> Wants {
        self.wants.clone()
    }

    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        if self.fails.as_ref().is_some_and(|fails| *fails != "post" || record.phase == "post") {
            return Err(SinkError("planted".into()));
        }
        self.records.lock().unwrap().push(serde_json::to_value(record).unwrap());
        Ok(())
    }
}

/// The factory of `audit/test`, whose records nobody reads.
pub(crate) fn sinks() -> impl Factory {
    Sinks { records: Arc::default() }
}

/// The factory of `test/people`.
pub(crate) fn people() -> impl Factory {
    Doubles::default()
}

/// A delegator that grants what it is asked for, a channel on which everybody approves, an engine that permits, and a plugin
/// in pipelines that writes `treated` for `planted`.
#[derive(Clone, Default)]
struct Doubles(Arc<Everybody>);

impl Factory for Doubles {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(match declaration.kind.as_str() {
            "test/tokens" => Instance::Delegator(Arc::new(self.clone())),
            "test/fields" => Instance::Plugin(PluginInstance::of(self.clone()).on_fields().build()),
            "test/people" | "test.people" => Instance::Approver(Arc::clone(&self.0) as _),
            _ => Instance::Engine(Arc::new(self.clone())),
        })
    }
}

impl Plugin for Doubles {}

#[async_trait]
impl HookHandler<Field> for Doubles {
    async fn handle(
        &self,
        payload: &FieldPayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<FieldPayload>, PluginError> {
        let treat = |value: &Json| if *value == json!("planted") { json!("treated") } else { value.clone() };
        let values = payload.values.iter().map(treat).collect();
        Ok(PluginResult::modify_payload(FieldPayload { values, ..payload.clone() }))
    }
}

#[async_trait]
impl Delegator for Doubles {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        Ok(Minted {
            header: "Authorization".into(),
            value: "Bearer planted-token".into(),
            audience: request.audience.into(),
            permissions: request.permissions.to_vec(),
        })
    }
}

#[async_trait]
impl DecisionEngine for Doubles {
    fn prepare(&self, _written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        Ok(Prepared { question: Arc::new(self.clone()), reads: Vec::new() })
    }
}

#[async_trait]
impl Question for Doubles {
    async fn ask(&self, _inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        Ok(Verdict::permit(Vec::new()))
    }
}

/// Who was asked last; that person approves.
#[derive(Default)]
struct Everybody(Mutex<String>);

#[async_trait]
impl ElicitationChannel for Everybody {
    async fn ask(&self, ask: &Ask<'_>) -> Result<(), ElicitationError> {
        ask.approver.clone_into(&mut self.0.lock().unwrap());
        Ok(())
    }

    async fn check(&self, _question: &QuestionId) -> Result<Status, ElicitationError> {
        Ok(Status::Approved { by: self.0.lock().unwrap().clone() })
    }
}

/// A session store that fails when told to.
#[derive(Default)]
pub(crate) struct Flaky {
    pub(crate) load_fails: AtomicBool,
    pub(crate) append_fails: AtomicBool,
    labels: Mutex<NameSet>,
}

impl Flaky {
    pub(crate) fn labels(&self) -> NameSet {
        self.labels.lock().unwrap().clone()
    }
}

#[async_trait]
impl SessionStore for Flaky {
    async fn load(&self, _key: &SessionKey) -> Result<NameSet, StoreError> {
        if self.load_fails.load(Ordering::Relaxed) {
            return Err(StoreError("planted".into()));
        }
        Ok(self.labels())
    }

    async fn append(&self, _key: &SessionKey, labels: &[Arc<str>]) -> Result<(), StoreError> {
        if self.append_fails.load(Ordering::Relaxed) {
            return Err(StoreError("planted".into()));
        }
        let mut kept = self.labels.lock().unwrap();
        *kept = labels.iter().fold(kept.clone(), |set, label| set.with(Arc::clone(label)));
        Ok(())
    }

    async fn declassify(&self, _key: &SessionKey, label: &str, _by: Declassification) -> Result<(), StoreError> {
        if self.append_fails.load(Ordering::Relaxed) {
            return Err(StoreError("planted".into()));
        }
        let mut kept = self.labels.lock().unwrap();
        *kept = kept.as_slice().iter().filter(|kept| &***kept != label).cloned().collect();
        Ok(())
    }

    async fn expire(&self, _key: &SessionKey) -> Result<(), StoreError> {
        if self.append_fails.load(Ordering::Relaxed) {
            return Err(StoreError("planted".into()));
        }
        *self.labels.lock().unwrap() = NameSet::default();
        Ok(())
    }
}
