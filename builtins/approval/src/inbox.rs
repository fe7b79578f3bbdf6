//! `elicitation/inbox`: questions that wait for whoever was asked, who lists and answers them over the API of the host.
//!
//! The host authenticates whoever opens the inbox by the document, and the inbox compares: a question is shown to the one who was
//! asked, and answered by nobody else. An identifier means a person only together with who vouches for it, so the approver
//! is to be verified by the issuer that verified the caller, unless the config names another.
//!
//! What it shows of an operation is what the approver needs to judge it, the arguments as they would reach the
//! capability above all. The identifier by which the client goes on is not known here, and credentials are not shown.
//!
//! Questions and answers are in the store that the host lends, so that they are listed and answered at any replica. A question is
//! dropped once it is answered, or its time is over, and the answer with that time.

mod channel;
mod config;
mod kept;

use std::sync::Arc;

use apl_cmf::Capability;
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance, Uses};

use self::channel::Inbox;
use self::config::{KEYS, Settings};

/// The kind that documents name.
pub const INBOX_KIND: &str = "elicitation/inbox";

/// Makes channels of kind `elicitation/inbox`.
#[derive(Clone, Copy, Debug, Default)]
pub struct InboxFactory;

impl Factory for InboxFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn uses(&self) -> Option<Uses> {
        let may_use = &[Capability::ReadClient, Capability::ReadWorkload];
        Some(Uses { needs: &[Capability::ReadSubject], may_use })
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config)?;
        let (name, clock) = (declaration.name.clone(), Arc::clone(&host.clock));
        Ok(Instance::Approver(Arc::new(Inbox { name, settings, clock, store: Arc::clone(&host.elicitations) })))
    }
}

#[cfg(test)]
mod tests;
