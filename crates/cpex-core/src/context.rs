//! What plugins keep across the hooks of one request.

use std::sync::Arc;

use cpex_sdk::{GlobalContext, PluginContext};
use serde_json::{Map, Value as Json};

/// The state of each plugin and what all share, threaded from the hook before an operation to the one after it. It holds
/// nothing until a plugin is asked or the host shares something.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContextTable(Option<Box<Contexts>>);

#[derive(Clone, Debug, Default)]
struct Contexts {
    global: GlobalContext,
    /// State by the name of the plugin, which stays over documents; a plugin that keeps none has no entry.
    states: Vec<(Arc<str>, Map<String, Json>)>,
}

impl ContextTable {
    pub(crate) fn new(global: GlobalContext) -> Self {
        if global == GlobalContext::default() {
            return Self::default();
        }
        Self(Some(Box::new(Contexts { global, states: Vec::new() })))
    }

    /// What plugins kept of the request so far, under what the host shares now, if it shares anything.
    pub(crate) fn continued(kept: Option<Self>, global: GlobalContext) -> Self {
        let mut table = match kept {
            Some(table) if table.0.is_some() => table,
            Some(_) | None => return Self::new(global),
        };
        if global != GlobalContext::default()
            && let Some(contexts) = &mut table.0
        {
            contexts.global = global;
        }
        table
    }

    /// What all plugins share; none where the host shares nothing.
    pub(crate) fn global(&self) -> Option<&GlobalContext> {
        self.0.as_deref().map(|contexts| &contexts.global)
    }

    /// Lends the context of a plugin; give it back by [`ContextTable::put`] if its changes count.
    pub(crate) fn take(&mut self, plugin: &str) -> PluginContext {
        let Some(contexts) = &mut self.0 else { return PluginContext::default() };
        let at = contexts.states.iter().position(|(name, _)| **name == *plugin);
        let state = at.map(|at| contexts.states.swap_remove(at).1).unwrap_or_default();
        PluginContext { state, global_context: std::mem::take(&mut contexts.global) }
    }

    /// A copy of the context of a plugin, for one that runs beside others.
    pub(crate) fn copy(&self, plugin: &str) -> PluginContext {
        let Some(contexts) = &self.0 else { return PluginContext::default() };
        let state = contexts.states.iter().find(|(name, _)| **name == *plugin).map(|(_, state)| state.clone());
        PluginContext { state: state.unwrap_or_default(), global_context: contexts.global.clone() }
    }

    /// Keeps what a plugin left in its context.
    pub(crate) fn put(&mut self, plugin: &Arc<str>, context: PluginContext) {
        let PluginContext { state, global_context } = context;
        if self.0.is_none() && state.is_empty() && global_context == GlobalContext::default() {
            return;
        }
        let contexts = self.0.get_or_insert_default();
        contexts.global = global_context;
        contexts.states.retain(|(name, _)| name != plugin);
        if !state.is_empty() {
            contexts.states.push((Arc::clone(plugin), state));
        }
    }

    /// Takes over what plugins left in a copy of this table that ran beside it.
    pub(crate) fn merge(&mut self, branch: Self) {
        let Some(contexts) = branch.0 else { return };
        let Contexts { global, states } = *contexts;
        let own = self.0.get_or_insert_default();
        own.global = global;
        for (plugin, state) in states {
            own.states.retain(|(name, _)| *name != plugin);
            own.states.push((plugin, state));
        }
    }
}
