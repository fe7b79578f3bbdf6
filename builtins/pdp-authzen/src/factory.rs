//! From the entry of an `authzen` under `global.pdp` to the engine.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use crate::config::{KEYS, read};

/// The kind that documents name.
pub const KIND: &str = "authzen";

/// Makes engines of kind `authzen`. The secret is read while building, so that a document whose secret is not there does not
/// load.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuthZenFactory;

impl Factory for AuthZenFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        read(&declaration.config, host).map(|engine| Instance::Engine(Arc::new(engine)))
    }
}
