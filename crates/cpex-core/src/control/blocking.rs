//! Calling a plugin that may block its thread: on a thread of its own, with copies of what it is handed.

use std::sync::Arc;

use apl_cmf::{Envelope, MessagePayload, View};
use cpex_sdk::{OwnPayload, PluginContext, PluginInstance};

use super::answer::Answer;
use crate::road::state::Passage;
use crate::snapshot::Control;

/// Asks a plugin about the payload of this side. What it leaves in its state counts if it answers in time.
pub(super) async fn ask(
    control: &Control,
    plugin: &PluginInstance,
    envelope: &Envelope,
    passage: &Passage,
    context: &mut PluginContext,
) -> Answer<MessagePayload> {
    let (plugin, envelope, capabilities) = (plugin.clone(), envelope.clone(), control.config.capabilities);
    let (point, side, mut own_context) = (passage.point, passage.side(), context.clone());
    let work = async move {
        let view = View::new(&envelope, capabilities);
        let answer = match envelope.payload(side) {
            Some(payload) => plugin.call(point, payload, &view, &mut own_context).await,
            None => None,
        };
        (answer, own_context)
    };
    let workers = Arc::clone(&passage.snapshot.workers);
    let (answer, left) = workers.call(work, control.timeout).await?;
    *context = left;
    Ok(answer)
}

/// Asks a plugin about a payload of the host's own.
pub(super) async fn ask_own(
    control: &Control,
    plugin: &PluginInstance,
    payload: &OwnPayload,
    envelope: &Envelope,
    passage: &Passage,
    context: &mut PluginContext,
) -> Answer<OwnPayload> {
    let (plugin, envelope, capabilities) = (plugin.clone(), envelope.clone(), control.config.capabilities);
    let (point, payload, mut own_context) = (passage.point, payload.clone(), context.clone());
    let work = async move {
        let view = View::new(&envelope, capabilities);
        let answer = plugin.call_own(point, &payload, &view, &mut own_context).await;
        (answer, own_context)
    };
    let workers = Arc::clone(&passage.snapshot.workers);
    let (answer, left) = workers.call(work, control.timeout).await?;
    *context = left;
    Ok(answer)
}
