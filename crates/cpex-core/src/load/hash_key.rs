//! The keys values are hashed under, each from the source that `plugin_settings` names.

use apl_core::compile::{DeclaredKey, HashKey};
use apl_core::diagnostic::Diagnostic;
use apl_core::node::Node;
use cpex_sdk::Host;
use cpex_sdk::config::SecretSource;

use super::instances::is_refused;
use crate::document::codes;

/// Reads the key of that name. Why it cannot be had is added to `faults`, unless a mistake in its source is among them.
pub(super) fn read(name: &str, document: &Node, host: &Host, faults: &mut Vec<Diagnostic>) -> DeclaredKey {
    let Some(entry) = document.get("plugin_settings").and_then(|settings| settings.entry(name)) else {
        return DeclaredKey::Absent;
    };
    if is_refused(entry.key.span.to(entry.value.span), faults) {
        return DeclaredKey::Refused;
    }
    known(&entry.value, host).map_or_else(
        |message| {
            faults.push(Diagnostic::new(codes::SECRET, entry.value.span, format!("`{name}`: {message}")));
            DeclaredKey::Refused
        },
        DeclaredKey::Known,
    )
}

fn known(source: &Node, host: &Host) -> Result<HashKey, String> {
    let source = SecretSource::from_config(&source.to_json())?;
    let secret = host.secrets.read(&source).map_err(|error| error.to_string())?;
    HashKey::new(secret.expose().as_bytes())
        .ok_or_else(|| "the secret is empty: give 32 random bytes or more".to_owned())
}
