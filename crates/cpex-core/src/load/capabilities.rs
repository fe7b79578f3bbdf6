//! Capabilities that a plugin is granted and makes nothing of, and those it needs and is not granted.

use apl_cmf::Capability;
use apl_core::Party;
use apl_core::diagnostic::Diagnostic;
use apl_core::node::Node;
use apl_cpex::{Plan, Policy};
use cpex_orchestration::call_sync;
use cpex_sdk::{Instance, Uses};

use super::instances::{Factories, factory_of};
use crate::document::{PluginNode, codes};

/// What is made of capabilities by what nothing is shown through them.
const NOTHING: Uses = Uses { needs: &[], may_use: &[] };

/// Adds what is granted in vain and what is missing. Of a plugin that does not say what it uses, nothing is said.
pub(super) fn check(
    plugins: &[PluginNode<'_>],
    built: &[Option<Instance>],
    factories: &Factories,
    policy: &Policy,
    faults: &mut Vec<Diagnostic>,
) {
    for (index, (plugin, instance)) in plugins.iter().zip(built).enumerate() {
        let uses = match instance {
            Some(Instance::Identity(_) | Instance::Sink(_)) => Some(NOTHING),
            Some(Instance::Plugin(_) | Instance::Delegator(_) | Instance::Approver(_)) => {
                factory_of(&plugin.config.kind, factories).and_then(|factory| call_sync(|| factory.uses()).ok()?)
            }
            Some(Instance::Engine(_) | Instance::Stores(_)) | None => None,
        };
        if let Some(uses) = uses {
            let is_for_nobody = matches!(instance, Some(Instance::Delegator(_))) && mints_for_nobody(index, policy);
            judge(plugin, uses, is_for_nobody.then_some(Capability::ReadInboundCredentials), faults);
        }
    }
}

/// Whether policy has a delegator mint, and only for this process itself: what callers came with is then of no use to it.
fn mints_for_nobody(index: usize, policy: &Policy) -> bool {
    let of_plugin = || policy.plans().iter().flat_map(Plan::delegations).filter(|made| made.index == index);
    of_plugin().next().is_some() && of_plugin().all(|made| made.subject == Party::ThisWorkload && made.actor.is_none())
}

/// `excused` is what the plugin does without here, although others of its kind need it.
fn judge(plugin: &PluginNode<'_>, uses: Uses, excused: Option<Capability>, faults: &mut Vec<Diagnostic>) {
    let name = &plugin.config.name;
    let granted = plugin.node.get("capabilities").map(Node::one_or_many).unwrap_or_default();
    for text in granted.iter().filter_map(Node::text) {
        let Some(capability) = Capability::from_name(&text.value) else { continue };
        // What brings a used capability with it is used.
        let is_used = |known: &Capability| *known == capability || capability.implies() == Some(*known);
        if !uses.needs.iter().chain(uses.may_use).any(is_used) {
            let message = format!("plugin `{name}` is granted `{}` and makes nothing of it", text.value);
            let fault = Diagnostic::new(codes::UNUSED_CAPABILITY, text.span, message);
            faults.push(fault.help("remove it: a plugin sees no more than it needs"));
        }
    }
    let is_missing = |needed: &&Capability| !plugin.config.capabilities.has(**needed) && excused != Some(**needed);
    for needed in uses.needs.iter().filter(is_missing) {
        let message = format!("plugin `{name}` needs `{}` and is not granted it", needed.name());
        let fault = Diagnostic::new(codes::MISSING_CAPABILITY, plugin.span, message);
        faults.push(fault.help(format!("add `{}` to its `capabilities`, if it may: {}", needed.name(), needed.doc())));
    }
}
