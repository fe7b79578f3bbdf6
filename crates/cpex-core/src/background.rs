//! Plugins that run in the background, on a snapshot of their own.

use std::sync::Arc;

use apl_cmf::{Envelope, View};
use cpex_orchestration::call;
use cpex_sdk::config::OnError;
use cpex_sdk::{FieldPayload, Instance};

use crate::control::Answer;
use crate::road::state::Passage;
use crate::snapshot::Control;

/// Starts one `fire_and_forget` plugin on a copy of what it may see. Nothing waits for it and nothing it answers counts.
/// Outside an asynchronous runtime there is nowhere to run it, and it is left out.
pub(crate) fn start(index: usize, envelope: &Envelope, passage: &Passage) {
    let snapshot = Arc::clone(&passage.snapshot);
    let envelope = envelope.clone();
    let mut context = passage.contexts.copy(index);
    let (point, side, own) = (passage.point, passage.side(), passage.own.clone());
    let plan = passage.plan;
    let tasks = Arc::clone(&snapshot.background);
    let task = async move {
        let Some(control) = snapshot.control(plan, index) else { return };
        let Some(Instance::Plugin(plugin)) = &control.instance else { return };
        let view = View::new(&envelope, control.config.capabilities);
        // The guard keeps a panic or an overrun from reaching the runtime; there is no operation left to record it in.
        let failed = if let Some(payload) = own {
            has_failed(&call(plugin.call_own(point, &payload, &view, &mut context), control.timeout).await)
        } else if let Some(payload) = envelope.payload(side) {
            has_failed(&call(plugin.call(point, payload, &view, &mut context), control.timeout).await)
        } else {
            false
        };
        disable(control, failed);
    };
    // What finds no room, or no runtime, is left out: telemetry never holds up an answer.
    let _ = tasks.spawn(task);
}

/// Starts one `fire_and_forget` plugin that stands in a field pipeline, as [`start`] does.
pub(crate) fn start_field(index: usize, payload: FieldPayload, envelope: &Envelope, passage: &Passage) {
    let snapshot = Arc::clone(&passage.snapshot);
    let (envelope, plan) = (envelope.clone(), passage.plan);
    let mut context = passage.contexts.copy(index);
    let tasks = Arc::clone(&snapshot.background);
    let task = async move {
        let Some(control) = snapshot.control(plan, index) else { return };
        let Some(Instance::Plugin(plugin)) = &control.instance else { return };
        let view = View::new(&envelope, control.config.capabilities);
        disable(control, has_failed(&call(plugin.call_field(&payload, &view, &mut context), control.timeout).await));
    };
    let _ = tasks.spawn(task);
}

const fn has_failed<P>(answer: &Answer<P>) -> bool {
    !matches!(answer, Ok(Some(Ok(_))))
}

/// A plugin that failed is off from now on, where its `on_error` says so.
fn disable(control: &Control, failed: bool) {
    if failed && control.config.on_error == OnError::Disable {
        control.disable();
    }
}
