//! Performing the effects policy asks for, one file each.

mod ask;
mod performed;
mod rewrite;
mod run;
mod taint;

use apl_core::{Denial, Effect, Reply, Rule};
use apl_cpex::Attribute;
use cpex_sdk::code;

use crate::road::state::Identified;

pub(crate) use performed::Performed;

/// Performs one effect for the rule that asks for it, `key` being the route's.
pub(crate) async fn perform(
    effect: Effect<'_, Attribute>,
    rule: &Rule,
    key: Option<&str>,
    identified: &mut Identified<'_>,
) -> Performed {
    match effect {
        Effect::Ask(ask) => ask::perform(ask, key, identified).await.into(),
        Effect::Declassify(_) | Effect::Delegate(_) | Effect::Elicit(_) | Effect::Restrict(_) => {
            Reply::Refused(Denial::new(code::POLICY_PROTOCOL)).into()
        }
        Effect::Taint(taint) => taint::perform(taint, rule, identified).into(),
        Effect::Run(run) => run::perform(run, rule, identified).await,
        Effect::Rewrite(rewrite) => {
            let max_depth = identified.passage.snapshot.settings.max_depth;
            rewrite::perform(&rewrite.within(max_depth), rule, identified).into()
        }
    }
}
