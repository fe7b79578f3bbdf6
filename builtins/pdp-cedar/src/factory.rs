//! From an entry of `global.pdp` to the engine.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use crate::config::{self, KEYS};
use crate::engine::CedarEngine;

/// The kind that documents name.
pub const KIND: &str = "cedar-direct";

/// Makes engines of kind `cedar-direct`. Policies, schema and entities are parsed and checked while building, so that a
/// document with a mistake in one of them does not load.
#[derive(Clone, Copy, Debug, Default)]
pub struct CedarFactory;

impl Factory for CedarFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let given = config::read(&declaration.config, host)?;
        Ok(Instance::Engine(Arc::new(CedarEngine::new(given))))
    }
}
