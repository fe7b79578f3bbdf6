//! `cpex eval`: decides one request and prints what came of it.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::case::{Explained, Seen};
use crate::decide::{decide, status};
use crate::streams::Streams;

/// Whether the object says how the request was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trace {
    Shown,
    LeftOut,
}

/// Decides the request and prints one JSON object.
pub(crate) fn run(policy: &Path, request: &Path, trace: Trace, streams: &mut Streams<'_>) -> u8 {
    let Some(Explained { mut seen, .. }) = decide(policy, request, streams) else { return 2 };
    let mut answer = to_json(&seen);
    if let (Trace::Shown, Json::Object(members)) = (trace, &mut answer) {
        members.insert("trace".to_owned(), seen.trace.take().into());
    }
    streams.say(answer);
    status(seen.decision)
}

fn to_json(seen: &Seen) -> Json {
    json!({
        "decision": seen.decision,
        "code": seen.value("code"),
        "reason": seen.value("reason"),
        "rule": seen.rule.as_ref().map(|(id, at)| json!({ "id": id, "at": at })),
        "args": seen.args,
        "result": seen.value("result"),
        "result_parts": seen.value("result_parts"),
        "labels": seen.labels,
        "restrict": Json::Null,
        "delegations": [],
        "pending": seen.pending,
        "errors": seen.errors,
        "response": seen.value("response"),
    })
}
