//! From the declaration of a `cel` engine, which says nothing, to the engine.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use crate::engine::Engine;

/// The kind that documents name, which is the key of its steps as well.
pub const KIND: &str = "cel";

/// Makes engines of kind `cel`. A document needs no entry for one.
#[derive(Clone, Copy, Debug, Default)]
pub struct CelFactory;

impl Factory for CelFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let engine = Engine::new().map_err(|fault| vec![ConfigFault::at(Vec::new(), fault)])?;
        Ok(Instance::Engine(Arc::new(engine)))
    }
}
