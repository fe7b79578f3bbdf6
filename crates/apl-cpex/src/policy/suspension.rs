//! What may stand before a step that waits for a person.
//!
//! A suspended operation is not kept: the repeated call walks the whole road again. So nothing before the step that waits
//! may act on the outside, which would be done once for every repetition.

use std::collections::HashSet;

use apl_core::diagnostic::Diagnostic;
use apl_core::span::Span;
use apl_core::{Action, Request, Site};

use super::plan::Plan;
use crate::attribute::Attribute;
use crate::code;

/// Adds what stands before a step that waits and should not. Each place is told once, however many routes it is in force for.
pub(super) fn check(plans: &[Plan], faults: &mut Vec<Diagnostic>) {
    let mut told = HashSet::new();
    for plan in plans {
        let sites: Vec<_> = plan.pre.iter().flat_map(|program| program.sites()).collect();
        let waits = |site: &Site<'_, Attribute>| match site.request {
            Request::Perform(Action::Elicit(elicit)) => Some(elicit.verb),
            _ => None,
        };
        let Some((last, verb)) = sites.iter().enumerate().rev().find_map(|(at, site)| Some((at, waits(site)?))) else {
            continue;
        };
        let before = sites.iter().take(last).filter_map(|site| Some((site.place, judge(site, verb)?)));
        faults.extend(before.filter(|(place, _): &(Span, _)| told.insert(*place)).map(|(_, fault)| fault));
    }
}

fn judge(site: &Site<'_, Attribute>, verb: &str) -> Option<Diagnostic> {
    let help = format!("move it behind `{verb}`: the call is repeated with the answer and runs this step again");
    let runs = |plugin: &str| (code::RUN_BEFORE_WAIT, format!("plugin `{plugin}` runs before `{verb}` has its answer"));
    let (kind, message) = match site.request {
        Request::Perform(Action::Delegate(_)) => {
            (code::ACTS_BEFORE_WAIT, format!("a credential would be minted before `{verb}` has its answer"))
        }
        Request::Ask(ask) if ask.acts => {
            let dialect = &ask.dialect;
            (code::ACTS_BEFORE_WAIT, format!("a reaction to `{dialect}` acts before `{verb}` has its answer"))
        }
        Request::Perform(Action::Run(run)) => runs(&run.plugin),
        Request::Perform(Action::RunField(run)) => runs(&run.plugin),
        Request::Perform(_) | Request::Ask(_) => return None,
    };
    Some(Diagnostic::new(kind, site.place, message).help(help))
}
