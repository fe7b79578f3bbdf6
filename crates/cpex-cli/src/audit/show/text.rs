//! An operation as a line for people, and below it what matters.

use serde_json::{Map, Value as Json};

use super::operation::{Operation, at};
use crate::audit::line::time;
use crate::plain::plain;

type Record = Map<String, Json>;

/// What is shown of an operation, without a line break at its end.
pub(super) fn shown(operation: &Operation) -> String {
    let Some(last) = operation.last() else { return String::new() };
    let (decision, who, what) = (operation.decision(), who(last), what(last));
    let mut lines = vec![format!("{} {decision:7} {who}: {what}", time(operation.time_ms()))];
    lines.extend(denial(last));
    lines.extend(rule(last));
    lines.extend(labels(operation));
    lines.extend(approvals(operation));
    lines.extend(failures(operation));
    if operation.after.is_none() && decision == "allow" {
        lines.push("no record of its end: it goes on, or its process died".to_owned());
    }
    lines.push(format!("operation {}", word(last, "/operation").unwrap_or_default()));
    lines.join("\n    ")
}

/// Text in a place, without what a terminal obeys.
fn word(record: &Record, pointer: &str) -> Option<String> {
    at(record, pointer)?.as_str().map(plain)
}

fn who(record: &Record) -> String {
    let subject = word(record, "/caller/subject");
    let via = [word(record, "/caller/client"), word(record, "/caller/workload")];
    let via: Vec<String> = via.into_iter().flatten().collect();
    let standing = word(record, "/caller/standing").unwrap_or_default();
    match (subject, via.as_slice()) {
        (Some(subject), []) => subject,
        (Some(subject), via) => format!("{subject} via {}", via.join(", ")),
        (None, []) => standing,
        (None, via) => via.join(", "),
    }
}

fn what(record: &Record) -> String {
    let hook = word(record, "/hook").unwrap_or_default();
    let (Some(kind), Some(name)) = (word(record, "/entity/type"), word(record, "/entity/name")) else { return hook };
    let server = word(record, "/entity/server").map(|server| format!(" on {server}"));
    format!("{kind} {name}{}", server.unwrap_or_default())
}

/// Why it was denied: the code, the code that the caller reads, and the reason.
fn denial(record: &Record) -> Option<String> {
    let code = word(record, "/code")?;
    let own = word(record, "/own_code").map(|own| format!(", told as {own}")).unwrap_or_default();
    let after = if word(record, "/phase").as_deref() == Some("post") { "after it " } else { "" };
    let reason = word(record, "/reason").map(|reason| format!(": {reason}")).unwrap_or_default();
    Some(format!("{after}{code}{own}{reason}"))
}

/// By what: the rule, the plugin.
fn rule(record: &Record) -> Option<String> {
    let rule = word(record, "/rule/id");
    let rule = rule.map(|id| format!("rule {id} at {}", word(record, "/rule/at").unwrap_or_default()));
    let control = word(record, "/control").map(|control| format!("plugin {control}"));
    let by: Vec<String> = [rule, control].into_iter().flatten().collect();
    (!by.is_empty()).then(|| format!("by {}", by.join(", ")))
}

/// Labels of the session that it found and those it left, and its own.
fn labels(operation: &Operation) -> Option<String> {
    let list = |record: Option<&Record>, pointer: &str| record.and_then(|record| names(at(record, pointer)?));
    let first = operation.before.as_ref().or(operation.after.as_ref());
    let (before, after) = (list(first, "/labels/before"), list(operation.last(), "/labels/after"));
    let session = match (before, after) {
        (None, None) => None,
        (before, after) if before == after => before.map(|before| format!("labels {before}")),
        (before, after) => {
            let shown = |labels: Option<String>| labels.unwrap_or_else(|| "none".to_owned());
            Some(format!("labels {}, then {}", shown(before), shown(after)))
        }
    };
    let own = list(operation.last(), "/labels/message").map(|own| format!("labels of the operation {own}"));
    let all: Vec<String> = [session, own].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn names(list: &Json) -> Option<String> {
    let names: Vec<String> = list.as_array()?.iter().filter_map(|name| name.as_str().map(plain)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// What people were asked, and what they said.
fn approvals(operation: &Operation) -> Vec<String> {
    let all = operation.sides().filter_map(|side| at(side, "/approvals")?.as_array()).flatten();
    let shown = all.filter_map(Json::as_object).map(|approval| {
        let text = |name: &str| approval.get(name).and_then(Json::as_str).map(plain);
        let comment = text("comment").map(|comment| format!(": {comment}")).unwrap_or_default();
        format!("{} by {}{comment}", text("status").unwrap_or_default(), text("approver").unwrap_or_default())
    });
    shown.collect()
}

/// What went wrong on the way.
fn failures(operation: &Operation) -> Vec<String> {
    let all = operation.sides().filter_map(|side| at(side, "/errors")?.as_array()).flatten();
    all.filter_map(|error| Some(format!("error: {}", plain(error.as_str()?)))).collect()
}
