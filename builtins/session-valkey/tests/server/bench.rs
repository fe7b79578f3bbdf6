//! Stores as a document makes them, over a server.

use std::sync::Arc;
use std::time::Duration;

use cpex_sdk::config::{ConfigFault, PluginConfig};
use cpex_sdk::elicitation::{ElicitationStore, StoreKey};
use cpex_sdk::testing::{FixedSecrets, host};
use cpex_sdk::{Declassification, Factory as _, Host, Instance, SessionKey, Stores};
use cpex_session_valkey::{KIND, ValkeyFactory};
use cpex_test_peer::store_server::StoreServer;
use serde_json::{Value as Json, json};

pub(crate) const SESSION: SessionKey = SessionKey([7; 32]);

pub(crate) const fn key(number: u8) -> StoreKey {
    StoreKey { sort: "test.entry", digest: [number; 32] }
}

pub(crate) const fn shelf(number: u8) -> StoreKey {
    StoreKey { sort: "test.shelf", digest: [number; 32] }
}

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// The password of users in tests.
pub(crate) const PASSWORD: &str = "correct-horse";

/// What the factory makes of a config.
pub(crate) fn build(config: Json, host: &Host) -> Result<Stores, Vec<ConfigFault>> {
    let declaration = PluginConfig { config, ..PluginConfig::new(KIND, KIND) };
    match ValkeyFactory.build(&declaration, host)? {
        Instance::Stores(stores) => Ok(stores),
        other => panic!("{other:?}"),
    }
}

/// Stores over that server, with these keys of the config beside its endpoint.
pub(crate) fn stores_with(server: &StoreServer, over: &Json) -> Stores {
    let mut config = json!({ "endpoint": server.endpoint() });
    config.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    let secrets = FixedSecrets::default().with("PASSWORD", PASSWORD).with("WRONG", "battery");
    build(config, &Host { secrets: Arc::new(secrets), directory: server.folder(), ..host() }).unwrap()
}

/// Stores over that server.
pub(crate) fn stores(server: &StoreServer) -> Stores {
    stores_with(server, &json!({}))
}

pub(crate) fn waits(stores: &Stores) -> Arc<dyn ElicitationStore> {
    stores.elicitations.clone().unwrap()
}

pub(crate) async fn labels_of(stores: &Stores, session: &SessionKey) -> Result<Vec<String>, String> {
    let labels = stores.sessions.load(session).await.map_err(|error| error.0)?;
    Ok(labels.as_slice().iter().map(ToString::to_string).collect())
}

pub(crate) async fn labels(stores: &Stores) -> Result<Vec<String>, String> {
    labels_of(stores, &SESSION).await
}

pub(crate) async fn append(stores: &Stores, labels: &[&str]) -> Result<(), String> {
    let labels: Vec<Arc<str>> = labels.iter().map(|label| (*label).into()).collect();
    stores.sessions.append(&SESSION, &labels).await.map_err(|error| error.0)
}

#[expect(clippy::disallowed_methods, reason = "the runtime does it when a `declassify` step takes effect")]
pub(crate) async fn declassify(stores: &Stores, label: &str) -> Result<(), String> {
    let by = Declassification::by_policy();
    stores.sessions.declassify(&SESSION, label, by).await.map_err(|error| error.0)
}

/// What starting says, if it is refused.
pub(crate) async fn refused(stores: &Stores) -> Option<String> {
    stores.sessions.initialize().await.err().map(|error| error.0)
}
