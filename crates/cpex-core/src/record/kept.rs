//! What stands on the records of some sinks alone: made once for an operation, and shown to those that want it.

use apl_core::compile::HashKey;
use cpex_sdk::HookSide;
use cpex_sdk::audit::{Digests, Record, RecordDigests, Replay, Wants};
use serde_json::Value as Json;

use crate::inputs::Stands;
use crate::road::state::{Journey, Matter, Stop};

/// What was made of one side of an operation for the sinks that want it.
pub(crate) struct Kept<'j> {
    journey: &'j Journey,
    digests: RecordDigests,
}

impl<'j> Kept<'j> {
    /// Makes what any sink wants; nothing where none wants anything.
    pub(crate) fn of(journey: &'j Journey, stop: Option<&Stop>) -> Self {
        let snapshot = &journey.passage.snapshot;
        let digests = snapshot.audit_key.as_ref().map_or(NO_DIGESTS, |key| digests(key, journey, stop));
        Self { journey, digests }
    }

    /// The record with what that sink wants.
    pub(crate) fn on<'r>(&self, record: Record<'r>, wants: &Wants) -> Record<'r> {
        let digests = wants.digests.any().then(|| only(&self.digests, wants.digests));
        let inputs = wants.replay.as_ref().and_then(|replay| inputs(self.journey, replay));
        Record { digests, inputs, ..record }
    }
}

/// What it takes to decide the side again, with the values that are listed.
fn inputs(journey: &Journey, replay: &Replay) -> Option<Json> {
    let passage = &journey.passage;
    let stands = Stands {
        side: passage.point.side,
        kind: passage.kind(),
        draft: match &journey.matter {
            Matter::Draft(draft) => Some(draft),
            Matter::Envelope(_) => None,
        },
        received_ms: passage.received_ms,
        session: journey.session,
        resumes: passage.resumes.as_deref(),
        key: passage.snapshot.audit_key.as_ref(),
    };
    passage.inputs.as_deref()?.shown(&stands, replay)
}

const NO_DIGESTS: RecordDigests = RecordDigests { args: None, result: None };

/// Of the arguments before the operation, of the result after it. What nobody receives has no digest.
fn digests(key: &HashKey, journey: &Journey, stop: Option<&Stop>) -> RecordDigests {
    let wanted = journey.passage.snapshot.wanted_digests();
    let Some(envelope) = journey.envelope() else { return NO_DIGESTS };
    match journey.passage.point.side {
        HookSide::Pre if wanted.args => {
            let args = envelope.arguments().map(|args| Json::Object(args.clone()));
            RecordDigests { args: args.and_then(|args| key.of_json(&args)), ..NO_DIGESTS }
        }
        HookSide::Post if wanted.result && stop.is_none() => {
            RecordDigests { result: envelope.result().and_then(|result| key.of_json(result)), ..NO_DIGESTS }
        }
        HookSide::Pre | HookSide::Post => NO_DIGESTS,
    }
}

fn only(made: &RecordDigests, wanted: Digests) -> RecordDigests {
    RecordDigests {
        args: made.args.clone().filter(|_| wanted.args),
        result: made.result.clone().filter(|_| wanted.result),
    }
}
