//! What it takes to decide an operation again, in the form of a case of policy tests: gathered on the way where a sink wants
//! it, and shown to each sink with the values that one lists and no others.
//!
//! A credential is never among it: the envelope that is kept here has none in its encodable slots.

mod carried;
mod context;
mod reply;

use apl_cmf::{Draft, EntityKind, Envelope, Standing};
use cpex_sdk::HookSide;
use cpex_sdk::audit::{Replay, ValuePath};
use serde_json::{Map, Value as Json};

use crate::operation::Caller;
use crate::road::state::{Identified, Journey, Matter};
use crate::session;
pub(crate) use reply::{Given, Reply};

/// What is gathered of one side of an operation.
#[derive(Default)]
pub(crate) struct Inputs {
    /// Whether the host stated who calls.
    vouched: bool,
    /// Whether nothing was asked before the operation, so that this side says all.
    alone: bool,
    /// The path of an HTTP request as it was received.
    path: Option<String>,
    /// The operation as this side began, before plugins and policy.
    envelope: Option<Box<Envelope>>,
    /// What those said who were asked, in order.
    replies: Vec<Reply>,
}

impl Inputs {
    /// Begins to gather, where a sink wants that.
    pub(crate) fn begin(journey: &mut Journey, caller: &Caller) {
        let Matter::Draft(draft) = &journey.matter else { return };
        if journey.passage.kind().is_none() || !journey.passage.snapshot.keeps_inputs() {
            return;
        }
        let path = draft.http_context().path.clone();
        let vouched = matches!(caller, Caller::Vouched(_));
        journey.passage.inputs = Some(Box::new(Self { vouched, path, ..Self::default() }));
    }

    /// Keeps the operation as it is now.
    pub(crate) fn keep(identified: &mut Identified<'_>) {
        if let Some(inputs) = &mut identified.passage.inputs {
            inputs.envelope = Some(Box::new(identified.envelope.clone()));
        }
    }

    /// The same of an operation that is judged by its result alone.
    pub(crate) fn keep_alone(identified: &mut Identified<'_>) {
        Self::keep(identified);
        if let Some(inputs) = &mut identified.passage.inputs {
            inputs.alone = true;
        }
    }

    /// What is gathered of a branch, or of the other side.
    pub(crate) fn anew(&self) -> Box<Self> {
        Box::new(Self { vouched: self.vouched, ..Self::default() })
    }

    /// Adds what one of those said who were asked.
    pub(crate) fn note(&mut self, reply: Reply) {
        self.replies.push(reply);
    }

    /// Takes over what a branch gathered.
    pub(crate) fn merge(&mut self, branch: Self) {
        self.replies.extend(branch.replies);
    }
}

/// What a sink gets of what was gathered.
pub(super) fn shown(journey: &Journey, replay: &Replay) -> Option<Json> {
    let inputs = journey.passage.inputs.as_deref()?;
    let whole = journey.passage.point.side == HookSide::Pre || inputs.alone;
    let values = &replay.values;
    let mut shown = Map::new();
    shown.insert("values".to_owned(), values.iter().map(ToString::to_string).collect());
    let mut lost = Vec::new();
    match (&inputs.envelope, &journey.matter) {
        (Some(envelope), _) if whole => operation(inputs, envelope, journey, values, &mut shown, &mut lost),
        (None, Matter::Draft(draft)) if whole => {
            let envelope = Draft::clone(draft).anonymous(journey.passage.received_ms);
            operation(inputs, &envelope, journey, values, &mut shown, &mut lost);
        }
        // The side before the operation says the rest.
        (_, Matter::Envelope(_)) if !whole => {}
        _ => return None,
    }
    if let Some(envelope) = inputs.envelope.as_deref().filter(|_| journey.passage.point.side == HookSide::Post) {
        carried::result(envelope.response(), values, &mut shown, &mut lost);
        let headers = context::headers(&envelope.http().response_headers);
        shown.insert("response_headers".to_owned(), headers);
    }
    let replies: Vec<Json> = inputs.replies.iter().map(|reply| reply.shown(values)).collect();
    shown.insert("lost".to_owned(), lost.into());
    shown.insert("replies".to_owned(), replies.into());
    Some(shown.into())
}

/// The operation as the host stated it.
fn operation(
    inputs: &Inputs,
    envelope: &Envelope,
    journey: &Journey,
    values: &[ValuePath],
    shown: &mut Map<String, Json>,
    lost: &mut Vec<&'static str>,
) {
    let mut put = |name: &str, value: Json| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    let kind = journey.passage.kind();
    put("vouched", (inputs.vouched || envelope.standing() == Standing::Vouched).into());
    put("caller", context::encoded(envelope.identity().subject.as_ref()));
    put("session", session::pseudonym(envelope, journey.passage.snapshot.audit_key.as_ref()).into());
    put("resume", journey.passage.resumes.as_deref().into());
    put("context", context::of(envelope, values, kind));
    put("call", call(inputs, envelope, journey, values, lost));
}

fn call(
    inputs: &Inputs,
    envelope: &Envelope,
    journey: &Journey,
    values: &[ValuePath],
    lost: &mut Vec<&'static str>,
) -> Json {
    let mut call = Map::new();
    let kind = journey.passage.kind();
    if kind == Some(EntityKind::Http) {
        if let Some(path) = &inputs.path {
            let request = [("path", Some(path)), ("method", envelope.http().method.as_ref())];
            let request =
                request.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Json::from(value?.as_str()))));
            call.insert("http".to_owned(), request.collect());
        }
    } else if let Some(entity) = kind.and_then(|kind| envelope.entity(kind)) {
        call.insert(entity.kind.name().to_owned(), entity.name.into());
    }
    if let Some(server) = envelope.server() {
        call.insert("server".to_owned(), server.into());
    }
    let meta = context::encoded(Some(envelope.meta()));
    if meta != context::encoded(Some(&apl_cmf::Meta::default())) {
        call.insert("meta".to_owned(), meta);
    }
    let (args, is_whole) = carried::args(&envelope.request().content, kind, values);
    if !is_whole {
        lost.push("args");
    }
    if !args.is_empty() {
        call.insert("args".to_owned(), args.into());
    }
    call.into()
}
