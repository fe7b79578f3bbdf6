//! What waits for a person, kept in a store that replicas share.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpex_core::{Decision, ManagerConfig, MemoryElicitations, Operation, Outcome, Pending, PluginManager};
use cpex_sdk::elicitation::{ElicitationStore, Entry, OnceStore, StoreKey, Turn};
use cpex_sdk::testing::{KeptElicitations, ManualClock, RecordingMetrics};
use cpex_sdk::{StoreError, async_trait, code};
use serde_json::{Map, json};
use zeroize::Zeroizing;

use crate::support::{Bench, denied, eve};

const POLICY: &str = "{ plugins: [ { name: people, kind: test/people } ], \
                      routes: [ { tool: pay, policy: [ \"confirm(people, timeout: 1h)\" ] } ] }";

fn pay(account: &str) -> Operation {
    let arguments = Map::from_iter([("account".to_owned(), json!(account))]);
    Operation::tool("pay", arguments).caller(eve())
}

async fn replica(store: &Shared) -> Bench {
    Bench::with(POLICY, ManagerConfig { elicitations: Some(Arc::new(store.clone())), ..ManagerConfig::default() }).await
}

async fn ask(bench: &Bench) -> String {
    match bench.manager.authorize(pay("271828182")).await.decision {
        Decision::Pending(Pending { elicitation }) => elicitation,
        other => panic!("{other:?}"),
    }
}

async fn resume(bench: &Bench, id: &str) -> Outcome<cpex_core::Permit> {
    bench.manager.authorize(pay("271828182").resume(id)).await
}

#[tokio::test]
async fn trap_39_what_is_asked_at_one_replica_is_used_at_one_of_all() {
    let store = Shared::default();
    let (asking, other) = (replica(&store).await, replica(&store).await);
    let id = ask(&asking).await;
    // The person answers at the channel, which in this test is one for each replica.
    let second = ask(&other).await;
    let (here, there) = tokio::join!(resume(&asking, &id), resume(&other, &id));
    let allowed = [&here, &there].into_iter().filter(|outcome| matches!(outcome.decision, Decision::Allow(_))).count();
    assert_eq!(allowed, 1, "{here:?} {there:?}");
    for replica in [&asking, &other] {
        assert_eq!(denied(&resume(replica, &id).await), code::ELICITATION_REPLAYED);
    }
    assert!(matches!(resume(&asking, &second).await.decision, Decision::Allow(_)));
}

#[tokio::test]
async fn replicas_that_share_nothing_do_not_know_what_waits_elsewhere() {
    let (asking, other) = (replica(&Shared::default()).await, replica(&Shared::default()).await);
    let id = ask(&asking).await;
    assert_eq!(denied(&resume(&other, &id).await), code::ELICITATION_INVALID);
}

#[tokio::test]
async fn whoever_reads_the_store_can_neither_go_on_nor_tell_what_is_asked() {
    let store = Shared::default();
    let bench = replica(&store).await;
    let id = ask(&bench).await;
    let _ = resume(&bench, &id).await;
    let seen = store.seen.lock().unwrap().clone();
    assert!(seen.len() >= 3, "{seen:?}");
    for text in [id.as_str(), "eve", "271828182", "routes[0]", "sha256"] {
        assert!(seen.iter().all(|line| !line.contains(text)), "{text}: {seen:?}");
    }
}

