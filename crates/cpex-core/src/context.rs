//! What plugins keep across the hooks of one request.

use std::collections::HashMap;

use cpex_sdk::{GlobalContext, PluginContext};
use serde_json::{Map, Value as Json};

/// The state of each plugin and what all share, threaded from the hook before an operation to the one after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContextTable {
    pub(crate) global: GlobalContext,
    /// State by plugin index; a plugin that keeps none has no entry.
    states: HashMap<usize, Map<String, Json>>,
}

impl ContextTable {
    pub(crate) fn new(global: GlobalContext) -> Self {
        Self { global, states: HashMap::new() }
    }

    /// Lends the context of a plugin; give it back by [`ContextTable::put`] if its changes count.
    pub(crate) fn take(&mut self, plugin: usize) -> PluginContext {
        let state = self.states.remove(&plugin).unwrap_or_default();
        PluginContext { state, global_context: std::mem::take(&mut self.global) }
    }

    /// A copy of the context of a plugin, for one that runs beside others.
    pub(crate) fn copy(&self, plugin: usize) -> PluginContext {
        let state = self.states.get(&plugin).cloned().unwrap_or_default();
        PluginContext { state, global_context: self.global.clone() }
    }

    pub(crate) fn put(&mut self, plugin: usize, context: PluginContext) {
        self.global = context.global_context;
        if !context.state.is_empty() {
            self.states.insert(plugin, context.state);
        }
    }
}
