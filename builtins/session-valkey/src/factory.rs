//! From `global.session_store` to the store.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::elicitation::ElicitationStore;
use cpex_sdk::{Factory, Host, Instance, Stores};

use crate::config::{KEYS, Settings};
use crate::keys::Keys;
use crate::link::Link;
use crate::sessions::Sessions;
use crate::waits::Waits;

/// The kind that documents name.
pub const KIND: &str = "valkey";

/// Makes stores of kind `valkey`. The password is read while building, so that a document whose password is not there does not
/// load; the server is reached when the document is put in force.
#[derive(Clone, Copy, Debug, Default)]
pub struct ValkeyFactory;

impl Factory for ValkeyFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let Settings { target, times, prefix, ttl, warnings } = Settings::read(&declaration.config, host)?;
        let link = Arc::new(Link::new(target, times));
        let keys = Keys::new(&prefix);
        let waits = Waits { link: Arc::clone(&link), keys: keys.clone(), clock: Arc::clone(&host.clock) };
        let sessions = Sessions { link, keys, ttl };
        let elicitations: Arc<dyn ElicitationStore> = Arc::new(waits);
        Ok(Instance::Stores(Stores { sessions: Arc::new(sessions), elicitations: Some(elicitations), warnings }))
    }
}
