//! From the declaration of an `audit/logger` to the sink.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use crate::config::{KEYS, Settings};
use crate::log::Logs;
use crate::logger::Logger;
use crate::writer::Writer;

/// The kind that documents name.
pub const KIND: &str = "audit/logger";

/// Makes sinks of kind `audit/logger`. Each sink it makes begins a stream of its own; those that name one file share it.
#[derive(Clone, Debug, Default)]
pub struct LoggerFactory {
    logs: Logs,
}

impl Factory for LoggerFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config, host)?;
        let (queue, wants) = (settings.queue, settings.wants.clone());
        Ok(Instance::Sink(Arc::new(Logger::new(Writer::new(settings, host, &self.logs), queue, wants))))
    }
}
