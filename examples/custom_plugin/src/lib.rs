//! A plugin that lets only listed tools be called.
//!
//! It shows all that a plugin of one's own consists of: the plugin, its config with every fault found, its factory, and tests
//! without a runtime. It depends on `cpex-sdk` and on nothing else of CPEX.

use std::collections::BTreeSet;

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, PluginConfig, Shape, check};
use cpex_sdk::{
    Factory, HookHandler, Host, Instance, Plugin, PluginContext, PluginError, PluginInstance, PluginResult,
    PluginViolation, ToolPreInvoke, ToolPreInvokePayload, View, async_trait,
};

/// The kind that documents name.
pub const KIND: &str = "example/tool-allow-list";

/// Lets only these tools be called.
#[derive(Debug)]
pub struct ToolAllowList {
    allowed: BTreeSet<String>,
}

impl Plugin for ToolAllowList {}

#[async_trait]
impl HookHandler<ToolPreInvoke> for ToolAllowList {
    async fn handle(
        &self,
        payload: &ToolPreInvokePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<ToolPreInvokePayload>, PluginError> {
        if self.allowed.contains(&payload.name) {
            return Ok(PluginResult::allow());
        }
        Ok(PluginResult::deny(PluginViolation::new("this tool is not on the list", "tool.not_listed")))
    }
}

/// The keys of its config: load refuses any other, and documentation and schema are made from them.
const KEYS: &[Key] = &[Key::required("allowed_tools", Shape::List(&Shape::Text), "The tools that may be called.")];

impl ToolAllowList {
    /// Reads its config.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn configured(config: &serde_json::Value) -> Result<Self, Vec<ConfigFault>> {
        let root = ConfigNode::root(config);
        let mut faults = check(&root, KEYS);
        let tools = root.get("allowed_tools").map(|list| list.items()).unwrap_or_default();
        for tool in tools.iter().filter(|tool| tool.text() == Some("")) {
            faults.push(tool.fault("a tool has a name").help("name the tool, or remove the element"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self { allowed: tools.iter().filter_map(|tool| tool.text()).map(str::to_owned).collect() })
    }
}

/// Makes plugins of [`KIND`].
#[derive(Clone, Copy, Debug)]
pub struct ToolAllowListFactory;

impl Factory for ToolAllowListFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let plugin = ToolAllowList::configured(&declaration.config)?;
        Ok(Instance::Plugin(PluginInstance::of(plugin).on::<ToolPreInvoke>().build()))
    }
}

#[cfg(test)]
mod tests;
