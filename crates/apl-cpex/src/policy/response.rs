//! `response`: what an HTTP host answers a denied caller.

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Value};

use crate::code;

/// A literal HTTP answer that travels with a violation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// HTTP status; none leaves it to the violation's code.
    pub status: Option<u16>,
    /// The body.
    pub body: Option<String>,
    /// Headers in written order.
    pub headers: Vec<(String, String)>,
}

pub(super) fn compile(node: &Node, faults: &mut Vec<Diagnostic>) -> Option<Response> {
    let before = faults.len();
    let response = Response {
        status: node.get("status").and_then(|node| status(node, faults)),
        body: node.get("body").and_then(|node| literal(node, faults)),
        headers: node
            .get("headers")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| Some((entry.key.value.clone(), header(&entry.value, faults)?)))
            .collect(),
    };
    (faults.len() == before).then_some(response)
}

fn status(node: &Node, faults: &mut Vec<Diagnostic>) -> Option<u16> {
    let number = match &node.value {
        Value::Number(number) => number.as_u64().and_then(|status| u16::try_from(status).ok()),
        _ => None,
    };
    let status = number.filter(|status| (400..=599).contains(status));
    if status.is_none() {
        let message = "a denial is answered with a status from 400 to 599";
        faults.push(Diagnostic::new(code::RESPONSE, node.span, message));
    }
    status
}

fn literal(node: &Node, faults: &mut Vec<Diagnostic>) -> Option<String> {
    let text = node.text()?;
    if text.value.contains("${") {
        let message = "a response is literal: `${` is not replaced here";
        faults.push(Diagnostic::new(code::RESPONSE, node.span, message));
        return None;
    }
    Some(text.value.clone())
}

fn header(node: &Node, faults: &mut Vec<Diagnostic>) -> Option<String> {
    let value = literal(node, faults)?;
    if value.contains(['\r', '\n', '\0']) {
        faults.push(Diagnostic::new(code::RESPONSE, node.span, "a header value has no line breaks"));
        return None;
    }
    Some(value)
}
