//! From an entry of `global.pdp` to the engine.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use crate::config::{KEYS, Settings};
use crate::engine::RegoEngine;

/// The kind that documents name.
pub const KIND: &str = "opa";

/// Makes engines of kind `opa`. Policies and data are read and compiled while building.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpaFactory;

impl Factory for OpaFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config, host)?;
        Ok(Instance::Engine(Arc::new(RegoEngine::new(settings))))
    }
}
