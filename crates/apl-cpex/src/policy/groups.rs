//! The bundles of policy that routes join.

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Text};

use super::layer::{Compiler, Layer};
use crate::code;

/// The groups of a document, in written order.
#[derive(Debug, Default)]
pub(super) struct Groups<'n>(Vec<(&'n str, Layer)>);

impl<'n> Groups<'n> {
    /// Compiles each group once, joined or not.
    pub(super) fn compile(node: Option<&'n Node>, compiler: &mut Compiler<'_>) -> Self {
        let entries = node.map(Node::entries).unwrap_or_default();
        let group =
            |(name, section): (&'n str, &Node)| (name, compiler.layer(&format!("groups.{name}"), Some(section)));
        Self(entries.iter().map(|entry| (entry.key.value.as_str(), &entry.value)).map(group).collect())
    }

    /// The groups a route joins: those of its `groups` in order, then those its tags name, each once. A name in `groups`
    /// that no group has is a mistake; such a tag is only a tag.
    pub(super) fn joined(&self, route: &Node, faults: &mut Vec<Diagnostic>) -> Vec<&Layer> {
        let mut joined = Vec::new();
        for name in texts(route.get("groups")) {
            match self.index(&name.value) {
                Some(index) => join(&mut joined, index),
                None => {
                    let message = format!("there is no group `{}`", name.value);
                    let known = self.0.iter().map(|(name, _)| *name);
                    faults.push(Diagnostic::new(code::GROUP, name.span, message).nearest(&name.value, known));
                }
            }
        }
        for tag in texts(route.get("meta").and_then(|meta| meta.get("tags"))) {
            if let Some(index) = self.index(&tag.value) {
                join(&mut joined, index);
            }
        }
        joined.into_iter().filter_map(|index| self.0.get(index)).map(|(_, layer)| layer).collect()
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(own, _)| *own == name)
    }
}

fn join(joined: &mut Vec<usize>, index: usize) {
    if !joined.contains(&index) {
        joined.push(index);
    }
}

fn texts(node: Option<&Node>) -> impl Iterator<Item = &Text> {
    node.map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text)
}
