//! A result that pipelines treat as it comes.

use std::borrow::Cow;
use std::sync::Arc;

use apl_cmf::{Envelope, LabelScope};
use apl_core::{Denial, RewriteStream, Rule};
use apl_cpex::{Attribute, Plan};
use cpex_sdk::code;

use super::cut::Cut;
use crate::operation::Answer;
use crate::outcome::Outcome;
use crate::perform::perform_streamed;
use crate::permit::Permit;
use crate::road::decide::{Ending, decide_pieces};
use crate::road::state::{Denied, Identified, Journey};
use crate::size;
use crate::underway::Underway;

/// A result under way, and the pipelines it goes through one after the other.
pub(super) struct Flowing {
    underway: Underway,
    pipelines: Vec<Piped>,
    /// How it ends unless a pipeline refuses it.
    ending: Ending,
    /// How many bytes of JSON it may still take, where the document bounds it.
    room: Option<u64>,
    is_too_large: bool,
    /// The last character that may be released. It waits for the record, so that no result is out whole without one.
    last: String,
}

/// A pipeline, for the rule it belongs to.
struct Piped {
    rule: Rule,
    stream: RewriteStream<Attribute>,
}

/// Whether nothing has a say in the result but pipelines that treat a text as it comes, and nobody is shown it as a whole.
pub(super) fn can_flow(permit: &Permit) -> bool {
    let Some(journey) = permit.one() else { return false };
    let (Some(envelope), passage) = (journey.envelope(), &journey.passage) else { return false };
    let snapshot = &passage.snapshot;
    let streams = passage.plan().is_none_or(Plan::post_streams);
    let is_hooked = snapshot.hooked(passage.point.after()).is_some();
    let is_kept = snapshot.keeps_inputs() || snapshot.wanted_digests().result;
    streams && !is_hooked && !is_kept && passage.trace.is_none() && can_be_released(envelope)
}

/// Whether what surrounds a result lets it be released before its end: no credential is to be found in it, and no label of the
/// session to be stored first.
fn can_be_released(envelope: &Envelope) -> bool {
    !envelope.may_be_echoed() && envelope.answer_scopes().all(|scope| scope == Some(LabelScope::Message))
}

impl Flowing {
    pub(super) fn begin(mut underway: Underway) -> Self {
        underway.turn();
        let mut pipelines = Vec::new();
        let (ending, room) = match underway.journey_mut().map(Journey::identified) {
            Some(Ok(identified)) => {
                let empty = Answer::of_text("").message;
                let limit = identified.passage.snapshot.settings.max_payload_bytes;
                let room = limit.map(|limit| limit.checked_sub(size::size(&empty.content)));
                identified.envelope.answer(empty);
                let ending = decide_pieces(&identified, &mut |rule, stream| pipelines.push(Piped { rule, stream }));
                (ending, room)
            }
            Some(Err(denied)) => (Err(denied.into()), None),
            None => (Err(Denial::new(code::POLICY_PROTOCOL).into()), None),
        };
        Self {
            underway,
            pipelines,
            ending,
            room: room.flatten(),
            is_too_large: room == Some(None),
            last: String::new(),
        }
    }

    pub(super) fn push(&mut self, text: &str) -> Result<String, Cut> {
        if let Some(room) = self.room {
            self.room = room.checked_sub(size::of_text(text));
            self.is_too_large |= self.room.is_none();
        }
        if self.is_too_large {
            return Err(Cut);
        }
        let mut text = Cow::Borrowed(text);
        for piped in &mut self.pipelines {
            let mut treated = String::new();
            piped.stream.push(&text, &mut treated);
            text = Cow::Owned(treated);
        }
        if self.ending.is_err() || self.pipelines.iter().any(|piped| piped.stream.is_refused()) {
            return Err(Cut);
        }
        let mut released = std::mem::take(&mut self.last);
        released.push_str(&text);
        self.last.extend(released.pop());
        Ok(released)
    }

    pub(super) async fn finish(self, is_text: bool) -> Outcome<Answer> {
        let Self { mut underway, pipelines, ending, is_too_large, mut last, .. } = self;
        let ended = match underway.journey_mut().map(Journey::identified) {
            _ if !is_text => Err(Denial::new(code::RESULT_UNREADABLE).into()),
            _ if is_too_large => Err(Denial::new(code::REQUEST_TOO_LARGE).into()),
            Some(Ok(mut identified)) => end(pipelines, &mut identified),
            Some(Err(denied)) => Err(denied),
            None => Err(Denial::new(code::POLICY_PROTOCOL).into()),
        };
        let ending = match ended {
            Ok(rest) => {
                last.push_str(&rest);
                ending
            }
            Err(denied) => Err(denied.into()),
        };
        let Some(settled) = underway.decided(ending).await else { return Outcome::engine_down() };
        let Outcome { decision, report } = underway.conclude(settled);
        Outcome { decision: decision.map(|_| Answer::of_text(last)), report }
    }
}

/// Ends the pipelines, each before the next, and gives what was held back. The first that refuses the text is the last that has a
/// say, as it is where the text is at hand as a whole.
fn end(pipelines: Vec<Piped>, identified: &mut Identified<'_>) -> Result<String, Denied> {
    let mut rest = String::new();
    for Piped { rule, mut stream } in pipelines {
        let field = Arc::clone(stream.field());
        let mut treated = String::new();
        stream.push(&rest, &mut treated);
        let streamed = stream.finish(&mut treated);
        rest = treated;
        perform_streamed(&streamed, &field, &rule, identified).map_err(|denial| Denied {
            denial,
            rule: Some(rule),
            control: None,
        })?;
    }
    Ok(rest)
}
