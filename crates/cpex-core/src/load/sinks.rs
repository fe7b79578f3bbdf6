//! What audit sinks want of records, and the key that digests take.

use apl_core::compile::{DeclaredKey, HashKey};
use apl_core::diagnostic::Diagnostic;
use apl_core::node::Node;
use cpex_orchestration::call_sync;
use cpex_sdk::config::ConfigFault;
use cpex_sdk::{Host, Instance};

use super::hash_key;
use crate::document::{PluginNode, codes};

/// The key of digests. Sinks that write digests without one are refused, and a key that no sink has a use for is warned of.
pub(super) fn audit_key(
    plugins: &[PluginNode<'_>],
    built: &[Option<Instance>],
    document: &Node,
    host: &Host,
    faults: &mut Vec<Diagnostic>,
) -> Option<HashKey> {
    let key = hash_key::read("audit_key", document, host, faults);
    let sinks: Vec<_> = plugins.iter().zip(built).filter_map(|(plugin, built)| wants(plugin, built, faults)).collect();
    match &key {
        DeclaredKey::Absent => {
            for (plugin, _) in sinks.iter().filter(|(_, wants)| wants.digests.any()) {
                let message = format!("plugin `{}` writes digests, and there is no key for them", plugin.config.name);
                let help = "name one, as in `plugin_settings: { audit_key: { kind: env_var, name: AUDIT_KEY } }`";
                faults.push(Diagnostic::new(codes::MISSING_KEY, plugin.span, message).help(help));
            }
        }
        DeclaredKey::Refused => {}
        DeclaredKey::Known(_) if sinks.iter().any(|(_, wants)| wants.digests.any() || wants.replay.is_some()) => {}
        DeclaredKey::Known(_) => {
            let entry = document.get("plugin_settings").and_then(|settings| settings.entry("audit_key"));
            let fault = entry.map(|entry| {
                let message = "nothing is hashed under `audit_key`: no audit sink writes digests";
                let help = "remove it, or give a sink `digests: [args, result]`";
                Diagnostic::new(codes::UNUSED_SECRET, entry.key.span, message).help(help)
            });
            faults.extend(fault);
        }
    }
    match key {
        DeclaredKey::Known(key) => Some(key),
        DeclaredKey::Absent | DeclaredKey::Refused => None,
    }
}

/// What a plugin wants of records, if it is a sink.
fn wants<'p, 'd>(
    plugin: &'p PluginNode<'d>,
    built: &Option<Instance>,
    faults: &mut Vec<Diagnostic>,
) -> Option<(&'p PluginNode<'d>, cpex_sdk::audit::Wants)> {
    let Some(Instance::Sink(sink)) = built else { return None };
    match call_sync(|| sink.wants()) {
        Ok(wants) => Some((plugin, wants)),
        Err(_) => {
            let fault = ConfigFault::at(Vec::new(), "it panicked when it was asked what it wants of records");
            faults.push(plugin.fault(&fault));
            None
        }
    }
}
