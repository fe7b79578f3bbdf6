//! Performing the effects policy asks for, one file each.

mod performed;
mod rewrite;
mod run;
mod taint;

use apl_core::{Effect, Rule};
use apl_cpex::Attribute;

use crate::road::state::Identified;

pub(crate) use performed::Performed;

/// Performs one effect for the rule that asks for it.
pub(crate) async fn perform(effect: Effect<'_, Attribute>, rule: &Rule, identified: &mut Identified<'_>) -> Performed {
    match effect {
        Effect::Taint(taint) => taint::perform(taint, rule, identified).into(),
        Effect::Run(run) => run::perform(run, rule, identified).await,
        Effect::Rewrite(rewrite) => {
            let max_depth = identified.passage.snapshot.settings.max_depth;
            rewrite::perform(&rewrite.within(max_depth), rule, identified).into()
        }
    }
}
