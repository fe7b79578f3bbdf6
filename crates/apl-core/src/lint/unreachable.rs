//! Steps behind a deny without condition.

use super::layer::Outline;
use super::report::Report;
use super::step::Step;

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    for scene in outline.scenes() {
        list(scene.steps, report);
    }
}

fn list(steps: &[Step<'_>], report: &mut Report<'_>) {
    let end = steps.iter().position(Step::ends).map_or(steps.len(), |at| at + 1);
    let (reached, rest) = steps.split_at(end.min(steps.len()));
    if let Some(first) = rest.first() {
        let message = "this step never runs: the one before it denies every operation that gets there";
        let help = "give the deny a condition, as in `role.guest: deny`, or put it last";
        report.warn(first.span, message, help);
    }
    for step in reached {
        list(step.inner(), report);
    }
}
