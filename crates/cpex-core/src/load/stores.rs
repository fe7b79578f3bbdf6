//! The store that `global.session_store` names, made by the factory of its kind. The one in memory needs none.

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Text};
use cpex_orchestration::call_sync;
use cpex_sdk::config::{ConfigFault, PluginConfig};
use cpex_sdk::{Host, Instance, Stores};

use super::instances::{Makers, factory_of, is_refused};
use crate::document::{MEMORY, codes, place_of};

/// Makes the store of a document; none where that is the one in memory, or could not be made. What is wrong is added to
/// `faults`.
pub(super) fn build(root: &Node, makers: Makers<'_>, faults: &mut Vec<Diagnostic>) -> Option<Stores> {
    let entry = root.get("global")?.get("session_store")?;
    let kind = entry.get("kind").and_then(Node::text).filter(|kind| kind.value != MEMORY)?;
    let factory = factory_of(&kind.value, makers.factories)?;
    if is_refused(entry.span, faults) {
        return None;
    }
    let mut config = entry.to_json();
    if let Some(keys) = config.as_object_mut() {
        keys.remove("kind");
    }
    let declaration = PluginConfig { config, ..PluginConfig::new(kind.value.as_str(), kind.value.as_str()) };
    let refuse = |fault: &ConfigFault| makers.files.place(finding(entry, kind, fault), fault);
    match call_sync(|| factory.build(&declaration, makers.host)) {
        Ok(Ok(Instance::Stores(stores))) => {
            let warn = |fault| Diagnostic { code: codes::FORGETFUL_STORE, ..refuse(fault) };
            faults.extend(stores.warnings.iter().map(warn));
            return Some(stores);
        }
        Ok(Ok(_)) => faults.push(refuse(&ConfigFault::at(Vec::new(), "it is no session store"))),
        Ok(Err(refused)) => faults.extend(refused.iter().map(refuse)),
        Err(_) => faults.push(refuse(&ConfigFault::at(Vec::new(), "its factory panicked"))),
    }
    None
}

/// Whether what waits for a person is kept in the store of the document.
pub(super) fn keep_waits(stores: Option<&Stores>) -> bool {
    stores.is_some_and(|stores| stores.elicitations.is_some())
}

/// What the process lends to plugins: the store of the document too, unless what waits for a person is kept elsewhere.
pub(super) fn lend(stores: Option<&Stores>, host: Host, is_kept_elsewhere: bool) -> Host {
    match stores.and_then(|stores| stores.elicitations.clone()).filter(|_| !is_kept_elsewhere) {
        Some(elicitations) => Host { elicitations, ..host },
        None => host,
    }
}

fn finding(entry: &Node, kind: &Text, fault: &ConfigFault) -> Diagnostic {
    let span = if fault.path.is_empty() { kind.span } else { place_of(entry, fault) };
    let finding = Diagnostic::new(codes::CONFIG, span, format!("`{}`: {}", kind.value, fault.text));
    Diagnostic { help: fault.help.clone(), ..finding }
}
