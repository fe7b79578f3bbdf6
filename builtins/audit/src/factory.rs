//! From the declaration of an `audit/logger` to the sink.

use std::sync::Arc;

use cpex_sdk::audit::Id;
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use crate::config::{KEYS, Settings};
use crate::logger::Logger;

/// The kind that documents name.
pub const KIND: &str = "audit/logger";

/// Makes sinks of kind `audit/logger`. Each sink it makes begins a stream of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoggerFactory;

impl Factory for LoggerFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config)?;
        let stream = Id(host.ids.next());
        Ok(Instance::Sink(Arc::new(Logger::new(settings, &host.directory, stream))))
    }
}
