//! A document and a request, a line of `%%` between them: the whole decision, twice, and the same both times.
//!
//! The request is a JSON object of `message`, `identity`, `session`, `server` and `answer`, the messages and the identity in
//! their wire form. What is missing or of another form is left out.

use cpex::cmf::{Identity, Message};
use cpex::{Answer, Caller, Decision, Operation};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::monitor::Monitor;

const BETWEEN: &str = "\n%%\n";

pub(super) fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Some((document, request)) = text.split_once(BETWEEN) else { return };
    let Ok(request) = serde_json::from_str::<Json>(request) else { return };
    let Some(first) = decide(document, &request) else { return };
    assert_eq!(Some(first), decide(document, &request), "one request is decided in two ways");
}

/// What is decided and reported, in a first call and in its repetition.
fn decide(document: &str, request: &Json) -> Option<[String; 2]> {
    let monitor = Monitor::new(document).ok()?;
    let answer = part(request, "answer").map_or_else(|| Answer::structured(Json::Null), Answer::new);
    Some([(); 2].map(|()| {
        let outcome = monitor.guard(operation(request), &answer);
        assert!(!matches!(outcome.decision, Decision::Pending(_)), "nothing asks a person: {outcome:?}");
        format!("{outcome:?}")
    }))
}

fn operation(request: &Json) -> Operation {
    let asked = part::<Message>(request, "message").map_or_else(|| Operation::tool("t", Map::new()), Operation::new);
    let mut operation = asked;
    if let Some(identity) = part::<Identity>(request, "identity") {
        operation = operation.caller(Caller::vouched(identity));
    }
    if let Some(session) = part::<String>(request, "session") {
        operation = operation.session(session);
    }
    if let Some(server) = part::<String>(request, "server") {
        operation = operation.server(server);
    }
    operation
}

fn part<T: DeserializeOwned>(request: &Json, name: &str) -> Option<T> {
    serde_json::from_value(request.get(name)?.clone()).ok()
}
