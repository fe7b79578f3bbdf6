//! Stores that a document names: made by a factory, asked for labels and for what waits for a person, and left empty.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use cpex_core::{Decision, InitializeError, ManagerConfig, Operation, Pending, PluginManager};
use cpex_sdk::config::{ConfigFault, Key, PluginConfig, Shape};
use cpex_sdk::testing::{KeptElicitations, ManualClock};
use cpex_sdk::{
    Declassification, Factory, Host, Instance, PluginError, SessionKey, SessionStore, StoreError, Stores, async_trait,
};
use serde_json::{Value as Json, json};

use crate::support::{Flaky, denied, eve, lookup, people};

const KEYS: &[Key] = &[Key::optional("does", Shape::Text, "What it does.")];

/// Makes one store under `test-store`: `does` is nothing, `refuse`, `warn`, `panic`, `engine`, or `ail`, which fails to start.
#[derive(Clone)]
struct Made {
    sessions: Arc<Flaky>,
    elicitations: Option<KeptElicitations>,
}

impl Made {
    fn new() -> Self {
        let elicitations = Some(KeptElicitations::new(Arc::new(ManualClock::default())));
        Self { sessions: Arc::default(), elicitations }
    }

    fn register(&self, manager: &PluginManager) {
        manager.register_factory("test-store", Arc::new(self.clone()));
        manager.register_factory("test/people", Arc::new(people()));
        manager.register_factory("audit/test", Arc::new(Records(Arc::default(), Arc::default())));
    }

    fn manager(&self, config: ManagerConfig) -> PluginManager {
        let manager = PluginManager::new(config);
        self.register(&manager);
        manager
    }
}

impl Factory for Made {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        assert!(declaration.config.get("kind").is_none(), "the kind is not part of the config");
        let does = declaration.config.get("does").and_then(Json::as_str).unwrap_or_default();
        let at = || vec!["does".into()];
        let mut warnings = Vec::new();
        let mut sessions: Arc<dyn SessionStore> = Arc::clone(&self.sessions) as _;
        match does {
            "refuse" => return Err(vec![ConfigFault::at(at(), "that it does not do").help("do another thing")]),
            "panic" => panic!("planted"),
            "engine" => return people().build(declaration, _host),
            "warn" => warnings.push(ConfigFault::at(at(), "it forgets").help("remind it")),
            "ail" => sessions = Arc::new(Ailing),
            _ => {}
        }
        let elicitations = self.elicitations.clone().map(|kept| Arc::new(kept) as _);
        Ok(Instance::Stores(Stores { sessions, elicitations, warnings }))
    }
}

/// A store that must not be used.
struct Ailing;

#[async_trait]
impl SessionStore for Ailing {
    async fn load(&self, _key: &SessionKey) -> Result<apl_cmf::NameSet, StoreError> {
        Err(StoreError("planted".into()))
    }

    async fn append(&self, _key: &SessionKey, _labels: &[Arc<str>]) -> Result<(), StoreError> {
        Err(StoreError("planted".into()))
    }

    async fn declassify(&self, _key: &SessionKey, _label: &str, _by: Declassification) -> Result<(), StoreError> {
        Err(StoreError("planted".into()))
    }

    async fn expire(&self, _key: &SessionKey) -> Result<(), StoreError> {
        Err(StoreError("planted".into()))
    }

    async fn initialize(&self) -> Result<(), PluginError> {
        Err(PluginError("it is a replica".into()))
    }
}

/// A sink that fails when told to.
struct Records(Arc<Mutex<Vec<Json>>>, Arc<AtomicBool>);

impl Factory for Records {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Sink(Arc::new(Self(Arc::clone(&self.0), Arc::clone(&self.1)))))
    }
}

#[async_trait]
impl cpex_sdk::AuditSink for Records {
    async fn write(&self, record: &cpex_sdk::Record<'_>) -> Result<(), cpex_sdk::SinkError> {
        if self.1.load(Ordering::Relaxed) {
            return Err(cpex_sdk::SinkError("planted".into()));
        }
        self.0.lock().unwrap().push(serde_json::to_value(record).unwrap());
        Ok(())
    }
}

const STORE: &str = "global: { session_store: { kind: test-store } }\n";
const TAINTING: &str = "routes: [ { tool: lookup, policy: [ 'taint(secret)' ] } ]";
const WAITING: &str = "plugins: [ { name: people, kind: test/people } ]\n\
                       routes: [ { tool: pay, policy: [ 'confirm(people, timeout: 1h)' ] } ]";

async fn start(manager: &PluginManager, document: &str) {
    manager.load_config_yaml(document).unwrap();
    manager.initialize().await.unwrap();
}

