//! Steps behind a deny without condition.

use super::UNREACHABLE;
use super::layer::Outline;
use super::step::Step;
use crate::diagnostic::Diagnostic;

pub(super) fn check(outline: &Outline<'_>, findings: &mut Vec<Diagnostic>) {
    for scene in outline.scenes() {
        list(scene.steps, findings);
    }
}

fn list(steps: &[Step<'_>], findings: &mut Vec<Diagnostic>) {
    let end = steps.iter().position(Step::ends).map_or(steps.len(), |at| at + 1);
    let (reached, rest) = steps.split_at(end.min(steps.len()));
    if let Some(first) = rest.first() {
        let message = "this step never runs: the one before it denies every operation that gets there";
        let help = "give the deny a condition, as in `role.guest: deny`, or put it last";
        findings.push(Diagnostic::new(UNREACHABLE, first.span, message).help(help));
    }
    for step in reached {
        list(step.inner(), findings);
    }
}
