//! The runtime as a host sees it: a document, calls, and what becomes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use cpex::cmf::{self, ContentPart, Identity, Minted, NameSet};
use cpex::sdk::{Clock, Declassification, IdSource, SessionKey, SessionStore, StoreError, async_trait};
use cpex::{Answer, Caller, Decision, ManagerConfig, Operation, Outcome, PluginManager};
use serde_json::{Map, Value as Json, json};

use super::ports::{Delegators, ENGINE, Engines};
use super::request::{Call, Client, Subject, Who};
use super::scripted::{Controls, Sinks};
use super::world::{Labels, NOW_MS};

/// A manager under a document, with ports of its own.
pub(super) struct Runtime {
    manager: PluginManager,
    store: Arc<Store>,
    records: Arc<Mutex<Vec<String>>>,
    tokio: tokio::runtime::Runtime,
}

/// What became of a call.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) denied: Option<SeenDenial>,
    /// What reached the backend.
    pub(super) args: Option<Map<String, Json>>,
    /// What its router may choose from, in the words of policy.
    pub(super) restriction: Option<Json>,
    /// The credentials it reached the backend with: header, audience and scopes of each.
    pub(super) credentials: Vec<(String, String, Vec<String>)>,
    /// What reached the caller.
    pub(super) answer: Option<Answer>,
    pub(super) message_labels: Labels,
    /// The labels of every session that has any, afterwards.
    pub(super) sessions: Vec<Labels>,
}

#[derive(Debug)]
pub(super) struct SeenDenial {
    pub(super) code: String,
    pub(super) rule: Option<String>,
    pub(super) reason: String,
    pub(super) details: Option<Json>,
}

impl Runtime {
    /// A runtime under a document, or why it does not load.
    pub(super) fn new(document: &str) -> Result<Self, String> {
        let (store, records) = (Arc::<Store>::default(), Arc::default());
        let manager = PluginManager::new(ManagerConfig {
            clock: Some(Arc::new(Fixed)),
            ids: Some(Arc::new(Counted::default())),
            sessions: Some(Arc::clone(&store) as Arc<dyn SessionStore>),
            ..ManagerConfig::default()
        });
        manager.register_factory("test/control", Arc::new(Controls));
        manager.register_factory("test/delegator", Arc::new(Delegators));
        manager.register_factory(ENGINE, Arc::new(Engines));
        manager.register_factory("audit/test", Arc::new(Sinks { records: Arc::clone(&records) }));
        let _warnings = manager.load_config_yaml(document).map_err(|error| error.to_string())?;
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio.block_on(manager.initialize()).map_err(|error| error.to_string())?;
        Ok(Self { manager, store, records, tokio })
    }

    /// Puts another document in force; sessions stay.
    pub(super) fn reload(&self, document: &str) -> Result<(), String> {
        let _warnings = self.manager.load_config_yaml(document).map_err(|error| error.to_string())?;
        self.tokio.block_on(self.manager.initialize()).map_err(|error| error.to_string())
    }

    /// A runtime that keeps its records, under a document that is a map in braces.
    pub(super) fn recording(document: &str) -> Result<Self, String> {
        let sink = "{ \"name\": \"log\", \"kind\": \"audit/test\" }";
        let plugins = "\"plugins\": [";
        Self::new(&match document.split_once(plugins) {
            Some((before, after)) => format!("{before}{plugins}{sink}, {after}"),
            None => document.replacen('{', &format!("{{ {plugins}{sink}],"), 1),
        })
    }

    pub(super) fn call(&self, call: &Call) -> Seen {
        let (mut args, mut restriction, mut credentials) = (None, None, Vec::new());
        let Outcome { decision, report } = self.tokio.block_on(self.manager.authorize(operation(call)));
        let Outcome { decision, report } = match decision {
            Decision::Allow(mut permit) => {
                restriction = permit.restriction().map(|restriction| restriction.to_json());
                let minted = permit.credentials().into_iter();
                let scopes = |minted: &Minted| minted.permissions.iter().map(ToString::to_string).collect();
                credentials.extend(minted.map(|minted| {
                    let scopes = scopes(&minted);
                    (minted.header, minted.audience.to_string(), scopes)
                }));
                args = permit.take_call().arguments().cloned();
                self.tokio.block_on(permit.complete(answer(call)))
            }
            Decision::Deny(violation) => Outcome { decision: Decision::Deny(violation), report },
            Decision::Pending(pending) => Outcome { decision: Decision::Pending(pending), report },
        };
        let rule = report.rule.map(|rule| rule.id.to_string());
        let (denied, answer) = match decision {
            Decision::Allow(answer) => (None, Some(answer)),
            Decision::Deny(violation) => {
                let (code, reason) = (violation.code.to_string(), violation.reason.to_string());
                (Some(SeenDenial { code, rule, reason, details: violation.details.map(|it| (*it).clone()) }), None)
            }
            Decision::Pending(pending) => panic!("nothing asks a human, and {pending:?} waits for one"),
        };
        let message_labels = report.message_labels.as_slice().iter().map(ToString::to_string).collect();
        Seen { denied, args, restriction, credentials, answer, message_labels, sessions: self.store.sessions() }
    }

