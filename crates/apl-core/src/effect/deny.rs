//! `deny`, `deny('reason')`, `deny('reason', 'code')`, `{deny: {reason, code, details}}`: halts the phase.

use std::sync::Arc;

use crate::call::Call;
use crate::codes;
use crate::context::Context;
use crate::decision::Denial;
use crate::diagnostic::Diagnostic;
use crate::node::{Entry, Node, Value};
use crate::span::Span;

const CODE: &str = "policy.denied";
const FORM: &str = "deny('reason', 'code')";
const KEYS: [&str; 3] = ["reason", "code", "details"];

/// First words of the codes that the runtime gives itself. A policy that uses one is hard to tell from the runtime.
const RESERVED: [&str; 17] = [
    "policy",
    "args",
    "result",
    "restrict",
    "pdp",
    "plugin",
    "hook",
    "payload",
    "auth",
    "delegation",
    "elicitation",
    "session",
    "request",
    "route",
    "audit",
    "operation",
    "engine",
];

/// Compiles the form of one line.
pub(super) fn compile<V, D>(call: &Call<'_>, _: &Context<'_, V, D>, faults: &mut Vec<Diagnostic>) -> Option<Denial> {
    let arguments = call.positional(0, 2, FORM, faults)?;
    let mut texts = Vec::with_capacity(arguments.len());
    for argument in arguments {
        if !argument.is_quoted {
            let help = format!("write `'{}'`", argument.value);
            faults.push(call.refuse(argument, "the reason and the code of `deny` stand in quotes").help(help));
            return None;
        }
        texts.push((argument.value.as_str(), call.text.span_of(argument.range.clone())));
    }
    let mut texts = texts.into_iter();
    denial(texts.next(), texts.next(), faults)
}

/// Compiles the form of a map.
pub(super) fn compile_map<V, D>(entry: &Entry, _: &Context<'_, V, D>, faults: &mut Vec<Diagnostic>) -> Option<Denial> {
    if !matches!(entry.value.value, Value::Map(_)) {
        let message = format!("`deny` as a key takes a map, not {}", entry.value.shape());
        let help = format!("write `- deny`, `- {FORM}`, or `deny: {{reason: .., code: ..}}`");
        faults.push(Diagnostic::new(codes::ARGUMENT, entry.value.span, message).help(help));
        return None;
    }
    let before = faults.len();
    for key in entry.value.entries().iter().map(|entry| &entry.key).filter(|key| !KEYS.contains(&key.value.as_str())) {
        let message = format!("`deny` has no key `{}`", key.value);
        faults.push(Diagnostic::new(codes::ARGUMENT, key.span, message).nearest(&key.value, KEYS));
    }
    let reason = text(&entry.value, "reason", faults);
    let code = text(&entry.value, "code", faults);
    let details = entry.value.get("details");
    if let Some(node) = details.filter(|node| !matches!(node.value, Value::Map(_))) {
        let message = format!("`details` is a map, not {}", node.shape());
        faults.push(Diagnostic::new(codes::ARGUMENT, node.span, message));
    }
    let refused = faults.len() > before;
    let denial = denial(reason, code, faults)?;
    (!refused).then(|| Denial { details: details.map(|node| Arc::new(node.to_json())), ..denial })
}

fn text<'n>(map: &'n Node, key: &str, faults: &mut Vec<Diagnostic>) -> Option<(&'n str, Span)> {
    let node = map.get(key)?;
    if node.text().is_none() {
        let message = format!("`{key}` is text, not {}", node.shape());
        faults.push(Diagnostic::new(codes::ARGUMENT, node.span, message).help("put it in quotes"));
    }
    node.text().map(|text| (text.value.as_str(), node.span))
}

fn denial(reason: Option<(&str, Span)>, code: Option<(&str, Span)>, faults: &mut Vec<Diagnostic>) -> Option<Denial> {
    let mut complete = true;
    for (text, span) in reason.into_iter().chain(code) {
        if text.contains(['\r', '\n']) || text.contains("${") {
            let message = "what a denial says is one line, as written: no line breaks and no `${}`";
            faults.push(Diagnostic::new(codes::ARGUMENT, span, message));
            complete = false;
        }
    }
    if let Some((text, span)) = code {
        if text.is_empty() || text.contains(char::is_whitespace) {
            faults.push(Diagnostic::new(
                codes::ARGUMENT,
                span,
                "the code of a denial is one word, as in `quota.exceeded`",
            ));
            complete = false;
        }
        let first = text.split('.').next().unwrap_or_default();
        if RESERVED.contains(&first) {
            let message = format!("codes that begin with `{first}` are those of the runtime");
            faults.push(Diagnostic::new(codes::RESERVED_CODE, span, message).help("choose another first word"));
        }
    }
    complete.then(|| Denial {
        own_code: code.map(|(code, _)| Arc::from(code)),
        reason: reason.map(|(reason, _)| Arc::from(reason)),
        ..Denial::new(CODE)
    })
}
