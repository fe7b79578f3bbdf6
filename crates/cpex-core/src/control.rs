//! Calling a plugin: under the one guard, and with what its mode and its `on_error` make of the answer.

mod answer;
mod blocking;
mod payload;
mod size;

use std::pin::pin;
use std::sync::Arc;

use apl_cmf::{Author, Change, Envelope, ExtensionChange, Message, MessagePayload, Side, View};
use apl_core::Denial;
use cpex_orchestration::{call, fan_out};
use cpex_sdk::audit::Execution;
use cpex_sdk::{FieldPayload, Instance, PluginContext, PluginInstance, code};
use serde_json::Value as Json;
use tracing::Instrument as _;

pub(crate) use self::answer::Answer;
use self::answer::{Answered, Asked, Placing, keeps_entity};
use self::payload::{Given, Modified};
use crate::conditions::There;
use crate::inputs::{Given as Replacement, Reply};
use crate::road::state::{Identified, Passage};
use crate::snapshot::Control;
use crate::spans;

/// What came of calling a plugin.
pub(crate) enum Called {
    GoOn,
    Deny(Denial),
}

/// Calls a plugin that is hooked on the operation and may modify it.
pub(crate) async fn shape(control: &Control, identified: &mut Identified<'_>) -> Called {
    if !runs(control, identified.envelope, identified.passage) {
        return Called::GoOn;
    }
    pin!(modify(control, Placing::Hooked, identified)).await
}

/// Calls a plugin that policy placed. One that is disabled denies.
pub(crate) async fn run(control: &Control, identified: &mut Identified<'_>) -> Called {
    if control.is_disabled() {
        return Called::Deny(Denial::new(code::PLUGIN_DISABLED));
    }
    pin!(modify(control, Placing::Placed, identified)).await
}

/// What a plugin makes of the values of a field.
pub(crate) enum Judged {
    Keep,
    /// These take their places; as many as there were.
    Replace(Vec<Json>),
    Deny(Denial),
}

/// Asks a plugin that stands in a field pipeline about so many values. One that is disabled denies.
pub(crate) async fn judge_field(
    control: &Control,
    payload: &FieldPayload,
    count: usize,
    identified: &mut Identified<'_>,
) -> Judged {
    if control.is_disabled() {
        return Judged::Deny(Denial::new(code::PLUGIN_DISABLED));
    }
    let Identified { passage, envelope, .. } = identified;
    let mut context = passage.contexts.take(&control.name);
    let clock = &passage.snapshot.host.clock;
    let start = clock.monotonic_ns();
    let (view, span) = (View::new(envelope, control.config.capabilities), spans::control(control.callee()));
    let answer = match &control.instance {
        Some(Instance::Plugin(plugin)) => {
            let called = call(plugin.call_field(payload, &view, &mut context), control.timeout);
            called.instrument(span.clone()).await
        }
        _ => Ok(None),
    };
    let duration_us = clock.monotonic_ns().saturating_sub(start) / 1000;
    passage.contexts.put(&control.name, context);
    let mut answered = Answered::of(Asked { answer, duration_us, span }, control, Placing::Placed);
    let mut values = answered.modification.take().map(|payload| payload.values);
    if let Some(given) = values.take_if(|values| values.len() != count) {
        let error = format!("it answered {} values for {count}", given.len());
        answered = answered.turned_down(error, control, Placing::Placed);
    }
    let effective = match (&answered.denial, &values) {
        (Some(_), _) => "deny",
        (None, Some(_)) => "modify",
        (None, None) => "allow",
    };
    let given = match &values {
        Some(values) if passage.inputs.is_some() => {
            Replacement::Values(format!("{}.{}", passage.side().slot().name(), payload.path), values.clone())
        }
        _ => Replacement::Nothing,
    };
    note(passage, control, &mut answered, effective, (given, &[]));
    match (answered.denial, values) {
        (Some(denial), _) => Judged::Deny(denial),
        (None, Some(values)) => Judged::Replace(values),
        (None, None) => Judged::Keep,
    }
}

