//! An engine, its decision point, and questions.

use std::sync::Arc;

use cpex_http::Hyper;
use cpex_pdp_authzen::{AuthZenFactory, KIND};
use cpex_sdk::config::PluginConfig;
use cpex_sdk::engine::{AttributeReader, DecisionEngine, Inquiry, Read};
use cpex_sdk::testing::{FixedSecrets, ManualClock, host};
use cpex_sdk::{Factory, Host, Instance};
use cpex_test_peer::Peer;
use serde_json::{Value as Json, json};

pub(super) const SECRET: &str = "planted-secret/+";

pub(super) struct Bench {
    pub(super) peer: Peer,
    pub(super) clock: Arc<ManualClock>,
    engine: Arc<dyn DecisionEngine>,
}

impl Bench {
    /// An engine with these keys over the smallest config.
    pub(super) async fn new(over: &Json) -> Self {
        let (peer, clock) = (Peer::new().await, Arc::new(ManualClock::default()));
        let secrets = Arc::new(FixedSecrets::default().with("SECRET", SECRET));
        let host = Host { http: Some(Arc::new(Hyper)), secrets, clock: Arc::clone(&clock) as Arc<_>, ..host() };
        let mut config = json!({ "endpoint": format!("http://{}", peer.address), "insecure_http": true });
        for (key, value) in over.as_object().unwrap() {
            config[key] = value.clone();
        }
        let declaration = PluginConfig { config, ..PluginConfig::new(KIND, KIND) };
        match AuthZenFactory.build(&declaration, &host) {
            Ok(Instance::Engine(engine)) => Self { peer, clock, engine },
            other => panic!("expected an engine, found {other:?}"),
        }
    }

    /// `permit`, `deny` or why it cannot decide on that map, which is as written and filled at once.
    pub(super) async fn asked(&self, map: &Json) -> String {
        self.asked_by(map, &ada()).await
    }

    /// The same of an operation with these attributes.
    pub(super) async fn asked_by(&self, map: &Json, attributes: &Json) -> String {
        self.filled(map, map, attributes).await
    }

    /// The same of a map that an operation filled otherwise than it is written.
    pub(super) async fn filled(&self, written: &Json, map: &Json, attributes: &Json) -> String {
        let prepared = self.engine.prepare(written).unwrap();
        let attributes = Attributes { reads: &prepared.reads, values: attributes };
        match prepared.question.ask(&Inquiry { map, attributes: &attributes }).await {
            Ok(verdict) => {
                assert!(verdict.policies.is_empty());
                if verdict.permits { "permit".to_owned() } else { "deny".to_owned() }
            }
            Err(error) => error.0,
        }
    }

    /// What was sent last.
    pub(super) fn sent(&self) -> Json {
        serde_json::from_str(&self.peer.heard().last().unwrap().body).unwrap()
    }
}

/// Attributes by their paths.
struct Attributes<'a> {
    reads: &'a [Read],
    values: &'a Json,
}

impl AttributeReader for Attributes<'_> {
    fn read(&self, index: usize) -> Option<Json> {
        self.values.get(&self.reads[index].path).cloned()
    }
}

/// A verified subject.
pub(super) fn ada() -> Json {
    json!({ "subject.id": "ada", "subject.type": "user", "subject.roles": ["hr"], "subject.permissions": [], "subject.teams": ["a", "b"] })
}

/// May the subject read a document?
pub(super) fn read(id: &str) -> Json {
    json!({ "action": "read", "resource": { "type": "doc", "id": id } })
}