    /// The records written so far, as JSON.
    pub(super) fn records(&self) -> Vec<String> {
        self.records.lock().unwrap().clone()
    }
}

fn operation(call: &Call) -> Operation {
    let operation = Operation::tool(call.tool, call.args.clone()).caller(caller(&call.who));
    match call.session {
        Some(session) => operation.session(session),
        None => operation,
    }
}

fn caller(who: &Who) -> Caller {
    if who.subject.is_none() && who.client.is_none() {
        return Caller::anonymous();
    }
    let names = |names: &[&str]| names.iter().copied().collect::<NameSet>();
    let subject = |subject: &Subject| cmf::Subject {
        id: subject.id.to_owned(),
        issuer: subject.issuer.map(str::to_owned),
        tenant: subject.tenant.map(str::to_owned),
        roles: names(&subject.roles),
        permissions: names(&subject.permissions),
        teams: names(&subject.teams),
        claims: subject.claims.clone(),
        ..cmf::Subject::default()
    };
    let client = |client: &Client| cmf::Client {
        id: client.id.to_owned(),
        scopes: names(&client.scopes),
        roles: names(&client.roles),
        permissions: names(&client.permissions),
        ..cmf::Client::default()
    };
    Caller::vouched(Identity {
        subject: who.subject.as_ref().map(subject),
        client: who.client.as_ref().map(client),
        ..Identity::default()
    })
}

fn answer(call: &Call) -> Answer {
    let answer = &call.answer;
    let texts = answer.texts.iter().map(|text| ContentPart::text(text.written()));
    let image = answer.has_image.then(image);
    let whole = Answer::with_parts(answer.content.clone(), texts.chain(image).collect());
    if answer.is_error { whole.flagged_as_error() } else { whole }
}

/// A part that no pipeline can read.
pub(super) fn image() -> ContentPart {
    serde_json::from_value(json!({ "content_type": "image", "type": "base64", "data": "AAAA" })).unwrap()
}

/// Time stands still.
struct Fixed;

impl Clock for Fixed {
    fn now_ms(&self) -> u64 {
        NOW_MS
    }

    fn monotonic_ns(&self) -> u64 {
        0
    }
}

#[derive(Default)]
struct Counted(AtomicU64);

impl IdSource for Counted {
    fn next(&self) -> u128 {
        self.0.fetch_add(1, Ordering::Relaxed).into()
    }

    fn next_secret(&self) -> Option<u128> {
        Some(self.next())
    }
}

#[derive(Default)]
struct Store(Mutex<BTreeMap<[u8; 32], BTreeSet<String>>>);

impl Store {
    fn sessions(&self) -> Vec<Labels> {
        let mut sessions: Vec<Labels> =
            self.0.lock().unwrap().values().filter(|labels| !labels.is_empty()).cloned().collect();
        sessions.sort();
        sessions
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<NameSet, StoreError> {
        let kept = self.0.lock().unwrap();
        Ok(kept.get(&key.0).into_iter().flatten().map(String::as_str).collect())
    }

    async fn append(&self, key: &SessionKey, labels: &[Arc<str>]) -> Result<(), StoreError> {
        self.0.lock().unwrap().entry(key.0).or_default().extend(labels.iter().map(ToString::to_string));
        Ok(())
    }

    async fn declassify(&self, key: &SessionKey, label: &str, _by: Declassification) -> Result<(), StoreError> {
        self.0.lock().unwrap().entry(key.0).or_default().remove(label);
        Ok(())
    }

    async fn expire(&self, key: &SessionKey) -> Result<(), StoreError> {
        self.0.lock().unwrap().remove(&key.0);
        Ok(())
    }
}
