//! Building the declared plugins by the factories of their kinds.

use std::collections::HashMap;
use std::sync::Arc;

use apl_core::diagnostic::Diagnostic;
use apl_cpex::Role;
use cpex_orchestration::call_sync;
use cpex_sdk::config::{ConfigFault, PluginMode};
use cpex_sdk::{Factory, Host, Instance};

use crate::document::{PluginNode, kinds};

/// The factories of all kinds a manager knows.
pub(crate) type Factories = HashMap<String, Arc<dyn Factory>>;

/// What each declared plugin became, by index; none where its mode is `disabled` or it could not be built.
pub(super) fn build(
    plugins: &[PluginNode<'_>],
    factories: &Factories,
    host: &Host,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Option<Instance>> {
    plugins.iter().map(|plugin| build_one(plugin, factories, host, faults)).collect()
}

/// What policy may name a plugin for.
pub(super) fn role(kind: &str, instance: Option<&Instance>) -> Role {
    match instance {
        Some(Instance::Plugin(_)) => Role::Control,
        Some(Instance::Identity(_)) => Role::Identity,
        Some(Instance::Sink(_)) => Role::Sink,
        Some(Instance::Delegator(_)) => Role::Delegator,
        Some(Instance::Approver(_)) => Role::Approver,
        // It was not built; its kind says what it would have been, so that naming it raises no second fault.
        Some(Instance::Engine(_)) | None => kinds::role(kind),
    }
}

/// What one plugin became.
pub(super) fn build_one(
    plugin: &PluginNode<'_>,
    factories: &Factories,
    host: &Host,
    faults: &mut Vec<Diagnostic>,
) -> Option<Instance> {
    if plugin.config.mode == PluginMode::Disabled {
        return None;
    }
    let factory = factories.get(&plugin.config.kind)?;
    // What the table of keys refused already would be refused once more by the factory, in other words.
    let config = plugin.node.get("config").map_or(plugin.span, |config| config.span);
    if faults.iter().any(|fault| config.holds(fault.span)) {
        return None;
    }
    match call_sync(|| factory.build(&plugin.config, host)) {
        Ok(Ok(Instance::Engine(_))) => {
            let fault = ConfigFault::at(Vec::new(), "it is a decision engine").help("declare it under `global.pdp`");
            faults.push(plugin.fault(&fault));
            None
        }
        Ok(Ok(instance)) => Some(instance),
        Err(_) => {
            let fault = ConfigFault::at(Vec::new(), "its factory panicked");
            faults.push(plugin.fault(&fault));
            None
        }
        Ok(Err(refused)) => {
            faults.extend(refused.iter().map(|fault| plugin.fault(fault)));
            None
        }
    }
}
