//! From the declaration of a validator to the plugin.

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance, Uses};

use crate::config::{INJECTION_KEYS, PII_KEYS, read_injection, read_pii};
use crate::validator::{Validator, Words};

/// The kind that documents name for personal data.
pub const PII_KIND: &str = "validator/pii-scan";

/// The kind that documents name for text that tries to instruct a model.
pub const INJECTION_KIND: &str = "validator/injection-scan";

const PII: Words = Words { what: "personal data", found: "pii.found", unreadable: "pii.unreadable" };

const INJECTION: Words =
    Words { what: "text that instructs the model", found: "injection.found", unreadable: "injection.unreadable" };

/// They read the payload and nothing beside it.
const NOTHING: Uses = Uses { needs: &[], may_use: &[] };

/// Makes plugins of kind `validator/pii-scan`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PiiFactory;

impl Factory for PiiFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(PII_KEYS)
    }

    fn uses(&self) -> Option<Uses> {
        Some(NOTHING)
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let (scanner, mode) = read_pii(declaration)?;
        Ok(Instance::Plugin(Validator { detector: Box::new(scanner), mode, words: &PII }.instance()))
    }
}

/// Makes plugins of kind `validator/injection-scan`.
#[derive(Clone, Copy, Debug, Default)]
pub struct InjectionFactory;

impl Factory for InjectionFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(INJECTION_KEYS)
    }

    fn uses(&self) -> Option<Uses> {
        Some(NOTHING)
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let (scanner, mode) = read_injection(declaration)?;
        Ok(Instance::Plugin(Validator { detector: Box::new(scanner), mode, words: &INJECTION }.instance()))
    }
}
