//! From the declaration of an `identity/jwt` to the resolver.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use crate::config::{KEYS, Settings};
use crate::resolver::Resolver;

/// The kind that documents name.
pub const KIND: &str = "identity/jwt";

/// Makes identity resolvers of kind `identity/jwt`. Keys are read while building, so that a document with an unreadable key
/// does not load.
#[derive(Clone, Copy, Debug, Default)]
pub struct JwtFactory;

impl Factory for JwtFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config, host)?;
        Ok(Instance::Identity(Arc::new(Resolver::new(settings, Arc::clone(&host.clock)))))
    }
}
