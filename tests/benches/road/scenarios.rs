//! The scenarios: each through the public API, as a host would use it.

use std::convert::Infallible;
use std::task::{Context, Poll, Waker};

use cpex::Request;
use cpex::cmf::Draft;
use cpex::prelude::*;
use cpex::sdk::CmfToolPreInvoke;
use serde_json::{Map, Value as Json, json};

use super::Bench;

pub(crate) fn all(bench: &mut Bench) {
    floors(bench);
    nothing_registered(bench);
    requires(bench);
    redacts(bench);
}

fn floors(bench: &mut Bench) {
    let current = arc_swap::ArcSwapOption::from_pointee(1);
    bench.scenario("floor-snapshot-load", None, || (), |()| current.load().as_ref().map(|value| **value));
    let roles: NameSet = ["analyst", "hr", "people"].into_iter().collect();
    bench.scenario("floor-set-lookup", None, || (), |()| roles.contains(std::hint::black_box("hr")));
    for fields in [5, 100] {
        let name = if fields == 5 { "floor-in-place-5" } else { "floor-in-place-100" };
        bench.scenario(
            name,
            None,
            || record(fields),
            |mut record| {
                record["ssn"] = json!("[REDACTED]");
                record
            },
        );
    }
}

/// a. A hook on which nothing is registered.
fn nothing_registered(bench: &mut Bench) {
    let manager = manager("{}");
    let request = || Request::new(Draft::new(message()));
    bench.scenario("a-nothing-registered", Some("floor-snapshot-load"), request, |request| {
        ready(manager.invoke::<CmfToolPreInvoke>(request))
    });
}

/// b. One requirement, met and not.
fn requires(bench: &mut Bench) {
    let manager = manager(r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"] } ] }"#);
    bench.scenario(
        "b-require-allow",
        Some("floor-set-lookup"),
        || operation("hr"),
        |operation| ready(manager.authorize(operation)),
    );
    bench.scenario(
        "b-require-deny",
        Some("floor-set-lookup"),
        || operation("sales"),
        |operation| ready(manager.authorize(operation)),
    );
}

/// d. One field of a structured result redacted, of a small record and of a large one, over the whole guarded operation.
fn redacts(bench: &mut Bench) {
    let plain = manager(r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"] } ] }"#);
    let redacting = manager(
        r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"], result: { ssn: "str | redact(!perm.view_ssn)" } } ] }"#,
    );
    bench.scenario(
        "d-guard-without-pipeline",
        None,
        || (operation("hr"), record(5)),
        |(operation, record)| guard(&plain, operation, record),
    );
    for (fields, name, floor) in
        [(5, "d-redact-1-of-5", "floor-in-place-5"), (100, "d-redact-1-of-100", "floor-in-place-100")]
    {
        bench.scenario(
            name,
            Some(floor),
            || (operation("hr"), record(fields)),
            |(operation, record)| guard(&redacting, operation, record),
        );
    }
}

fn guard(manager: &PluginManager, operation: Operation, record: Json) -> Outcome<Answer> {
    let Ok(outcome) =
        ready(manager.guard(operation, |_call| async { Ok::<_, Infallible>(Answer::structured(record)) }));
    outcome
}

fn manager(policy: &str) -> PluginManager {
    let manager = PluginManager::default();
    manager.load_config_yaml(policy).unwrap();
    ready(manager.initialize()).unwrap();
    manager
}

fn operation(role: &str) -> Operation {
    let subject = Subject { id: "eve".into(), roles: NameSet::from_iter([role]), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    Operation::new(message()).caller(caller)
}

fn message() -> cpex::cmf::Message {
    let arguments = Map::from_iter([("employee_id".to_owned(), json!("123456"))]);
    let call = cpex::cmf::ToolCall::new("1", "lookup", arguments);
    cpex::cmf::Message::new(cpex::cmf::Role::Assistant, vec![cpex::cmf::ContentPart::ToolCall(call)])
}

/// A record of that many fields, one of them `ssn`.
fn record(fields: usize) -> Json {
    let others = (1..fields).map(|index| (format!("field_{index:03}"), json!(format!("value {index}"))));
    others.chain([("ssn".to_owned(), json!("555-12-3456"))]).collect::<Map<_, _>>().into()
}

/// Runs a future that waits for nothing up to its end.
fn ready<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("this decision waits for nothing"),
    }
}
