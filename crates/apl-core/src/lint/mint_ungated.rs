//! A credential that is minted before anything decides whether the operation may happen.

use super::layer::Outline;
use super::report::Report;
use super::step::Act;

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    for scene in outline.scenes().filter(|scene| !scene.is_gated_before()) {
        let open = scene.steps.iter().take_while(|step| !step.may_deny());
        for step in open.filter(|step| matches!(step.act, Act::Mint)) {
            let message = "a credential is minted here before anything decides whether the operation may happen";
            let help = "put what decides first, as in `require(role.hr)`, and mint behind it";
            report.warn(step.span, message, help);
        }
    }
}
