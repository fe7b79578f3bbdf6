//! Plugins that were registered in code: made by the host, and kept over documents.

use std::sync::Arc;
use std::time::Duration;

use apl_cpex::{Declaration, Role};
use cpex_sdk::Instance;
use cpex_sdk::config::{PluginConfig, PluginMode};

use crate::life::Life;
use crate::own::OwnHooks;
use crate::snapshot::Control;

/// One plugin that was registered in code, and how.
pub(crate) struct Registration {
    config: PluginConfig,
    /// None where its mode is `disabled`.
    life: Option<Arc<Life>>,
}

impl Registration {
    /// A plugin under a declaration that was checked.
    pub(crate) fn new(config: PluginConfig, instance: Instance) -> Self {
        let life = (config.mode != PluginMode::Disabled).then(|| Life::new(instance));
        Self { config, life }
    }

    pub(crate) fn name(&self) -> &str {
        &self.config.name
    }

    pub(crate) const fn config(&self) -> &PluginConfig {
        &self.config
    }

    /// Whether its hooks call it, as far as policy does not place it.
    pub(crate) fn runs_by_hooks(&self, own: &OwnHooks) -> bool {
        let PluginConfig { mode, on_demand, hooks, .. } = &self.config;
        *mode != PluginMode::Disabled && !on_demand && hooks.iter().any(|hook| own.dispatch(hook))
    }

    /// What policy may name it for.
    pub(crate) fn declaration(&self) -> Declaration {
        Declaration {
            name: self.config.name.clone(),
            role: Role::Control,
            disabled: self.config.mode == PluginMode::Disabled,
            may_modify: self.config.mode.may_modify(),
        }
    }

    /// The plugin as one document has it: whether an error turned it off is forgotten with the document.
    pub(crate) fn control(&self, default_timeout: Duration) -> Control {
        Control::registered(self.config.clone(), self.life.clone(), default_timeout)
    }

    /// Whether a control is of this plugin.
    pub(crate) fn is_of(&self, control: &Control) -> bool {
        control.is_registered
            && !control.is_gone()
            && match (&self.life, &control.life) {
                (Some(own), Some(other)) => Arc::ptr_eq(own, other),
                (None, None) => *control.name == *self.config.name,
                (Some(_), None) | (None, Some(_)) => false,
            }
    }
}
