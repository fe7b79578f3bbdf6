//! What a guarded operation allocates.

use std::convert::Infallible;
use std::sync::Arc;

use cpex::ManagerConfig;
use cpex::prelude::*;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::metrics::Metrics;
use cpex::sdk::{AuditSink, Factory, Host, Instance, Record, SinkError, async_trait};
use serde_json::json;

use super::ready::{counted, ready};

const POLICY: &str = r#"
plugins: [ { name: log, kind: audit/count } ]
routes:
  - tool: lookup
    policy: [ "require(role.hr)", "taint(secret, session)" ]
"#;

/// Reads what a record holds, as a sink that writes it would, and keeps nothing.
struct Reading;

#[async_trait]
impl AuditSink for Reading {
    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        assert_eq!(record.decision, "allow");
        assert_eq!(record.caller.subject, Some("eve"));
        Ok(())
    }
}

impl Factory for Reading {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Sink(Arc::new(Reading)))
    }
}

fn manager(policy: &str) -> PluginManager {
    manager_with(policy, ManagerConfig::default())
}

fn manager_with(policy: &str, config: ManagerConfig) -> PluginManager {
    let manager = PluginManager::new(config);
    manager.register_factory("audit/count", Arc::new(Reading));
    manager.load_config_yaml(policy).unwrap();
    ready(manager.initialize()).unwrap();
    manager
}

fn operation() -> Operation {
    let eve = Subject { id: "eve".into(), roles: NameSet::from_iter(["hr"]), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(eve), ..Identity::default() });
    Operation::tool("lookup", serde_json::Map::new()).session("s1").caller(caller)
}

fn allocations_of_guard(manager: &PluginManager) -> u64 {
    let (operation, answer) = (operation(), Answer::structured(json!({ "salary": 1 })));
    let (Ok(outcome), allocations) = counted(manager.guard(operation, |_call| async { Ok::<_, Infallible>(answer) }));
    assert!(matches!(outcome.decision, Decision::Allow(_)), "{outcome:?}");
    allocations
}

#[test]
fn a_guarded_operation_with_route_identity_label_and_record_allocates_exactly_this() {
    let manager = manager(POLICY);
    // The first operation of a session stores its label; those after it find it there.
    let _first = allocations_of_guard(&manager);
    // The store and the sink are foreign: each call of one is a boxed future.
    let foreign = ["load the labels", "write the record before", "write the record after"].len() as u64;
    // The arguments leave for the backend. The record after the operation still names the call they were of.
    let kept = ["the list of calls", "the id of the call", "its name"].len() as u64;
    assert_eq!(allocations_of_guard(&manager), foreign + kept);
    assert_eq!(allocations_of_guard(&manager), foreign + kept);
}

#[test]
fn a_decision_that_asks_nothing_foreign_allocates_nothing_but_what_is_kept_of_the_call() {
    let manager = manager(r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)", "args.id == 'x': deny"] } ] }"#);
    assert_eq!(allocations_of_guard(&manager), 3);
}

#[test]
fn metrics_are_told_without_an_allocation() {
    struct Idle;
    impl Metrics for Idle {}
    let config = ManagerConfig { metrics: Some(Arc::new(Idle)), ..ManagerConfig::default() };
    let (told, untold) = (manager_with(POLICY, config), manager(POLICY));
    for manager in [&told, &untold] {
        let _first = allocations_of_guard(manager);
    }
    assert_eq!(allocations_of_guard(&told), allocations_of_guard(&untold));
}

#[test]
fn redacting_a_field_in_place_adds_the_mark_and_its_entry_in_the_ledger() {
    let manager = manager(r#"{ routes: [ { tool: lookup, result: { salary: "redact(!perm.see)" } } ] }"#);
    // The mark, and the first entry of the ledger.
    assert_eq!(allocations_of_guard(&manager), 3 + 2);
}
