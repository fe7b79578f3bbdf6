//! From the declaration of an `elicitation/ciba` to the channel.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance, Uses};

use super::channel::Ciba;
use super::config::{KEYS, Settings};

/// The kind that documents name.
pub const CIBA_KIND: &str = "elicitation/ciba";

/// Makes channels of kind `elicitation/ciba`. The secret is read while building, so that a document whose secret is not
/// there does not load.
#[derive(Clone, Copy, Debug, Default)]
pub struct CibaFactory;

impl Factory for CibaFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn uses(&self) -> Option<Uses> {
        Some(Uses { needs: &[], may_use: &[] })
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config, host)?;
        Ok(Instance::Approver(Arc::new(Ciba::new(settings, host))))
    }
}
