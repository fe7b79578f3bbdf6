//! A plugin in a field pipeline: gets the values of the field, in every form of the payload, and may change or refuse them.

use std::sync::Arc;

use apl_cmf::{Author, Change, Side};
use apl_core::{Denial, Reply, Rule, RunField, Side as FieldSide};
use cpex_sdk::config::PluginMode;
use cpex_sdk::{FieldPayload, Instance, code};
use serde_json::Value as Json;

use super::performed::Performed;
use super::rewrite::{denial, treat, withhold};
use crate::background;
use crate::control::{self, Judged};
use crate::road::state::Identified;

pub(super) async fn perform(run: &RunField, rule: &Rule, identified: &mut Identified<'_>) -> Performed {
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let Some(control) = snapshot.control(identified.passage.plan, run.index) else {
        return Reply::Refused(Denial::new(code::POLICY_PROTOCOL)).into();
    };
    let values = match gather(run, rule, identified) {
        Ok(values) if values.is_empty() => return Reply::Performed.into(),
        Ok(values) => values,
        Err(reply) => return reply.into(),
    };
    if matches!(control.instance, Some(Instance::Sink(_))) {
        identified.passage.trail.marks.push(Arc::clone(&rule.id));
        return Reply::Performed.into();
    }
    let (phase, count) = (identified.passage.phase(), values.len());
    let payload = FieldPayload { phase, path: run.field.to_string(), values };
    if control.config.mode == PluginMode::FireAndForget {
        background::start_field(run.index, payload, identified.envelope, identified.passage);
        return Reply::Performed.into();
    }
    match control::judge_field(control, &payload, count, identified).await {
        Judged::Keep => Reply::Performed.into(),
        Judged::Replace(values) => replace(run, &control.name, values, identified).into(),
        Judged::Deny(denial) => Performed { reply: Reply::Refused(denial), control: Some(Arc::clone(&control.name)) },
    }
}

/// The values of the field as they are now. What cannot be read ends the phase, or is withheld, where the plugin could
/// have changed it.
fn gather(run: &RunField, rule: &Rule, identified: &mut Identified<'_>) -> Result<Vec<Json>, Reply> {
    let (side, max_depth) = (side_of(run), identified.passage.snapshot.settings.max_depth);
    if let Some(reads) = identified.passage.reads() {
        reads.note_field(side.slot().name(), &run.field);
    }
    let mut treatment = run.gather(max_depth);
    let kind = identified.passage.kind();
    let Some(payload) = identified.envelope.payload(side) else { return Ok(Vec::new()) };
    let mut content = payload.message.content.clone();
    match treat(&mut treatment, side, kind, &mut content) {
        Ok(_) => Ok(treatment.into_values()),
        Err(fault) => {
            let author = Author::Policy(Arc::clone(&rule.id));
            match withhold(identified, &author, side) {
                true => Ok(Vec::new()),
                false => Err(Reply::Refused(denial(side, &run.field, &fault))),
            }
        }
    }
}

/// Puts what the plugin answered in the places the values were taken from.
fn replace(run: &RunField, plugin: &Arc<str>, values: Vec<Json>, identified: &mut Identified<'_>) -> Reply {
    let (side, max_depth) = (side_of(run), identified.passage.snapshot.settings.max_depth);
    let mut treatment = run.replace(max_depth, values);
    let kind = identified.passage.kind();
    let mut fault = None;
    let mut edit = |parts: &mut [apl_cmf::ContentPart]| match treat(&mut treatment, side, kind, parts) {
        Ok(changed) => changed,
        Err(refused) => {
            fault = Some(refused);
            // Parts before the faulty one may have been edited; the payload is not released, and the ledger says so.
            true
        }
    };
    let capabilities = apl_cmf::Capabilities::default();
    let author = Author::Plugin(Arc::clone(plugin), capabilities);
    let change = Change::Edit { side, path: Arc::clone(&run.field), edit: &mut edit };
    match (identified.envelope.apply(&author, change), fault) {
        (Ok(_), None) => Reply::Performed,
        (Ok(_), Some(fault)) => Reply::Refused(denial(side, &run.field, &fault)),
        (Err(_), _) => Reply::Refused(Denial::new(code::POLICY_PROTOCOL)),
    }
}

const fn side_of(run: &RunField) -> Side {
    match run.side {
        FieldSide::Args => Side::Args,
        FieldSide::Result => Side::Result,
    }
}