#[tokio::test]
async fn a_store_of_a_host_s_kind_keeps_the_labels_of_the_document_that_names_it() {
    let made = Made::new();
    let brought = Arc::new(Flaky::default());
    let config = ManagerConfig { sessions: Some(Arc::clone(&brought) as _), ..ManagerConfig::default() };
    let manager = made.manager(config);
    start(&manager, &format!("{STORE}{TAINTING}")).await;
    assert!(matches!(manager.authorize(lookup().caller(eve())).await.decision, Decision::Allow(_)));
    assert!(made.sessions.labels().contains("secret"));
    assert!(brought.labels().as_slice().is_empty());
}

#[tokio::test]
async fn what_waits_for_a_person_is_kept_in_the_store_of_the_document_unless_the_host_brings_one() {
    let made = Made::new();
    let resume = async |manager: &PluginManager, id: &str| {
        manager.authorize(Operation::tool("pay", serde_json::Map::new()).caller(eve()).resume(id)).await.decision
    };
    let ask = async |manager: &PluginManager| match manager
        .authorize(Operation::tool("pay", serde_json::Map::new()).caller(eve()))
        .await
        .decision
    {
        Decision::Pending(Pending { elicitation }) => elicitation,
        other => panic!("{other:?}"),
    };
    let brought = || Some(Arc::new(KeptElicitations::new(Arc::new(ManualClock::default()))) as _);
    for (brings, knows_of_the_other) in [(false, true), (true, false)] {
        let config = || ManagerConfig { elicitations: brought().filter(|_| brings), ..ManagerConfig::default() };
        let (asking, other) = (made.manager(config()), made.manager(config()));
        for manager in [&asking, &other] {
            let warnings = manager.load_config_yaml(&format!("{STORE}{WAITING}")).unwrap();
            assert!(warnings.diagnostics().is_empty(), "{warnings}");
            manager.initialize().await.unwrap();
        }
        let id = ask(&asking).await;
        let _ = ask(&other).await;
        assert_eq!(matches!(resume(&other, &id).await, Decision::Allow(_)), knows_of_the_other, "{brings}");
    }
    let forgetful = Made { elicitations: None, ..made };
    let warnings = forgetful.manager(ManagerConfig::default()).load_config_yaml(&format!("{STORE}{WAITING}")).unwrap();
    assert_eq!(warnings.diagnostics()[0].code.name, "document.unshared_wait");
}

#[tokio::test]
async fn a_store_that_cannot_start_leaves_in_force_what_was() {
    let made = Made::new();
    let manager = made.manager(ManagerConfig::default());
    start(&manager, &format!("{STORE}{TAINTING}")).await;
    let ailing = format!("global: {{ session_store: {{ kind: test-store, does: ail }} }}\n{TAINTING}");
    manager.load_config_yaml(&ailing).unwrap();
    let refused = manager.initialize().await.unwrap_err();
    assert_eq!(refused, InitializeError::Store { cause: "it is a replica".into() });
    assert_eq!(refused.to_string(), "the session store could not be initialized: it is a replica");
    assert!(matches!(manager.authorize(lookup().caller(eve())).await.decision, Decision::Allow(_)));
}

#[test]
fn what_is_wrong_with_a_store_is_found_at_its_place() {
    for (store, expected) in [
        (
            "{ kind: test-store, does: refuse }",
            "1:52: error[document.config]: `test-store`: that it does not do; do another thing",
        ),
        ("{ kind: test-store, does: panic }", "1:34: error[document.config]: `test-store`: its factory panicked; "),
        ("{ kind: test-store, does: engine }", "1:34: error[document.config]: `test-store`: it is no session store; "),
        (
            "{ kind: test-store, dose: x }",
            "1:46: error[document.unknown_key]: unknown key `dose` in this config; did you mean `does`?",
        ),
        ("{ kind: test-store, does: 1 }", "1:52: error[document.wrong_shape]: "),
        ("{ kind: test.store }", "1:34: error[document.unknown_kind]: no factory makes the kind `test.store`; "),
        ("{ kind: test/people }", "1:34: error[document.config]: `test/people`: it is no session store; "),
    ] {
        let manager = Made::new().manager(ManagerConfig::default());
        let refused = manager.load_config_yaml(&format!("global: {{ session_store: {store} }}")).unwrap_err();
        assert_eq!(refused.diagnostics().len(), 1, "{refused}");
        let found = &refused.diagnostics()[0];
        let (place, help) = (refused.sources().place(found.span), found.help.clone().unwrap_or_default());
        let shown = format!("{place}: error[{}]: {}; {help}", found.code.name, found.message);
        assert!(shown.starts_with(&format!("<document>:{expected}")), "{store}: {shown}");
    }
}

