//! What the scenarios share: managers, operations and records, and a future run to its end.

use std::convert::Infallible;
use std::task::{Context, Poll, Waker};

use cpex::prelude::*;
use serde_json::{Map, Value as Json, json};

pub(crate) fn guard(manager: &PluginManager, operation: Operation, answer: Answer) -> Outcome<Answer> {
    let Ok(outcome) = ready(manager.guard(operation, |_call| async { Ok::<_, Infallible>(answer) }));
    outcome
}

pub(crate) fn manager(policy: &str) -> PluginManager {
    let manager = PluginManager::default();
    manager.load_config_yaml(policy).unwrap();
    ready(manager.initialize()).unwrap();
    manager
}

pub(crate) fn operation(role: &str) -> Operation {
    let subject = Subject { id: "eve".into(), roles: NameSet::from_iter([role]), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    Operation::new(message()).caller(caller)
}

pub(crate) fn message() -> cpex::cmf::Message {
    let arguments = Map::from_iter([("employee_id".to_owned(), json!("123456"))]);
    let call = cpex::cmf::ToolCall::new("1", "lookup", arguments);
    cpex::cmf::Message::new(cpex::cmf::Role::Assistant, vec![cpex::cmf::ContentPart::ToolCall(call)])
}

/// A record of that many fields, one of them `ssn`.
pub(crate) fn record(fields: usize) -> Json {
    let others = (1..fields).map(|index| (format!("field_{index:03}"), json!(format!("value {index}"))));
    others.chain([("ssn".to_owned(), json!("555-12-3456"))]).collect::<Map<_, _>>().into()
}

/// Runs a future that waits for nothing up to its end.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("this decision waits for nothing"),
    }
}
