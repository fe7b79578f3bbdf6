//! What an approval is bound to, and that it is good for one operation.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cpex_core::{Decision, ManagerConfig, Operation, Outcome, Pending, Permit};
use cpex_sdk::code;
use cpex_sdk::testing::ManualClock;
use serde_json::{Map, json};

use crate::support::{Bench, Flaky, denied, eve, vouched};

const POLICY: &str = "{ plugins: [ { name: people, kind: test/people } ], \
                      routes: [ { tool: pay, policy: [ \"confirm(people, timeout: 1h)\" ] } ] }";

fn pay(amount: u32) -> Operation {
    let arguments = Map::from_iter([("amount".to_owned(), json!(amount))]);
    Operation::tool("pay", arguments).caller(eve())
}

fn pending<T: std::fmt::Debug>(outcome: &Outcome<T>) -> String {
    match &outcome.decision {
        Decision::Pending(Pending { elicitation }) => elicitation.clone(),
        _ => panic!("{outcome:?}"),
    }
}

async fn ask(bench: &Bench) -> String {
    pending(&bench.manager.authorize(pay(5)).await)
}

#[tokio::test]
async fn two_calls_that_race_for_one_approval_are_one_allow() {
    let bench = Bench::new(POLICY).await;
    let id = ask(&bench).await;
    let repeat = || bench.manager.authorize(pay(5).resume(id.as_str()));
    let (one, other) = tokio::join!(repeat(), repeat());
    let allowed = [&one, &other].into_iter().filter(|outcome| matches!(outcome.decision, Decision::Allow(_))).count();
    assert_eq!(allowed, 1);
    let refused: Vec<&Outcome<Permit>> =
        [&one, &other].into_iter().filter(|outcome| matches!(outcome.decision, Decision::Deny(_))).collect();
    assert_eq!(refused.first().map(|outcome| outcome.report.code), Some(Some(code::ELICITATION_REPLAYED)));
}

#[tokio::test]
async fn an_approval_expires_by_the_clock_of_the_process() {
    let clock = Arc::new(ManualClock::at(1_000));
    let config = ManagerConfig { clock: Some(Arc::clone(&clock) as _), ..ManagerConfig::default() };
    let bench = Bench::with(POLICY, config).await;
    let id = ask(&bench).await;
    clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(denied(&bench.manager.authorize(pay(5).resume(id)).await), code::ELICITATION_EXPIRED);
}

#[tokio::test]
async fn an_approval_outlives_a_reload_of_the_same_policy_and_not_of_another() {
    let bench = Bench::new(POLICY).await;
    let (first, second) = (ask(&bench).await, ask(&bench).await);
    bench.manager.load_config_yaml(POLICY).unwrap();
    bench.manager.initialize().await.unwrap();
    let kept = bench.manager.authorize(pay(5).resume(first)).await;
    assert!(matches!(kept.decision, Decision::Allow(_)), "{kept:?}");
    bench.manager.load_config_yaml(&POLICY.replace("1h", "2h")).unwrap();
    bench.manager.initialize().await.unwrap();
    assert_eq!(denied(&bench.manager.authorize(pay(5).resume(second)).await), code::ELICITATION_INVALID);
}

#[tokio::test]
async fn an_identifier_nobody_was_given_approves_nothing() {
    let bench = Bench::new(POLICY).await;
    let _ = ask(&bench).await;
    for made_up in ["", "0", "00000000000000000000000000000001", "../x"] {
        let outcome = bench.manager.authorize(pay(5).resume(made_up)).await;
        assert_eq!(denied(&outcome), code::ELICITATION_INVALID, "{made_up}");
    }
}

#[tokio::test]
async fn an_approval_of_one_caller_or_of_other_arguments_is_none() {
    let bench = Bench::new(POLICY).await;
    let id = ask(&bench).await;
    let other = vouched("mallory", &[]);
    let stolen = bench.manager.authorize(pay(5).caller(other).resume(id.as_str())).await;
    assert_eq!(denied(&stolen), code::ELICITATION_INVALID);
    assert_eq!(denied(&bench.manager.authorize(pay(6).resume(id.as_str())).await), code::ELICITATION_SCOPE);
    let own = bench.manager.authorize(pay(5).resume(id)).await;
    assert!(matches!(own.decision, Decision::Allow(_)), "a call that was refused uses nothing up: {own:?}");
}

#[tokio::test]
async fn an_approval_is_not_used_up_by_a_call_whose_labels_cannot_be_stored() {
    let store = Arc::new(Flaky::default());
    let config = ManagerConfig { sessions: Some(Arc::clone(&store) as _), ..ManagerConfig::default() };
    let bench = Bench::with(&POLICY.replace("1h)\"", "1h)\", \"taint(paid, session)\""), config).await;
    let call = || pay(5).session("s1");
    let id = pending(&bench.manager.authorize(call()).await);
    store.append_fails.store(true, Ordering::Relaxed);
    let unstored = bench.manager.authorize(call().resume(id.as_str())).await;
    assert_eq!(denied(&unstored), code::SESSION_PERSIST_FAILED);
    store.append_fails.store(false, Ordering::Relaxed);
    let stored = bench.manager.authorize(call().resume(id.as_str())).await;
    assert!(matches!(stored.decision, Decision::Allow(_)), "{stored:?}");
    assert_eq!(denied(&bench.manager.authorize(call().resume(id)).await), code::ELICITATION_REPLAYED);
}

#[tokio::test]
async fn a_pending_call_never_reaches_the_backend() {
    let bench = Bench::new(POLICY).await;
    let outcome =
        bench.manager.guard(pay(5), |_| async { Err::<cpex_core::Answer, _>("the backend was called") }).await.unwrap();
    let _ = pending(&outcome);
    let records = bench.records.lock().unwrap();
    assert!(records.is_empty(), "this policy has no sink");
}
