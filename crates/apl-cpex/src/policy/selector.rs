//! What a route says it protects.

use std::sync::Arc;

use apl_cmf::EntityKind;
use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Text, Value};
use apl_core::span::Span;

use super::http;
use super::names::{self, Names, fault};
use crate::code;
use crate::pattern::Pattern;

/// One name or pattern of one route.
#[derive(Clone, Debug)]
pub(super) struct Selector {
    pub(super) kind: EntityKind,
    pub(super) pattern: Pattern,
    pub(super) server: Option<String>,
    /// The methods it is narrowed to, each once; none for every method.
    pub(super) methods: Arc<[String]>,
    pub(super) route: usize,
    pub(super) span: Span,
}

/// All selectors of one route, and what the route is called after them.
#[derive(Debug)]
pub(super) struct Selection {
    pub(super) kind: EntityKind,
    /// `<entity>:<selector>` with `@<server>` where one is given.
    pub(super) key: Arc<str>,
    pub(super) selectors: Vec<Selector>,
}

/// Reads the selectors of the route of that index; none where it does not say by exactly one key what it protects.
pub(super) fn read(route: usize, node: &Node, faults: &mut Vec<Diagnostic>) -> Option<Selection> {
    let (kind, entry) = entity(node, faults)?;
    let server = node.get("server").and_then(Node::text).map(|text| text.value.clone());
    let (Names { patterns, shown }, methods) = match (kind, &entry.value.value) {
        (EntityKind::Http, Value::Map(_)) => http::read(entry, faults),
        (EntityKind::Http, _) => (names::read(entry, http::path, faults), Vec::new()),
        (EntityKind::Agent, _) => (names::read(entry, agent, faults), Vec::new()),
        _ => (names::read(entry, name, faults), Vec::new()),
    };
    let methods: Arc<[String]> = methods.into();
    let selector = |(span, pattern)| {
        let (server, methods) = (server.clone(), Arc::clone(&methods));
        Selector { kind, pattern, server, methods, route, span }
    };
    let selectors = patterns.into_iter().map(selector).collect();
    let at_server = server.as_ref().map(|server| format!("@{server}")).unwrap_or_default();
    let key = format!("{}:{shown}{at_server}", kind.name()).into();
    Some(Selection { kind, key, selectors })
}

fn name(text: &Text) -> Result<Pattern, Diagnostic> {
    Pattern::parse(&text.value).map_err(|error| fault(text, error))
}

/// An agent is meant with every method of it, unless one is written.
fn agent(text: &Text) -> Result<Pattern, Diagnostic> {
    Pattern::of_first_segment(&text.value).map_err(|error| fault(text, error))
}

fn entity<'n>(node: &'n Node, faults: &mut Vec<Diagnostic>) -> Option<(EntityKind, &'n Entry)> {
    let mut written = EntityKind::ALL.into_iter().filter_map(|kind| Some((kind, node.entry(kind.name())?)));
    match (written.next(), written.next()) {
        (None, _) => {
            let message = "this route does not say what it protects";
            faults.push(Diagnostic::new(code::SELECTOR, node.span, message).help("add `tool: <name>`"));
            None
        }
        (Some(one), None) => Some(one),
        (Some(_), Some((_, second))) => {
            let message = "a route has exactly one selector";
            let help = "make a route of its own for each kind of entity";
            faults.push(Diagnostic::new(code::SELECTOR, second.key.span, message).help(help));
            None
        }
    }
}
