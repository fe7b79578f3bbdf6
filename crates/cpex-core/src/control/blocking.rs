//! Calling a plugin that may block its thread: on a thread of its own, with copies of what it is handed.

use std::sync::Arc;

use apl_cmf::{Envelope, View};
use cpex_sdk::{PluginContext, PluginInstance};

use super::answer::Answer;
use super::payload::{Given, Modified};
use crate::road::state::Passage;
use crate::snapshot::Control;

/// Asks a plugin about the payload of this side. What it leaves in its state counts if it answers in time.
pub(super) async fn ask(
    control: &Control,
    plugin: &PluginInstance,
    envelope: &Envelope,
    passage: &Passage,
    context: &mut PluginContext,
) -> Answer<Modified> {
    let (plugin, envelope, capabilities) = (plugin.clone(), envelope.clone(), control.config.capabilities);
    let (point, side, own) = (passage.point, passage.side(), passage.own.clone());
    let mut own_context = context.clone();
    let work = async move {
        let given = own.as_ref().map(Given::Own).or_else(|| envelope.payload(side).map(Given::Message));
        let answer = match given {
            Some(given) => given.to(&plugin, point, &View::new(&envelope, capabilities), &mut own_context).await,
            None => None,
        };
        (answer, own_context)
    };
    let workers = Arc::clone(&passage.snapshot.workers);
    let (answer, left) = workers.call(work, control.timeout).await?;
    *context = left;
    Ok(answer)
}
