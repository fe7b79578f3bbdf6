//! `run`: invokes a plugin where policy placed it.

use std::sync::Arc;

use apl_core::{Denial, Reply, Rule, RunPlugin};
use cpex_sdk::config::PluginMode;
use cpex_sdk::{Instance, code};

use super::performed::Performed;
use crate::background;
use crate::control::{self, Called};
use crate::road::state::Identified;

pub(super) async fn perform(run: &RunPlugin, rule: &Rule, identified: &mut Identified<'_>) -> Performed {
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let Some(control) = snapshot.control(identified.passage.plan, run.index) else {
        return Reply::Refused(Denial::new(code::POLICY_PROTOCOL)).into();
    };
    if matches!(control.instance, Some(Instance::Sink(_))) {
        // A sink receives the record of every operation; naming it only marks the record.
        identified.passage.trail.marks.push(Arc::clone(&rule.id));
        return Reply::Performed.into();
    }
    if control.config.mode == PluginMode::FireAndForget {
        background::start(run.index, identified.envelope, identified.passage);
        return Reply::Performed.into();
    }
    match control::run(control, identified).await {
        Called::GoOn => Reply::Performed.into(),
        Called::Deny(denial) => Performed { reply: Reply::Refused(denial), control: Some(Arc::clone(&control.name)) },
    }
}
