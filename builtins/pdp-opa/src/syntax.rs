//! The tree of a policy, as the engine shows it: JSON in which every node is an object with one member, its kind.
//!
//! The engine lends its tree in no other form. Whoever walks it meets what is asked of it by [`see`] and looks past the rest.

use serde_json::Value as Json;

/// A part of a tree that says what a rule depends on.
pub(crate) enum Seen<'t> {
    /// A reference that is no name of a function.
    Reference(Reference<'t>),
    /// A call.
    Call { function: Reference<'t>, arguments: &'t [Json] },
    /// A value is looked for in a collection: `some x in y`, or an index that is no literal.
    Loop,
    /// `with` replaces something.
    With { offset: usize },
}

/// A variable, and what is taken of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'t> {
    /// The variable.
    pub(crate) root: &'t str,
    /// The names that follow it, up to the first that is computed.
    pub(crate) names: Vec<&'t str>,
    /// Whether none is computed.
    pub(crate) is_fixed: bool,
    /// Byte offset of the variable.
    pub(crate) offset: usize,
}

impl Reference<'_> {
    /// The variable and the names after it, with dots between.
    pub(crate) fn dotted(&self) -> String {
        let mut dotted = self.root.to_owned();
        for name in &self.names {
            dotted.push('.');
            dotted.push_str(name);
        }
        dotted
    }
}

/// Shows every reference, call, loop and `with` in a part of a tree, outer before inner.
pub(crate) fn see<'t>(node: &'t Json, sight: &mut impl FnMut(Seen<'t>)) {
    let members = match node {
        Json::Object(members) => members,
        Json::Array(nodes) => return nodes.iter().for_each(|node| see(node, sight)),
        _ => return,
    };
    for (kind, node) in members {
        match kind.as_str() {
            "span" => {}
            "Var" | "RefDot" | "RefBrack" => see_chain(members_of(kind, node), sight),
            "Call" => see_call(node, sight),
            "SomeIn" | "Every" => {
                sight(Seen::Loop);
                see(node, sight);
            }
            "with_mods" => {
                if let Some(first) = node.get(0) {
                    sight(Seen::With { offset: offset(first) });
                }
                see(node, sight);
            }
            _ => see(node, sight),
        }
    }
}

/// The reference that a node is, if it is one.
pub(crate) fn reference(node: &Json) -> Option<Reference<'_>> {
    let (kind, node) = only_member(node)?;
    chain(members_of(kind, node)).0
}

/// The variables that a pattern binds.
pub(crate) fn variables<'t>(pattern: &'t Json, bind: &mut impl FnMut(&'t str)) {
    match pattern {
        Json::Object(members) => members.iter().for_each(|(kind, node)| match kind.as_str() {
            "Var" => node.get("value").and_then(Json::as_str).into_iter().for_each(&mut *bind),
            "RefDot" | "RefBrack" | "Call" | "span" => {}
            _ => variables(node, bind),
        }),
        Json::Array(nodes) => nodes.iter().for_each(|node| variables(node, bind)),
        _ => {}
    }
}

/// The byte offset at which a node begins.
pub(crate) fn offset(node: &Json) -> usize {
    let start = node.get("span").and_then(|span| span.get("start")).and_then(Json::as_u64);
    start.and_then(|start| usize::try_from(start).ok()).unwrap_or_default()
}

/// How many objects and lists of a part of a tree stand within one another.
pub(crate) fn depth(node: &Json) -> usize {
    match node {
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        Json::Array(nodes) => 1 + nodes.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// A node by its kind.
#[derive(Clone, Copy)]
struct Node<'t> {
    kind: &'t str,
    content: &'t Json,
}

const fn members_of<'t>(kind: &'t str, content: &'t Json) -> Node<'t> {
    Node { kind, content }
}

fn only_member(node: &Json) -> Option<(&str, &Json)> {
    node.as_object()?.iter().next().map(|(kind, node)| (kind.as_str(), node))
}

fn see_chain<'t>(node: Node<'t>, sight: &mut impl FnMut(Seen<'t>)) {
    let (reference, others) = chain(node);
    if let Some(reference) = reference {
        sight(Seen::Reference(reference));
    }
    see_others(&others, sight);
}

fn see_call<'t>(call: &'t Json, sight: &mut impl FnMut(Seen<'t>)) {
    let arguments = call.get("params").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let function = call.get("fcn").and_then(only_member).map(|(kind, node)| chain(members_of(kind, node)));
    if let Some((Some(function), others)) = function {
        sight(Seen::Call { function, arguments });
        see_others(&others, sight);
    }
    arguments.iter().for_each(|argument| see(argument, sight));
}

fn see_others<'t>(others: &[Other<'t>], sight: &mut impl FnMut(Seen<'t>)) {
    for other in others {
        match other {
            Other::Index(index) => {
                sight(Seen::Loop);
                see(index, sight);
            }
            Other::Root(root) => see(root, sight),
        }
    }
}

/// What stands in a chain beside names.
enum Other<'t> {
    /// An index that is computed.
    Index(&'t Json),
    /// What is no variable at the root of the chain.
    Root(&'t Json),
}

/// From the last part of a chain to its root, without recursion: chains are long.
fn chain<'t>(mut node: Node<'t>) -> (Option<Reference<'t>>, Vec<Other<'t>>) {
    let (mut names, mut others) = (Vec::new(), Vec::new());
    loop {
        let before = match node.kind {
            "RefDot" => {
                names.push(node.content.get("field").and_then(|field| field.get(1)).and_then(Json::as_str));
                node.content.get("refr")
            }
            "RefBrack" => {
                let index = node.content.get("index");
                let name = index.and_then(literal);
                if let (None, Some(index)) = (name, index) {
                    others.push(Other::Index(index));
                }
                names.push(name);
                node.content.get("refr")
            }
            _ => break,
        };
        let Some((before, (kind, content))) = before.and_then(|before| Some((before, only_member(before)?))) else {
            return (None, others);
        };
        if !matches!(kind, "Var" | "RefDot" | "RefBrack") {
            others.push(Other::Root(before));
            return (None, others);
        }
        node = members_of(kind, content);
    }
    let root = node.content.get("value").and_then(Json::as_str);
    let is_fixed = names.iter().all(Option::is_some);
    let names = names.into_iter().rev().map_while(|name| name).collect();
    (root.map(|root| Reference { root, names, is_fixed, offset: offset(node.content) }), others)
}

/// The text that an index is written as, if it is one.
fn literal(index: &Json) -> Option<&str> {
    let (kind, node) = only_member(index)?;
    if !matches!(kind, "String" | "RawString") {
        return None;
    }
    node.get("value").and_then(Json::as_str)
}
