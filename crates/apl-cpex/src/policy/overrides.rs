//! `plugins` of a layer: declared plugins, changed for the operations under it.

use std::collections::HashMap;
use std::fmt;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Text, Value};

use crate::code;
use crate::declared::Declarations;

/// A declared plugin as some layers change it.
pub struct Override {
    /// Its index among the declared plugins.
    pub plugin: usize,
    /// Its name, where the first of those layers names it.
    pub name: Text,
    /// What that layer writes of it.
    pub node: Node,
}

impl fmt::Debug for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its config may hold secrets.
        f.debug_struct("Override").field("plugin", &self.name.value).finish_non_exhaustive()
    }
}

/// How a layer has a declared plugin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changed {
    plugin: usize,
    /// Its index among all overrides; none for one that says nothing, which is the plugin as it is declared.
    to: Option<usize>,
}

/// The overrides of all layers; those that change one plugin alike are one.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    all: Vec<Override>,
    known: HashMap<(usize, String), usize>,
}

impl Overrides {
    /// Reads the `plugins` of one layer.
    pub(super) fn read(
        &mut self,
        node: &Node,
        declared: &Declarations,
        faults: &mut Vec<Diagnostic>,
    ) -> Box<[Changed]> {
        let mut changed = Vec::new();
        for entry in node.entries() {
            match declared.overridable(&entry.key.value) {
                Ok(plugin) => changed.push(Changed { plugin, to: self.take(plugin, &entry.key, &entry.value) }),
                Err(unresolved) => {
                    let fault = Diagnostic::new(code::OVERRIDE, entry.key.span, unresolved.message);
                    faults.push(Diagnostic { help: unresolved.help, ..fault });
                }
            }
        }
        changed.into()
    }

    pub(super) fn into_all(self) -> Vec<Override> {
        self.all
    }

    fn take(&mut self, plugin: usize, name: &Text, node: &Node) -> Option<usize> {
        if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
            return None;
        }
        let next = self.all.len();
        let index = *self.known.entry((plugin, node.to_json().to_string())).or_insert(next);
        if index == next {
            self.all.push(Override { plugin, name: name.clone(), node: node.clone() });
        }
        Some(index)
    }
}

/// What is in force under layers, the most general first: of each plugin, what the most specific layer that names it says,
/// whole. Pairs of a declared plugin and an override.
pub(super) fn in_force<'l>(layers: impl Iterator<Item = &'l [Changed]>) -> Box<[(usize, usize)]> {
    let mut latest: Vec<Changed> = Vec::new();
    for changed in layers.flatten() {
        match latest.iter_mut().find(|earlier| earlier.plugin == changed.plugin) {
            Some(earlier) => *earlier = *changed,
            None => latest.push(*changed),
        }
    }
    latest.into_iter().filter_map(|Changed { plugin, to }| Some((plugin, to?))).collect()
}
