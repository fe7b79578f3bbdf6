//! A label that is added to sessions and that no condition asks for.

use std::collections::HashSet;

use super::label::{any_may_be_asked, asked};
use super::layer::Outline;
use super::report::Report;
use super::step::Act;
use crate::effect::Scope;

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    if outline.document.has_other_readers || any_may_be_asked(outline) {
        return;
    }
    // Each label is reported once, where it is added first.
    let mut known: HashSet<&str> =
        asked(outline).filter(|asked| asked.set.namespace() != "message").map(|asked| asked.label).collect();
    for step in outline.steps() {
        let Act::Taint(label, Scope::Session) = &step.act else { continue };
        if known.insert(label) {
            let message = format!("no rule asks whether a session has the label `{label}`");
            let help = format!("ask where data leaves, as in `session.labels contains '{label}': deny`");
            report.warn(step.span, message, help);
        }
    }
}
