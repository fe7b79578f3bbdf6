//! Building the plugins that layers change.

use std::sync::Arc;
use std::time::Duration;

use apl_core::diagnostic::Diagnostic;
use apl_cpex::Override;
use apl_cpex::code::OVERRIDE;
use cpex_sdk::Instance;
use cpex_sdk::config::{ConfigFault, PluginConfig};

use super::instances::{self, Makers};
use crate::document::PluginNode;
use crate::snapshot::Control;

/// A plugin as some layers change it.
pub(super) struct Overridden {
    config: PluginConfig,
    instance: Option<Instance>,
    /// Whether the instance is that of the declared plugin.
    is_shared: bool,
}

/// What each override became, by index. One with a config is an instance of its own; any other is the declared one, under
/// another `on_error` or with fewer capabilities.
pub(super) fn build(
    overrides: &[Override],
    plugins: &[PluginNode<'_>],
    built: &[Option<Instance>],
    makers: Makers<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Overridden> {
    let one = |changed: &Override| {
        let (Some(plugin), Some(declared)) = (plugins.get(changed.plugin), built.get(changed.plugin)) else {
            let message = format!("plugin `{}` is registered in code, where no layer changes it", changed.name.value);
            let help = "register it once more under another name, as this layer needs it";
            faults.push(Diagnostic::new(OVERRIDE, changed.name.span, message).help(help));
            return None;
        };
        let node = plugin.overridden(&changed.name, &changed.node, faults);
        if changed.node.get("config").is_none() {
            return Some(Overridden { config: node.config, instance: declared.clone(), is_shared: true });
        }
        let instance = instances::build_one(&node, makers, faults);
        let role = |instance| instances::role(&node.config.kind, Some(instance));
        if let (Some(own), Some(declared)) = (&instance, declared)
            && role(own) != role(declared)
        {
            let fault = ConfigFault::at(Vec::new(), "with this config it is a plugin of another sort");
            faults.push(node.fault(&fault));
        }
        Some(Overridden { config: node.config, instance, is_shared: false })
    };
    overrides.iter().filter_map(one).collect()
}

/// The controls of them, each by its index.
pub(super) fn into_controls(overridden: Vec<Overridden>, default_timeout: Duration) -> Vec<Arc<Control>> {
    overridden.into_iter().map(|one| Arc::new(one.into_control(default_timeout))).collect()
}

impl Overridden {
    fn into_control(self, default_timeout: Duration) -> Control {
        let control = Control::new(self.config, self.instance, default_timeout);
        if self.is_shared { control.sharing() } else { control }
    }
}