/// Calls plugins that only look, one at a time; nothing they ask for is done.
pub(crate) async fn observe(indexes: &[usize], envelope: &Envelope, passage: &mut Passage) {
    let snapshot = Arc::clone(&passage.snapshot);
    for index in indexes {
        let Some(control) = snapshot.control(passage.plan, *index).filter(|control| runs(control, envelope, passage))
        else {
            continue;
        };
        // It works on a copy: what a plugin that only looks leaves in its state is merged nowhere.
        let mut context = passage.contexts.copy(&control.name);
        let asked = pin!(ask(control, envelope, passage, &mut context)).await;
        let mut answered = Answered::of(asked, control, Placing::Hooked);
        note(passage, control, &mut answered, "allow", NOTHING);
    }
}

/// Calls plugins that run together; the denial of the first in order counts, and those after it leave nothing.
pub(crate) async fn gate(indexes: &[usize], envelope: &Envelope, passage: &mut Passage) -> Option<(Denial, Arc<str>)> {
    let snapshot = Arc::clone(&passage.snapshot);
    let plan = passage.plan;
    let running = |index: &usize| snapshot.control(plan, *index).filter(|control| runs(control, envelope, passage));
    let mut controls: Vec<&Control> = Vec::with_capacity(indexes.len());
    controls.extend(indexes.iter().filter_map(running));
    if controls.is_empty() {
        return None;
    }
    let asked = {
        let shared: &Passage = passage;
        let branches = controls.iter().map(|control| async {
            let mut context = shared.contexts.copy(&control.name);
            let asked = pin!(ask(control, envelope, shared, &mut context)).await;
            (Answered::of(asked, control, Placing::Hooked), context)
        });
        fan_out(branches.collect(), snapshot.room(), |(answered, _)| answered.denial.is_some()).await
    };
    for (control, branch) in controls.into_iter().zip(asked) {
        let (mut answered, context) = branch;
        let effective = if answered.denial.is_some() { "deny" } else { "allow" };
        note(passage, control, &mut answered, effective, NOTHING);
        passage.contexts.put(&control.name, context);
        if let Some(denial) = answered.denial {
            return Some((denial, Arc::clone(&control.name)));
        }
    }
    None
}

/// Whether a hooked plugin runs on the operation.
pub(crate) fn runs(control: &Control, envelope: &Envelope, passage: &Passage) -> bool {
    let (side, kind, global) = (passage.side(), passage.kind(), passage.contexts.global());
    if let Some(reads) = passage.reads().filter(|_| control.conditions.read_content()) {
        reads.note_path(side.slot().name());
    }
    !control.is_disabled() && control.conditions.admit(&There { envelope, side, kind, global })
}

async fn modify(control: &Control, placing: Placing, identified: &mut Identified<'_>) -> Called {
    let mut context = identified.passage.contexts.take(&control.name);
    let asked = pin!(ask(control, identified.envelope, identified.passage, &mut context)).await;
    identified.passage.contexts.put(&control.name, context);
    let mut answered = Answered::of(asked, control, placing);
    let (modification, changes) = (answered.modification.take(), std::mem::take(&mut answered.changes));
    let mut gave = if identified.passage.inputs.is_some() {
        (given(modification.as_ref(), identified.passage), changes.clone())
    } else {
        Default::default()
    };
    if let Err(refused) = make(control, modification, changes, identified) {
        answered = answered.turned_down(refused, control, placing);
        gave = Default::default();
    }
    let effective = match (&answered.denial, &answered.error, answered.requested) {
        (Some(_), _, _) => "deny",
        (None, None, "modify") if control.config.mode.may_modify() => "modify",
        (None, _, _) => "allow",
    };
    note(identified.passage, control, &mut answered, effective, (gave.0, &gave.1));
    answered.denial.map_or(Called::GoOn, Called::Deny)
}

