//! What a route says it protects.

use std::sync::Arc;

use apl_cmf::EntityKind;
use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node};
use apl_core::span::Span;

use crate::code;
use crate::pattern::Pattern;

/// One name or pattern of one route.
#[derive(Clone, Debug)]
pub(super) struct Selector {
    pub(super) kind: EntityKind,
    pub(super) pattern: Pattern,
    pub(super) server: Option<String>,
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
    let (kind, entry) = written(node, faults)?;
    let server = node.get("server").and_then(Node::text).map(|text| text.value.clone());
    let names = entry.value.one_or_many();
    if names.is_empty() {
        let message = format!("`{}` names nothing, so this route protects nothing", kind.name());
        faults.push(Diagnostic::new(code::SELECTOR, entry.key.span, message));
    }
    let mut shown = Vec::with_capacity(names.len());
    let mut selectors = Vec::with_capacity(names.len());
    for text in names.iter().filter_map(Node::text) {
        shown.push(text.value.as_str());
        match Pattern::parse(&text.value) {
            Ok(pattern) => {
                selectors.push(Selector { kind, pattern, server: server.clone(), route, span: text.span });
            }
            Err(error) => faults.push(Diagnostic::new(code::PATTERN, text.span, error.to_string())),
        }
    }
    let at_server = server.map(|server| format!("@{server}")).unwrap_or_default();
    let key = format!("{}:{}{at_server}", kind.name(), shown.join(",")).into();
    Some(Selection { kind, key, selectors })
}

fn written<'n>(node: &'n Node, faults: &mut Vec<Diagnostic>) -> Option<(EntityKind, &'n Entry)> {
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
