//! Every ending is settled: labels stored, records written, failures of either denied.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use apl_cmf::{NameSet, Workload};
use cpex_core::{Answer, ManagerConfig, Operation};
use serde_json::{Map, json};

use crate::support::{Bench, Flaky, allowed, denied, eve, lookup, vouched};

const TAINTING: &str = r#"
plugins: [ { name: log, kind: audit/test } ]
routes:
  - tool: lookup
    policy: [ "require(authenticated)", "taint(secret, session)", "args.id == 'late': deny" ]
  - tool: send
    policy: [ "security.labels contains \"secret\": deny('write-down blocked', 'session_tainted')" ]
"#;

fn send() -> Operation {
    Operation::tool("send", Map::new()).session("s1")
}

#[tokio::test]
async fn a_label_follows_the_session() {
    let bench = Bench::new(TAINTING).await;
    allowed(bench.guard(send().caller(eve())).await);
    let outcome = bench.guard(lookup().caller(eve())).await;
    assert_eq!(outcome.report.session_labels, Some(NameSet::from_iter(["secret"])));
    allowed(outcome);
    let outcome = bench.guard(send().caller(eve())).await;
    assert_eq!(&*outcome.decision.violation().unwrap().code, "session_tainted");
}

#[tokio::test]
async fn a_session_id_of_one_caller_is_not_that_of_another() {
    let bench = Bench::new(TAINTING).await;
    allowed(bench.guard(lookup().caller(eve())).await);
    allowed(bench.guard(send().caller(vouched("bob", &[]))).await);
    allowed(bench.guard(Operation::tool("send", Map::new()).session("s2").caller(eve())).await);
    assert_eq!(denied(&bench.guard(send().caller(eve())).await), "policy.denied");
}

#[tokio::test]
async fn clients_of_two_issuers_with_one_id_have_two_sessions() {
    let bench = Bench::new(TAINTING).await;
    let client = |issuer: &str| {
        let claims = Map::from_iter([("iss".to_owned(), json!(issuer))]);
        let client = apl_cmf::Client { id: "app".into(), claims, ..Default::default() };
        cpex_core::Caller::vouched(apl_cmf::Identity { client: Some(client), ..Default::default() })
    };
    allowed(bench.guard(lookup().caller(client("https://a"))).await);
    assert_eq!(denied(&bench.guard(send().caller(client("https://a"))).await), "policy.denied");
    allowed(bench.guard(send().caller(client("https://b"))).await);
}

#[tokio::test]
async fn a_label_reached_before_a_deny_stays() {
    let bench = Bench::new(TAINTING).await;
    let late = Operation::tool("lookup", Map::from_iter([("id".to_owned(), json!("late"))])).session("s1");
    assert_eq!(denied(&bench.guard(late.caller(eve())).await), "policy.denied");
    assert_eq!(denied(&bench.guard(send().caller(eve())).await), "policy.denied");
}

#[tokio::test]
async fn without_a_session_the_step_that_touches_its_labels_denies() {
    let bench = Bench::new(TAINTING).await;
    let unbound = Operation::tool("lookup", Map::new()).caller(eve());
    assert_eq!(denied(&bench.guard(unbound).await), "session.unbound");
    let reading = Operation::tool("send", Map::new()).caller(eve());
    assert_eq!(denied(&bench.guard(reading).await), "session.unbound");
    let anonymous = send();
    assert_eq!(denied(&bench.guard(anonymous).await), "session.unbound");
}

#[tokio::test]
async fn an_operation_that_states_no_workload_of_ours_has_the_managers() {
    let gate = |id: &str| Workload { spiffe_id: format!("spiffe://d/{id}"), trust_domain: "d".into() };
    let config = ManagerConfig { this_workload: Some(gate("gate")), ..ManagerConfig::default() };
    let document = "routes: [ { tool: lookup, policy: [ \"require(workload.spiffe_id == 'spiffe://d/gate')\" ] } ]";
    let bench = Bench::with(document, config).await;
    allowed(bench.guard(lookup()).await);
    let stated = lookup().with_draft(|draft| draft.this_workload(Arc::new(gate("other"))));
    assert_eq!(denied(&bench.guard(stated).await), "policy.require_failed");
    let none = Bench::new(document).await;
    assert_eq!(denied(&none.guard(lookup()).await), "policy.require_failed");
}

#[tokio::test]
async fn a_store_that_cannot_load_denies_before_policy_runs() {
    let store = Arc::new(Flaky::default());
    store.load_fails.store(true, Ordering::Relaxed);
    let config = ManagerConfig { sessions: Some(Arc::clone(&store) as _), ..ManagerConfig::default() };
    let bench = Bench::with(TAINTING, config).await;
    assert_eq!(denied(&bench.guard(lookup().caller(eve())).await), "session.load_failed");
    assert_eq!(bench.records()[0]["errors"], json!(["session store: planted"]));
}

