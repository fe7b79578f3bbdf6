//! Steps that wait for a person: how long at most, and whether replicas would each accept an answer.

use std::time::Duration;

use apl_core::diagnostic::Diagnostic;
use apl_core::span::Span;
use apl_core::{Action, Elicit, Request};
use apl_cpex::{Attribute, Policy};

use crate::document::codes;
use crate::elicitation::TIMEOUT;

/// How long the question of a step stands at most; no time where none waits.
pub(super) fn longest(policy: &Policy) -> Duration {
    waits(policy).map(|(elicit, _)| elicit.timeout.unwrap_or(TIMEOUT)).max().unwrap_or_default()
}

/// Warns of the first step that waits where what waits is kept in this process alone.
pub(super) fn check(policy: &Policy, is_shared: bool, faults: &mut Vec<Diagnostic>) {
    let first = waits(policy).min_by_key(|(_, place)| (place.source, place.start));
    let Some((elicit, place)) = first.filter(|_| !is_shared) else { return };
    let message = format!("what `{}` waits for is kept in this process alone", elicit.verb);
    let help = "name a `session_store` that all replicas share, or give `ManagerConfig.elicitations` one, or a \
                `MemoryElicitations` where there is only this process";
    faults.push(Diagnostic::new(codes::UNSHARED_WAIT, place, message).help(help));
}

/// The steps that wait, each with its place.
fn waits(policy: &Policy) -> impl Iterator<Item = (&Elicit<Attribute>, Span)> {
    let sites = policy.plans().iter().flat_map(|plan| &plan.pre).flat_map(|program| program.sites());
    sites.filter_map(|site| match site.request {
        Request::Perform(Action::Elicit(elicit)) => Some((&**elicit, site.place)),
        Request::Perform(_) | Request::Ask(_) => None,
    })
}
