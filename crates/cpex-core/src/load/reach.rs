//! Which declared plugins run by their hooks, and whether each is reached at all.

use std::collections::HashSet;
use std::sync::Arc;

use apl_core::diagnostic::Diagnostic;
use apl_cpex::code::UNUSED_OVERRIDE;
use apl_cpex::{Declarations, Override, Plan, Policy, Role};
use cpex_sdk::{Field, Hook as _, HookPoint};

use crate::document::{PluginNode, codes};
use crate::own::OwnHooks;
use crate::registry::Registration;

/// Which plugins run on hooks without being named by policy: the declared ones by index, and after them those registered in
/// code. What nothing reaches, and what a layer changes that does not run under it, is added to `faults`.
pub(super) fn hooked(
    plugins: &[PluginNode<'_>],
    registrations: &[Arc<Registration>],
    declared: &Declarations,
    (policy, own): (&Policy, &OwnHooks),
    faults: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    let placed = policy.reached();
    let mut hooked = check(plugins, declared, &placed, own, faults);
    hooked.extend(registered(registrations, plugins.len(), declared, &placed, own));
    check_overrides(policy, plugins, &hooked, faults);
    hooked
}

/// Indexes of the plugins that run on their hooks. A plugin that nothing reaches is a fault, and so is a hook that
/// nothing declares.
fn check(
    plugins: &[PluginNode<'_>],
    declared: &Declarations,
    placed: &HashSet<usize>,
    own: &OwnHooks,
    faults: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    let mut hooked = Vec::new();
    let meant = declared.meant();
    for (index, (plugin, declaration)) in plugins.iter().zip(declared.as_slice()).enumerate() {
        check_hooks(plugin, own, faults);
        let config = &plugin.config;
        if placed.contains(&index)
            || meant.contains(&index)
            || declaration.disabled
            || config.on_demand
            || declaration.role == Role::Sink
        {
            continue;
        }
        // Where nothing makes its kind, there is nothing that could be reached, and that was said already.
        if plugin.node.get("kind").is_some_and(|kind| faults.iter().any(|fault| kind.span.holds(fault.span))) {
            continue;
        }
        if matches!(declaration.role, Role::Control | Role::Host) && config.hooks.iter().any(|hook| own.dispatch(hook))
        {
            hooked.push(index);
            continue;
        }
        let help = match declaration.role {
            Role::Identity => "name it under `authentication` of a route, or remove it",
            Role::Control | Role::Host => "name it in `run(..)`, give it `hooks`, or remove it",
            Role::Delegator => "name it in `delegate(..)`, or remove it",
            Role::Approver => "name it in `require_approval(..)` or a verb like it, or remove it",
            Role::Sink => "remove it",
        };
        let message = format!("nothing reaches plugin `{}`", config.name);
        faults.push(Diagnostic::new(codes::UNREACHED_PLUGIN, plugin.span, message).help(help));
    }
    hooked
}

/// Indexes of those plugins registered in code that run on their hooks, which follow the declared ones. One that nothing
/// reaches is none of the document's mistakes.
fn registered(
    registrations: &[Arc<Registration>],
    first: usize,
    declared: &Declarations,
    placed: &HashSet<usize>,
    own: &OwnHooks,
) -> Vec<usize> {
    let meant = declared.meant();
    let hooked = |(index, registration): (usize, &Arc<Registration>)| {
        let is_placed = placed.contains(&index) || meant.contains(&index);
        (!is_placed && registration.runs_by_hooks(own)).then_some(index)
    };
    (first..).zip(registrations).filter_map(hooked).collect()
}

/// Warns of overrides that no operation is under.
fn check_overrides(policy: &Policy, plugins: &[PluginNode<'_>], hooked: &[usize], faults: &mut Vec<Diagnostic>) {
    let everywhere = |plugin: usize| {
        hooked.contains(&plugin) || plugins.get(plugin).is_some_and(|declared| declared.config.on_demand)
    };
    let runs = |plan: &Plan, plugin: usize| everywhere(plugin) || plan.plugins().any(|named| named == plugin);
    let in_force = policy.plans().iter().flat_map(|plan| plan.overrides().map(move |pair| (plan, pair)));
    let used: HashSet<usize> =
        in_force.filter(|(plan, (plugin, _))| runs(plan, *plugin)).map(|(_, (_, index))| index).collect();
    let overrides = policy.overrides().iter().enumerate();
    for (_, Override { name, .. }) in overrides.filter(|(index, _)| !used.contains(index)) {
        let message = format!("nothing under this layer runs plugin `{}` as it has it", name.value);
        let help = "remove it, or change the plugin where it runs";
        faults.push(Diagnostic::new(UNUSED_OVERRIDE, name.span, message).help(help));
    }
}

/// Hooks that are answered by plugins of kinds of their own, and never dispatched by themselves.
const PORTS: &[&str] =
    &["identity.resolve", "identity_resolve", "token.delegate", "token_delegate", "elicit", Field::POINT.name];

pub(super) fn check_hooks(plugin: &PluginNode<'_>, own: &OwnHooks, faults: &mut Vec<Diagnostic>) {
    let hooks = plugin.node.get("hooks").map(apl_core::node::Node::one_or_many).unwrap_or_default();
    for hook in hooks {
        let Some(text) = hook.text() else { continue };
        let name = text.value.as_str();
        if HookPoint::find(name).is_none() && own.find(name).is_none() && !PORTS.contains(&name) {
            let names = HookPoint::ALL.iter().map(|point| point.name).chain(own.points().map(|point| point.name));
            let message = format!("there is no hook `{name}`");
            faults.push(Diagnostic::new(codes::UNKNOWN_HOOK, hook.span, message).nearest(name, names));
        }
    }
}
