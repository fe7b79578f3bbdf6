//! Steps as written, read far enough for lints.

use crate::call::Call;
use crate::effect::Scope;
use crate::expr::Expr;
use crate::node::{Entry, Node, Text, Value};
use crate::parse;
use crate::scan;
use crate::span::Span;

/// How deep steps are read.
const MAX_DEPTH: usize = 64;

/// A step as written.
pub(super) struct Step<'n> {
    pub(super) span: Span,
    pub(super) act: Act<'n>,
}

/// What a step does.
pub(super) enum Act<'n> {
    Deny,
    Taint(String, Scope),
    /// Mints a credential.
    Mint,
    Require(&'n Text, Vec<Expr>),
    When(&'n Text, Expr, Vec<Step<'n>>),
    Sequence(Vec<Step<'n>>),
    /// Anything else, with the steps inside it.
    Other(Vec<Step<'n>>),
}

impl<'n> Step<'n> {
    /// The steps inside it.
    pub(super) fn inner(&self) -> &[Step<'n>] {
        match &self.act {
            Act::Deny | Act::Taint(..) | Act::Mint | Act::Require(..) => &[],
            Act::When(_, _, inner) | Act::Sequence(inner) | Act::Other(inner) => inner,
        }
    }

    /// Its own expressions with the text each was read from.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&'n Text, &Expr)> {
        let (text, exprs) = match &self.act {
            Act::Require(text, exprs) => (Some(*text), exprs.as_slice()),
            Act::When(text, expr, _) => (Some(*text), std::slice::from_ref(expr)),
            Act::Deny | Act::Taint(..) | Act::Mint | Act::Sequence(_) | Act::Other(_) => (None, [].as_slice()),
        };
        text.into_iter().flat_map(move |text| exprs.iter().map(move |expr| (text, expr)))
    }

    /// Whether no step after it runs.
    pub(super) fn ends(&self) -> bool {
        match &self.act {
            Act::Deny => true,
            Act::Sequence(steps) => steps.iter().any(Self::ends),
            Act::Taint(..) | Act::Mint | Act::Require(..) | Act::When(..) | Act::Other(_) => false,
        }
    }
}

impl Step<'_> {
    /// Whether it may deny. What is not read any further may.
    pub(super) fn may_deny(&self) -> bool {
        match &self.act {
            Act::Deny | Act::Require(..) | Act::Other(_) => true,
            Act::Taint(..) | Act::Mint => false,
            Act::When(_, _, inner) | Act::Sequence(inner) => inner.iter().any(Self::may_deny),
        }
    }
}

/// The steps and those inside them, in written order.
pub(super) fn all<'s, 'n>(steps: &'s [Step<'n>]) -> Vec<&'s Step<'n>> {
    steps.iter().flat_map(|step| std::iter::once(step).chain(all(step.inner()))).collect()
}

/// Reads a list of steps.
pub(super) fn list(nodes: &[Node]) -> Vec<Step<'_>> {
    read_list(nodes, 0)
}

fn read_list(nodes: &[Node], depth: usize) -> Vec<Step<'_>> {
    nodes.iter().map(|node| read(node, depth)).collect()
}

fn read(node: &Node, depth: usize) -> Step<'_> {
    let act = match &node.value {
        _ if depth > MAX_DEPTH => None,
        Value::Text(text) => Some(line(text)),
        Value::Map(entries) => Some(map(node, entries, depth)),
        _ => None,
    };
    Step { span: node.span, act: act.unwrap_or(Act::Other(Vec::new())) }
}

fn map<'n>(node: &'n Node, entries: &'n [Entry], depth: usize) -> Act<'n> {
    if let Some(condition) = node.get("when").and_then(Node::text) {
        return when(condition, node.get("do"), depth);
    }
    let mut rest = entries.iter().filter(|entry| entry.key.value != "id");
    match (rest.next(), rest.next()) {
        (Some(only), None) => single(only, depth),
        _ => nested(node, depth),
    }
}

fn single(entry: &Entry, depth: usize) -> Act<'_> {
    match entry.key.value.as_str() {
        "sequential" => Act::Sequence(read_list(entry.value.one_or_many(), depth + 1)),
        "deny" => Act::Deny,
        "delegate" => Act::Mint,
        "parallel" => Act::Other(read_list(entry.value.one_or_many(), depth + 1)),
        _ if matches!(entry.value.value, Value::Map(_)) && is_word(&entry.key.value) => nested(&entry.value, depth),
        _ => when(&entry.key, Some(&entry.value), depth),
    }
}

/// What a decision engine answers may be followed by reactions.
fn nested(node: &Node, depth: usize) -> Act<'_> {
    let reactions = node.entries().iter().filter(|entry| matches!(entry.key.value.as_str(), "on_allow" | "on_deny"));
    let own = reactions.flat_map(|entry| read_list(entry.value.one_or_many(), depth + 1));
    let inside = node.entries().iter().filter(|entry| matches!(entry.value.value, Value::Map(_)));
    let deeper = inside.filter(|_| depth < MAX_DEPTH).map(|entry| nested(&entry.value, depth + 1));
    let deeper = deeper.flat_map(|act| match act {
        Act::Other(steps) => steps,
        _ => Vec::new(),
    });
    Act::Other(own.chain(deeper).collect())
}

fn when<'n>(condition: &'n Text, then: Option<&'n Node>, depth: usize) -> Act<'n> {
    let then = read_list(then.map(Node::one_or_many).unwrap_or_default(), depth + 1);
    let range = scan::trim(&condition.value, 0..condition.value.len());
    match parse::expression(condition, range, &mut Vec::new()) {
        Some(expr) => Act::When(condition, expr, then),
        None => Act::Other(then),
    }
}

fn line(text: &Text) -> Act<'_> {
    read_line(text).unwrap_or(Act::Other(Vec::new()))
}

fn read_line(text: &Text) -> Option<Act<'_>> {
    let range = scan::trim(&text.value, 0..text.value.len());
    let signs = scan::top_level(text, range.clone()).ok()?;
    if let Some(colon) = signs.iter().find(|sign| sign.sign == ':') {
        let left = scan::trim(&text.value, range.start..colon.at);
        let right = scan::trim(&text.value, colon.at + 1..range.end);
        let span = text.span_of(right.clone());
        let then = Step { span, act: effect(text, right).unwrap_or(Act::Other(Vec::new())) };
        let expr = parse::expression(text, left, &mut Vec::new())?;
        return Some(Act::When(text, expr, vec![then]));
    }
    let rest = text.value.get(range.clone())?.strip_prefix("require");
    if rest.is_some_and(|rest| rest.trim_start().starts_with('(')) {
        return Some(Act::Require(text, parse::requirements(text, range, &mut Vec::new())?));
    }
    effect(text, range)
}

fn effect(text: &Text, range: std::ops::Range<usize>) -> Option<Act<'_>> {
    let call = Call::parse(text, range, &mut Vec::new())?;
    match (call.name, call.arguments.as_slice()) {
        ("deny", _) => Some(Act::Deny),
        ("delegate", _) => Some(Act::Mint),
        ("taint", [label]) => Some(Act::Taint(label.value.clone(), Scope::Session)),
        ("taint", [label, scope]) => {
            let scope = if scope.value == "message" { Scope::Message } else { Scope::Session };
            Some(Act::Taint(label.value.clone(), scope))
        }
        _ => None,
    }
}

fn is_word(key: &str) -> bool {
    key.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-'))
}