#[test]
fn a_store_under_plugins_is_refused_and_one_on_trust_is_not_made() {
    let manager = Made::new().manager(ManagerConfig::default());
    let plugins = "plugins: [ { name: p, kind: test-store, on_demand: true } ]";
    let refused = manager.load_config_yaml(plugins).unwrap_err();
    assert_eq!(refused.diagnostics()[0].message, "plugin `p`: it is a session store");
    let trusted = cpex_core::document::Document::parse("d", "global: { session_store: { kind: acme.Store } }").unwrap();
    assert!(manager.check(&trusted).is_ok());
}

#[test]
fn trap_41_a_store_that_may_forget_a_live_session_is_warned_about() {
    let manager = Made::new().manager(ManagerConfig::default());
    for (store, expected) in [
        ("{ kind: test-store, does: warn }", "1:52: `test-store`: it forgets; remind it"),
        (
            "{ kind: memory, ttl_seconds: 60, max_session_lifetime_seconds: 61 }",
            "1:89: a session may live for 61 seconds, and its labels are kept for 60; keep labels for as long as a session \
             may live: raise `ttl_seconds`",
        ),
        (
            "{ kind: memory, max_session_lifetime_seconds: 86401 }",
            "1:72: a session may live for 86401 seconds, and its labels are kept for 86400; keep labels for as long as a \
             session may live: raise `ttl_seconds`",
        ),
        ("{ kind: memory, max_session_lifetime_seconds: 86400 }", ""),
    ] {
        let warnings = manager.load_config_yaml(&format!("global: {{ session_store: {store} }}")).unwrap();
        let shown = warnings.diagnostics().iter().map(|found| {
            assert_eq!(found.code.name, "document.forgetful_store");
            let place = warnings.sources().place(found.span);
            format!("{}: {}; {}", place, found.message, found.help.clone().unwrap_or_default())
        });
        let expected = if expected.is_empty() { String::new() } else { format!("<document>:{expected}") };
        assert_eq!(shown.collect::<Vec<_>>().join("\n"), expected);
    }
}

#[tokio::test]
async fn the_end_of_a_session_forgets_its_labels_and_is_recorded() {
    for store in ["", STORE] {
        let reading = "policy: [ \"session.labels contains 'secret': deny('x', 'tainted')\" ]";
        let document = format!(
            "{store}plugins: [ {{ name: log, kind: audit/test }} ]\n\
             routes: [ {{ tool: lookup, policy: [ 'taint(secret)' ] }}, {{ tool: send, {reading} }} ]"
        );
        let manager = Made::new().manager(ManagerConfig::default());
        let records = Arc::<Mutex<Vec<Json>>>::default();
        manager.register_factory("audit/test", Arc::new(Records(Arc::clone(&records), Arc::default())));
        start(&manager, &document).await;
        let send = || Operation::tool("send", serde_json::Map::new()).session("s1").caller(eve());
        allowed_before(&manager, lookup().caller(eve())).await;
        assert_eq!(denied(&manager.authorize(send()).await), "policy.denied");
        manager.end_session(send()).await.unwrap();
        let ended = records.lock().unwrap().last().cloned().unwrap();
        assert_eq!((&ended["hook"], &ended["decision"]), (&json!("session.end"), &json!("allow")), "{ended}");
        assert_eq!(ended["caller"]["subject"], "eve", "{ended}");
        allowed_before(&manager, send()).await;
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_ended_keeps_its_labels_and_says_so() {
    let made = Made::new();
    let manager = made.manager(ManagerConfig::default());
    let (records, fails) = (Arc::<Mutex<Vec<Json>>>::default(), Arc::<AtomicBool>::default());
    manager.register_factory("audit/test", Arc::new(Records(Arc::clone(&records), Arc::clone(&fails))));
    assert_eq!(refused_end(&manager, lookup()).await, "engine.shutdown");
    start(&manager, &format!("{STORE}plugins: [ {{ name: log, kind: audit/test }} ]\n{TAINTING}")).await;
    allowed_before(&manager, lookup().caller(eve())).await;
    assert_eq!(refused_end(&manager, lookup()).await, "session.unbound");
    fails.store(true, Ordering::Relaxed);
    assert_eq!(refused_end(&manager, lookup().caller(eve())).await, "audit.failed");
    fails.store(false, Ordering::Relaxed);
    made.sessions.append_fails.store(true, Ordering::Relaxed);
    assert_eq!(refused_end(&manager, lookup().caller(eve())).await, "session.persist_failed");
    let last = records.lock().unwrap().last().cloned().unwrap();
    assert_eq!(
        (&last["code"], &last["errors"]),
        (&json!("session.persist_failed"), &json!(["session store: planted"]))
    );
    assert!(made.sessions.labels().contains("secret"));
}

async fn allowed_before(manager: &PluginManager, operation: Operation) {
    let outcome = manager.authorize(operation).await;
    assert!(matches!(outcome.decision, Decision::Allow(_)), "{outcome:?}");
}

async fn refused_end(manager: &PluginManager, operation: Operation) -> String {
    manager.end_session(operation).await.unwrap_err().code.to_string()
}
