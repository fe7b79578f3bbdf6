//! From the declaration of a `delegator/biscuit` to the delegator.

use std::sync::Arc;

use apl_cmf::Capability;
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance, Uses};

use crate::config::{KEYS, Settings};
use crate::delegator::Attenuator;

/// The kind that documents name.
pub const KIND: &str = "delegator/biscuit";

/// Makes delegators of kind `delegator/biscuit`. The root key is read while building, so that a document whose key is not
/// there does not load.
#[derive(Clone, Copy, Debug, Default)]
pub struct BiscuitFactory;

impl Factory for BiscuitFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn uses(&self) -> Option<Uses> {
        Some(Uses {
            needs: &[Capability::ReadInboundCredentials],
            may_use: &[Capability::ReadSubject, Capability::ReadClient, Capability::ReadWorkload],
        })
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config, host)?;
        Ok(Instance::Delegator(Arc::new(Attenuator { settings, clock: Arc::clone(&host.clock) })))
    }
}
