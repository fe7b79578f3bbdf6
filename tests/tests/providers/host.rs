//! A host: a manager under a document, and the backend it calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpex::cmf::{Credentials, Minted};
use cpex::prelude::*;
use cpex::sdk::Clock;
use cpex::sdk::http::{Egress, HttpPort as _, OutboundMethod, OutboundRequest, OutboundResponse};
use cpex::sdk::testing::FixedSecrets;
use cpex::{ManagerConfig, SystemClock};
use cpex_http::Hyper;
use serde_json::{Map, Value as Json};

/// The system's clock, which can be set ahead.
#[derive(Default)]
pub(super) struct SettableClock {
    system: SystemClock,
    ahead_ms: AtomicU64,
}

impl SettableClock {
    pub(super) fn advance(&self, seconds: u64) {
        self.ahead_ms.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
}

impl Clock for SettableClock {
    fn now_ms(&self) -> u64 {
        self.system.now_ms() + self.ahead_ms.load(Ordering::Relaxed)
    }

    fn monotonic_ns(&self) -> u64 {
        self.system.monotonic_ns() + self.ahead_ms.load(Ordering::Relaxed) * 1_000_000
    }
}

/// A manager under that document, with a clock that can be set ahead.
pub(super) async fn manager(document: &str) -> (PluginManager, Arc<SettableClock>) {
    let clock = Arc::<SettableClock>::default();
    let secrets = FixedSecrets::default().with("CPEX_CLIENT_SECRET", "planted-gateway");
    let ports = ManagerConfig {
        clock: Some(Arc::clone(&clock) as _),
        secrets: Some(Arc::new(secrets)),
        ..ManagerConfig::default()
    };
    let manager = PluginManager::new(ports);
    cpex::install_builtins(&manager);
    manager.load_config_yaml(document).unwrap();
    manager.initialize().await.unwrap();
    (manager, clock)
}

pub(super) fn operation(tool: &str, credentials: Credentials) -> Operation {
    Operation::tool(tool, Map::new()).caller(Caller::Credentials(credentials))
}

/// `allowed`, or the code of the denial.
pub(super) async fn decided(manager: &PluginManager, tool: &str, credentials: Credentials) -> String {
    match manager.authorize(operation(tool, credentials)).await.decision {
        Decision::Allow(_) => "allowed".to_owned(),
        Decision::Deny(violation) => violation.code.to_string(),
        Decision::Pending(_) => "pending".to_owned(),
    }
}

/// What a backend that trusts the issuer learns of a call which carries what was minted for it; none where it is refused.
pub(super) async fn backend(issuer: &str, minted: &[Minted]) -> Option<Json> {
    let headers: Vec<_> = minted.iter().map(|minted| (&*minted.header, minted.value.expose())).collect();
    let answer = get(&format!("{issuer}/backend"), &headers).await;
    (answer.status == 200).then(|| serde_json::from_slice(&answer.body).unwrap())
}

pub(super) async fn get(url: &str, headers: &[(&str, &str)]) -> OutboundResponse {
    let client = Hyper.client(Egress { insecure_http: true, ..Egress::default() }).unwrap();
    let (method, timeout) = (OutboundMethod::Get, Duration::from_secs(20));
    client.send(OutboundRequest { method, url, headers, max_bytes: 16 * 1024, timeout }).await.unwrap()
}