#[tokio::test]
async fn an_approval_that_expired_is_told_from_one_that_never_was() {
    let clock = Arc::new(ManualClock::at(1_000));
    let store = MemoryElicitations::new(Arc::clone(&clock) as _);
    let config = ManagerConfig {
        clock: Some(Arc::clone(&clock) as _),
        elicitations: Some(Arc::new(store)),
        ..ManagerConfig::default()
    };
    let bench = Bench::with(POLICY, config).await;
    let id = ask(&bench).await;
    clock.advance(Duration::from_secs(3600));
    assert_eq!(denied(&resume(&bench, &id).await), code::ELICITATION_EXPIRED);
    clock.advance(Duration::from_secs(3600));
    assert_eq!(denied(&resume(&bench, &id).await), code::ELICITATION_INVALID);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_hangs_or_panics_denies_wherever_it_is_asked() {
    for fault in ["fail", "hang", "panic"] {
        for operation in ["replace", "put", "get", "is_taken", "take"] {
            let store = Shared::default();
            let metrics = Arc::new(RecordingMetrics::default());
            let config = ManagerConfig {
                elicitations: Some(Arc::new(store.clone())),
                metrics: Some(Arc::clone(&metrics) as _),
                ..ManagerConfig::default()
            };
            let bench = Bench::with(POLICY, config).await;
            let asked = ask(&bench).await;
            *store.fault.lock().unwrap() = (operation, fault);
            let outcome = match operation {
                "replace" | "put" => bench.manager.authorize(pay("1")).await,
                _ => resume(&bench, &asked).await,
            };
            assert_eq!(denied(&outcome), code::ELICITATION_FAILED, "{operation} {fault}");
            assert!(outcome.report.errors[0].contains("elicitation store: "), "{:?}", outcome.report.errors);
            let outcome = if fault == "fail" { "error" } else { fault }.replace("hang", "timeout");
            let expected = format!(
                "cpex.store.duration cpex.store.name=elicitation cpex.store.operation={operation} \
                 cpex.store.outcome={outcome}"
            );
            assert!(metrics.lines().contains(&expected), "{expected}: {:?}", metrics.lines());
        }
    }
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_approves_nothing() {
    for sort in ["elicitation.operation", "elicitation.question"] {
        for value in ["", "[]", "[2,{}]", "[1,{}]", "null"] {
            let store = Shared::default();
            let bench = replica(&store).await;
            let id = ask(&bench).await;
            store.spoil(sort, value.as_bytes()).await;
            assert_eq!(denied(&resume(&bench, &id).await), code::ELICITATION_FAILED, "{sort} {value}");
        }
    }
}

#[test]
fn a_document_that_waits_is_warned_about_where_the_host_keeps_nothing() {
    let policy = POLICY.replace("test/people", "test.people");
    let warned = |config| {
        let manager = PluginManager::new(config);
        manager.register_factory("test.people", Arc::new(crate::support::people()));
        let warnings = manager.load_config_yaml(&policy).unwrap();
        warnings.diagnostics().iter().map(|found| found.code.name).collect::<Vec<_>>()
    };
    assert_eq!(warned(ManagerConfig::default()), ["document.unshared_wait"]);
    let elicitations = Some(Arc::new(Shared::default()) as _);
    assert_eq!(warned(ManagerConfig { elicitations, ..ManagerConfig::default() }), Vec::<&str>::new());
}

/// A store that several managers share, which remembers what it was given and fails when told to.
#[derive(Clone)]
struct Shared {
    kept: KeptElicitations,
    /// Everything it was ever given, as text.
    seen: Arc<Mutex<Vec<String>>>,
    keys: Arc<Mutex<Vec<StoreKey>>>,
    /// The operation that goes wrong, and how.
    fault: Arc<Mutex<(&'static str, &'static str)>>,
}

impl Default for Shared {
    fn default() -> Self {
        let kept = KeptElicitations::new(Arc::new(ManualClock::default()));
        Self { kept, seen: Arc::default(), keys: Arc::default(), fault: Arc::default() }
    }
}

impl Shared {
    async fn reached(&self, operation: &'static str, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        let seen = format!("{operation} {key:?} {}", String::from_utf8_lossy(value));
        self.seen.lock().unwrap().push(seen);
        self.keys.lock().unwrap().push(*key);
        let fault = *self.fault.lock().unwrap();
        match fault {
            (failing, "hang") if failing == operation => std::future::pending().await,
            (failing, "panic") if failing == operation => panic!("planted"),
            (failing, _) if failing == operation => Err(StoreError("planted".into())),
            _ => Ok(()),
        }
    }

    /// Puts that in the place of the entries of a sort.
    async fn spoil(&self, sort: &str, value: &[u8]) {
        let keys = self.keys.lock().unwrap().clone();
        for key in keys.iter().filter(|key| key.sort == sort) {
            self.kept.replace(Entry { key, shelf: None, value, ttl: Duration::from_secs(9) }).await.unwrap();
        }
    }
}

#[async_trait]
impl OnceStore for Shared {
    async fn take(&self, key: &StoreKey, ttl: Duration) -> Result<Turn, StoreError> {
        self.reached("take", key, &[]).await?;
        self.kept.take(key, ttl).await
    }

    async fn is_taken(&self, key: &StoreKey) -> Result<bool, StoreError> {
        self.reached("is_taken", key, &[]).await?;
        self.kept.is_taken(key).await
    }
}

#[async_trait]
impl ElicitationStore for Shared {
    async fn put(&self, entry: Entry<'_>) -> Result<Turn, StoreError> {
        self.reached("put", entry.key, entry.value).await?;
        self.kept.put(entry).await
    }

    async fn replace(&self, entry: Entry<'_>) -> Result<(), StoreError> {
        self.reached("replace", entry.key, entry.value).await?;
        self.kept.replace(entry).await
    }

    async fn get(&self, key: &StoreKey) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        self.reached("get", key, &[]).await?;
        self.kept.get(key).await
    }

    async fn list(&self, shelf: &StoreKey, most: usize) -> Result<Vec<Zeroizing<Vec<u8>>>, StoreError> {
        self.kept.list(shelf, most).await
    }

    async fn remove(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.kept.remove(key).await
    }
}