#[tokio::test]
async fn a_store_that_cannot_append_denies_and_an_original_violation_survives_it() {
    let store = Arc::new(Flaky::default());
    store.append_fails.store(true, Ordering::Relaxed);
    let config = ManagerConfig { sessions: Some(Arc::clone(&store) as _), ..ManagerConfig::default() };
    let bench = Bench::with(TAINTING, config).await;
    assert_eq!(denied(&bench.guard(lookup().caller(eve())).await), "session.persist_failed");
    let late = Operation::tool("lookup", Map::from_iter([("id".to_owned(), json!("late"))])).session("s1");
    let outcome = bench.guard(late.caller(eve())).await;
    assert_eq!(denied(&outcome), "policy.denied");
    assert_eq!(outcome.report.errors, ["session store: planted"]);
    assert!(store.labels().is_empty());
}

#[tokio::test]
async fn both_sides_are_recorded_under_one_operation() {
    let bench = Bench::new(TAINTING).await;
    let answer = allowed(bench.guard(lookup().caller(eve())).await);
    assert_eq!(answer.content()["salary"], json!(1));
    let records = bench.records();
    let phases: Vec<_> = records.iter().map(|record| record["phase"].clone()).collect();
    assert_eq!(phases, ["pre", "post"]);
    assert_eq!(records[0]["operation"], records[1]["operation"]);
    assert_ne!(records[0]["id"], records[1]["id"]);
    assert_eq!(records[0]["labels"]["after"], json!(["secret"]));
    assert_eq!(records[0]["rule"], json!(null));
}

#[tokio::test]
async fn a_record_that_cannot_be_written_denies_and_the_other_sinks_learn_of_it() {
    let document = r#"
plugins:
  - { name: good, kind: audit/test }
  - { name: bad, kind: audit/test, config: { fail: true } }
routes: [ { tool: lookup, policy: [ allow ] } ]
"#;
    let bench = Bench::new(document).await;
    let mut called = false;
    let backend = |_call| {
        called = true;
        async { Ok::<_, std::convert::Infallible>(Answer::structured(json!(1))) }
    };
    let Ok(outcome) = bench.manager.guard(lookup(), backend).await;
    assert_eq!(denied(&outcome), "audit.failed");
    assert!(!called, "the backend is called only once the record stands");
    let decisions: Vec<_> = bench.records().iter().map(|record| record["decision"].clone()).collect();
    assert_eq!(decisions, ["allow", "deny"]);
}

#[tokio::test]
async fn a_permit_that_is_dropped_is_recorded_as_abandoned() {
    let bench = Bench::new(TAINTING).await;
    let permit = allowed(bench.manager.authorize(lookup().caller(eve())).await);
    drop(permit);
    bench.manager.shutdown().await;
    let records = bench.records();
    assert_eq!(records[1]["code"], json!("operation.abandoned"));
    assert_eq!(records[0]["operation"], records[1]["operation"]);
}

#[tokio::test]
async fn a_backend_that_fails_releases_nothing_and_is_recorded_as_abandoned() {
    let bench = Bench::new(TAINTING).await;
    let failed = bench.manager.guard(lookup().caller(eve()), |_call| async { Err::<Answer, _>("down") }).await;
    assert_eq!(failed.unwrap_err(), "down");
    bench.manager.shutdown().await;
    assert_eq!(bench.records()[1]["code"], json!("operation.abandoned"));
}

#[tokio::test]
async fn an_operation_no_route_matches_is_denied_after_the_hooked_plugins_saw_it() {
    let document = r#"
plugins:
  - { name: p, kind: test/control, hooks: [cmf.tool_pre_invoke] }
  - { name: log, kind: audit/test }
routes: [ { tool: other, policy: [ allow ] } ]
"#;
    let bench = Bench::new(document).await;
    assert_eq!(denied(&bench.guard(lookup()).await), "route.unmatched");
    assert_eq!(bench.calls().len(), 1);
    assert_eq!(bench.records()[0]["code"], json!("route.unmatched"));
    let denying = document.replace("hooks:", "config: { do: deny }, hooks:");
    let bench = Bench::new(&denying).await;
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.denied");
}

#[tokio::test]
async fn trap_7_a_request_that_names_no_entity_is_denied_under_policy_and_passes_without() {
    let nameless = || Operation::new(apl_cmf::Message::new(apl_cmf::Role::User, Vec::new()));
    let bench = Bench::new(TAINTING).await;
    assert_eq!(denied(&bench.guard(nameless()).await), "request.unidentified");
    assert_eq!(bench.records()[0]["entity"], json!(null));
    let bench = Bench::new("plugins: [ { name: log, kind: audit/test } ]").await;
    allowed(bench.guard(nameless()).await);
}

#[tokio::test]
async fn fire_and_forget_plugins_see_denied_operations_too() {
    let document = r#"
plugins: [ { name: p, kind: test/control, mode: fire_and_forget, hooks: [cmf.tool_pre_invoke] } ]
routes: [ { tool: lookup, policy: [ deny ] } ]
"#;
    let bench = Bench::new(document).await;
    assert_eq!(denied(&bench.guard(lookup()).await), "policy.denied");
    bench.manager.shutdown().await;
    assert_eq!(bench.calls(), ["p@cmf.tool_pre_invoke#0"]);
}
