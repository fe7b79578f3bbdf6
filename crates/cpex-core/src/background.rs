//! Plugins that run in the background, on a snapshot of their own.

use std::sync::Arc;

use apl_cmf::{Envelope, View};
use cpex_orchestration::{Fault, call};
use cpex_sdk::config::OnError;
use cpex_sdk::metrics::Called;
use cpex_sdk::{FieldPayload, Instance, PluginContext, PluginResult, Verdict, code};
use tracing::{Instrument as _, Span};

use crate::control::Answer;
use crate::meter::Start;
use crate::road::state::Passage;
use crate::snapshot::{Control, Snapshot};
use crate::spans;

/// Starts one `fire_and_forget` plugin on a copy of what it may see. Nothing waits for it and nothing it answers counts.
/// Outside an asynchronous runtime there is nowhere to run it, and it is left out.
pub(crate) fn start(index: usize, envelope: &Envelope, passage: &Passage) {
    let snapshot = Arc::clone(&passage.snapshot);
    let envelope = envelope.clone();
    let Some(mut context) = context(index, passage) else { return };
    let (point, side, own) = (passage.point, passage.side(), passage.own.clone());
    let (plan, span) = (passage.plan, span(index, passage));
    let task = async move {
        let Some(control) = snapshot.control(plan, index) else { return };
        let Some(Instance::Plugin(plugin)) = &control.instance else { return };
        let view = View::new(&envelope, control.config.capabilities);
        let start = snapshot.meter.start();
        // The guard keeps a panic or an overrun from reaching the runtime; there is no operation left to record it in.
        if let Some(payload) = own {
            let answer = call(plugin.call_own(point, &payload, &view, &mut context), control.timeout)
                .instrument(span.clone())
                .await;
            heard(control, &snapshot, (start, &span), &answer);
        } else if let Some(payload) = envelope.payload(side) {
            let answer =
                call(plugin.call(point, payload, &view, &mut context), control.timeout).instrument(span.clone()).await;
            heard(control, &snapshot, (start, &span), &answer);
        }
    };
    spawn(index, passage, task);
}

/// Starts one `fire_and_forget` plugin that stands in a field pipeline, as [`start`] does.
pub(crate) fn start_field(index: usize, payload: FieldPayload, envelope: &Envelope, passage: &Passage) {
    let snapshot = Arc::clone(&passage.snapshot);
    let (envelope, plan, span) = (envelope.clone(), passage.plan, span(index, passage));
    let Some(mut context) = context(index, passage) else { return };
    let task = async move {
        let Some(control) = snapshot.control(plan, index) else { return };
        let Some(Instance::Plugin(plugin)) = &control.instance else { return };
        let view = View::new(&envelope, control.config.capabilities);
        let start = snapshot.meter.start();
        let answer =
            call(plugin.call_field(&payload, &view, &mut context), control.timeout).instrument(span.clone()).await;
        heard(control, &snapshot, (start, &span), &answer);
    };
    spawn(index, passage, task);
}

/// A copy of what the plugin keeps of the request; none where there is no such plugin.
fn context(index: usize, passage: &Passage) -> Option<PluginContext> {
    let control = passage.snapshot.control(passage.plan, index)?;
    Some(passage.contexts.copy(&control.name))
}

/// The span of the call, from when it is started.
fn span(index: usize, passage: &Passage) -> Span {
    let control = passage.snapshot.control(passage.plan, index);
    control.map_or_else(Span::none, |control| spans::background_control(control.callee()))
}

/// What finds no room, or no runtime, is left out: telemetry never holds up an answer.
fn spawn(index: usize, passage: &Passage, task: impl Future<Output = ()> + Send + 'static) {
    let snapshot = &passage.snapshot;
    let Err(refused) = snapshot.background.spawn(task, snapshot.settings.execution_pool) else { return };
    if let Some(control) = snapshot.control(passage.plan, index) {
        snapshot.meter.left_out(&control.name, refused);
    }
}

/// A plugin that failed is off from now on, where its `on_error` says so. What it asked for no record says, only
/// its span and metrics.
fn heard<P>(control: &Control, snapshot: &Snapshot, (start, span): (Start, &Span), answer: &Answer<P>) {
    let (requested, code) = match answer {
        Ok(Some(Ok(PluginResult { verdict: Verdict::Allow, .. }))) => ("allow", None),
        Ok(Some(Ok(PluginResult { verdict: Verdict::Deny(_), .. }))) => ("deny", Some(code::PLUGIN_DENIED)),
        Ok(Some(Ok(PluginResult { verdict: Verdict::Modify(_), .. }))) => ("modify", None),
        Ok(None | Some(Err(_))) => ("error", Some(code::PLUGIN_ERROR)),
        Err(Fault::Timeout) => ("error", Some(code::PLUGIN_TIMEOUT)),
        Err(Fault::Panic) => ("error", Some(code::PLUGIN_PANIC)),
    };
    if requested == "error" && control.config.on_error == OnError::Disable {
        control.disable();
    }
    spans::answered(span, requested, None, code);
    let plugin = &*control.name;
    snapshot.meter.took(start, |metrics, duration| metrics.called(&Called { plugin, requested, code, duration }));
}
