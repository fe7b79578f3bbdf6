//! Plugins that run in the background, on a snapshot of their own.

use std::sync::Arc;

use apl_cmf::{Envelope, View};
use cpex_orchestration::call;
use cpex_sdk::{FieldPayload, Instance};

use crate::road::state::Passage;

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
        if let Some(payload) = own {
            let _ = call(plugin.call_own(point, &payload, &view, &mut context), control.timeout).await;
        } else if let Some(payload) = envelope.payload(side) {
            let _ = call(plugin.call(point, payload, &view, &mut context), control.timeout).await;
        }
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
        let _ = call(plugin.call_field(&payload, &view, &mut context), control.timeout).await;
    };
    let _ = tasks.spawn(task);
}
