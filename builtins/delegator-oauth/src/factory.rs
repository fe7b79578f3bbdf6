//! From the declaration of a `delegator/oauth` to the delegator.

use std::sync::Arc;

use apl_cmf::Capability;
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance, Uses};

use crate::config::{KEYS, Settings};
use crate::delegator::OAuth;

/// The kind that documents name.
pub const KIND: &str = "delegator/oauth";

/// Makes delegators of kind `delegator/oauth`. The secret is read while building, so that a document whose secret is not
/// there does not load.
#[derive(Clone, Copy, Debug, Default)]
pub struct OAuthFactory;

impl Factory for OAuthFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn uses(&self) -> Option<Uses> {
        Some(Uses { needs: &[Capability::ReadInboundCredentials], may_use: &[] })
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config, host)?;
        let may_read = declaration.capabilities.has(Capability::ReadInboundCredentials);
        Ok(Instance::Delegator(Arc::new(OAuth { settings, may_read })))
    }
}