/// Makes the changes a plugin asks for, all of them, or says which its capabilities or the payload forbid.
fn make(
    control: &Control,
    modification: Option<Modified>,
    changes: Vec<ExtensionChange>,
    identified: &mut Identified<'_>,
) -> Result<(), String> {
    let Identified { passage, envelope, .. } = identified;
    let (mut asked, mut own) = (Vec::new(), None);
    match modification {
        Some(Modified::Message(MessagePayload { message: Message { content, .. } })) => {
            let side = passage.side();
            let before = envelope.payload(side).map(|payload| &*payload.message.content).unwrap_or_default();
            if !keeps_entity(side, before, &content) {
                return Err("it changed what the operation is about, which only the host may state".to_owned());
            }
            if let Some(field) = passage.snapshot.payload_policies.forbids(passage.point, before, &content) {
                return Err(format!("it changed `{field}`, which no plugin may change on this hook"));
            }
            asked.push(Change::Replace { side, content });
        }
        Some(Modified::Own(payload)) => own = Some(payload),
        None => {}
    }
    if let (Some(before), Some(after)) = (&passage.own, &own)
        && let Some(field) = passage.snapshot.payload_policies.forbids_own(passage.point, before, after)
    {
        return Err(format!("it changed `{field}`, which no plugin may change on this hook"));
    }
    asked.extend(changes.into_iter().map(Change::Extension));
    if !asked.is_empty() {
        let author = Author::Plugin(Arc::clone(&control.name), control.config.capabilities);
        envelope.apply_all(&author, asked).map_err(|refused| refused.to_string())?;
    }
    passage.own = own.or_else(|| passage.own.take());
    Ok(())
}

/// Asks a plugin for its verdict on the payload of this side.
async fn ask(
    control: &Control,
    envelope: &Envelope,
    passage: &Passage,
    context: &mut PluginContext,
) -> Asked<Modified> {
    let clock = &passage.snapshot.host.clock;
    let start = clock.monotonic_ns();
    let span = spans::control(control.callee());
    let answer = match (&control.instance, Given::of(envelope, passage)) {
        (Some(Instance::Plugin(plugin)), Some(given)) => {
            pin!(ask_about(given, control, plugin, envelope, passage, context)).instrument(span.clone()).await
        }
        _ => Ok(None),
    };
    Asked { answer, duration_us: clock.monotonic_ns().saturating_sub(start) / 1000, span }
}

async fn ask_about(
    given: Given<'_>,
    control: &Control,
    plugin: &PluginInstance,
    envelope: &Envelope,
    passage: &Passage,
    context: &mut PluginContext,
) -> Answer<Modified> {
    if let Some(refused) = size::refused(control, given) {
        return Ok(Some(Err(refused)));
    }
    if control.config.blocking {
        return blocking::ask(control, plugin, envelope, passage, context).await;
    }
    let view = View::new(envelope, control.config.capabilities);
    pin!(call(given.to(plugin, passage.point, &view, context), control.timeout)).await
}

/// What a plugin gave, for a sink that wants to decide the operation again.
fn given(modification: Option<&Modified>, passage: &Passage) -> Replacement {
    match (modification, passage.side()) {
        (Some(Modified::Message(payload)), Side::Args) => {
            Replacement::Args(passage.kind(), payload.message.content.clone())
        }
        (Some(Modified::Message(payload)), Side::Result) => Replacement::Result(payload.message.content.clone()),
        (Some(Modified::Own(_)) | None, _) => Replacement::Nothing,
    }
}

const NOTHING: (Replacement, &[ExtensionChange]) = (Replacement::Nothing, &[]);

fn note<P>(
    passage: &mut Passage,
    control: &Control,
    answered: &mut Answered<P>,
    effective: &'static str,
    (given, changes): (Replacement, &[ExtensionChange]),
) {
    if let Some(inputs) = &mut passage.inputs {
        let denial = answered.denial.as_ref().filter(|_| answered.requested == "deny");
        let own_code = denial.and_then(|denial| denial.own_code.as_deref());
        let reason = denial.and_then(|denial| denial.reason.as_deref());
        let code = own_code.or(answered.code);
        // What it asked for and was not given is a failure.
        let failed = answered.error.is_some() && answered.requested != "deny";
        let answer = if failed { "error" } else { answered.requested };
        inputs.note(Reply::of_plugin(&control.name, answer, code, reason, given, changes));
    }
    if let Some(error) = &answered.error {
        passage.trail.errors.push(format!("{}: {error}", control.name));
    }
    spans::answered(&answered.span, answered.requested, Some(effective), answered.code);
    passage.trail.executions.push(Execution {
        name: Arc::clone(&control.name),
        mode: control.config.mode.name(),
        requested: answered.requested,
        effective,
        code: answered.code,
        duration_us: answered.duration_us,
        metadata: std::mem::take(&mut answered.metadata),
    });
}
