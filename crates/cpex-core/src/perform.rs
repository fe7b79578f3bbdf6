//! Performing the effects policy asks for, one file each.

mod ask;
mod declassify;
mod delegate;
mod elicit;
mod field;
mod performed;
mod restrict;
mod rewrite;
mod run;
mod streamed;
mod taint;

use apl_core::{Effect, Rule};
use apl_cpex::Attribute;

use crate::road::state::Identified;

pub(crate) use performed::Performed;
pub(crate) use streamed::perform as perform_streamed;

/// Performs one effect for the rule that asks for it, `key` being the route's.
pub(crate) async fn perform(
    effect: Effect<'_, Attribute>,
    rule: &Rule,
    key: Option<&str>,
    identified: &mut Identified<'_>,
) -> Performed {
    match effect {
        Effect::Ask(ask) => ask::perform(ask, rule, key, identified).await.into(),
        Effect::Declassify(declassify) => declassify::perform(declassify, rule, identified).into(),
        Effect::Delegate(delegate) => delegate::perform(delegate, rule, identified).await,
        // Who waits for a person can wait for an allocation, and no other operation makes room for what it keeps.
        Effect::Elicit(elicit) => Box::pin(elicit::perform(elicit, rule, key, identified)).await,
        Effect::Restrict(restrict) => restrict::perform(restrict, key, identified).into(),
        Effect::Taint(taint) => taint::perform(taint, rule, identified).into(),
        Effect::Run(run) => run::perform(run, rule, identified).await,
        Effect::RunField(run) => field::perform(run, rule, identified).await,
        Effect::Rewrite(rewrite) => {
            let max_depth = identified.passage.snapshot.settings.max_depth;
            rewrite::perform(&rewrite.within(max_depth), rule, identified).into()
        }
    }
}
