//! Building the declared plugins by the factories of their kinds.

use std::collections::HashMap;
use std::sync::Arc;

use apl_core::diagnostic::{Diagnostic, Severity};
use apl_core::span::Span;
use apl_cpex::Role;
use cpex_orchestration::call_sync;
use cpex_sdk::config::{ConfigFault, PluginMode};
use cpex_sdk::{Factory, Host, Instance};

use crate::document::{NamedFiles, PluginNode, kinds};

/// The factories of all kinds a manager knows.
pub(crate) type Factories = HashMap<String, Arc<dyn Factory>>;

/// What makes plugins and engines of one document.
#[derive(Clone, Copy)]
pub(super) struct Makers<'l> {
    pub(super) factories: &'l Factories,
    pub(super) host: &'l Host,
    /// The files that configs name.
    pub(super) files: &'l NamedFiles,
}

/// What each declared plugin became, by index; none where its mode is `disabled` or it could not be built.
pub(super) fn build(
    plugins: &[PluginNode<'_>],
    makers: Makers<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Option<Instance>> {
    plugins.iter().map(|plugin| build_one(plugin, makers, faults)).collect()
}

/// What policy may name a plugin for.
pub(super) fn role(kind: &str, instance: Option<&Instance>) -> Role {
    match instance {
        Some(Instance::Plugin(_)) => Role::Control,
        Some(Instance::Identity(_)) => Role::Identity,
        Some(Instance::Sink(_)) => Role::Sink,
        Some(Instance::Delegator(_)) => Role::Delegator,
        Some(Instance::Approver(_)) => Role::Approver,
        // It was not built; its kind says what it would have been, so that naming it raises no second fault.
        Some(Instance::Engine(_) | Instance::Stores(_)) | None => kinds::role(kind),
    }
}

/// What one plugin became.
pub(super) fn build_one(plugin: &PluginNode<'_>, makers: Makers<'_>, faults: &mut Vec<Diagnostic>) -> Option<Instance> {
    if plugin.config.mode == PluginMode::Disabled {
        return None;
    }
    let factory = factory_of(&plugin.config.kind, makers.factories)?;
    let config = plugin.node.get("config").map_or(plugin.span, |config| config.span);
    let kind = plugin.node.get("kind").map(|kind| kind.span);
    if is_refused(config, faults) || kind.is_some_and(|kind| is_refused(kind, faults)) {
        return None;
    }
    match call_sync(|| factory.build(&plugin.config, makers.host)) {
        Ok(Ok(Instance::Engine(_))) => {
            let fault = ConfigFault::at(Vec::new(), "it is a decision engine").help("declare it under `global.pdp`");
            faults.push(plugin.fault(&fault));
            None
        }
        Ok(Ok(Instance::Stores(_))) => {
            let fault =
                ConfigFault::at(Vec::new(), "it is a session store").help("declare it as `global.session_store`");
            faults.push(plugin.fault(&fault));
            None
        }
        // What it reads could not be kept from others.
        Ok(Ok(Instance::Identity(resolver))) if call_sync(|| resolver.accepts()).is_err() => {
            let fault = ConfigFault::at(Vec::new(), "it panicked when it was asked what it accepts");
            faults.push(plugin.fault(&fault));
            None
        }
        Ok(Ok(instance)) => Some(instance),
        Err(_) => {
            let fault = ConfigFault::at(Vec::new(), "its factory panicked");
            faults.push(plugin.fault(&fault));
            None
        }
        Ok(Err(refused)) => {
            faults.extend(refused.iter().map(|fault| makers.files.place(plugin.fault(fault), fault)));
            None
        }
    }
}

/// What makes a kind; one may be registered by another of its names.
pub(super) fn factory_of<'f>(kind: &str, factories: &'f Factories) -> Option<&'f dyn Factory> {
    let row = kinds::find(kind);
    let same = || factories.iter().find(|(name, _)| row.is_some() && kinds::find(name) == row).map(|(_, made)| made);
    factories.get(kind).or_else(same).map(|factory| &**factory)
}

/// Whether something at that place is refused already: the factory would refuse it once more, in other words.
pub(super) fn is_refused(place: Span, faults: &[Diagnostic]) -> bool {
    faults.iter().any(|fault| fault.code.severity == Severity::Error && place.holds(fault.span))
}
