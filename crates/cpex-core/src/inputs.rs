//! What it takes to decide an operation again, in the form of a case of policy tests: gathered on the way where a sink wants
//! it, and shown to each sink with the values that one lists and no others.
//!
//! A credential is never among it: the envelope that is kept here has none in its encodable slots.

mod carried;
mod context;
mod reply;

use apl_cmf::{Draft, EntityKind, Envelope};
use apl_core::compile::HashKey;
use cpex_sdk::audit::{Replay, ValuePath};
use cpex_sdk::{HookSide, SessionKey};
use serde_json::{Map, Value as Json};

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

/// What else there is to say of the side.
pub(crate) struct Stands<'s> {
    pub(crate) side: HookSide,
    pub(crate) kind: Option<EntityKind>,
    /// The operation, where nobody was identified.
    pub(crate) draft: Option<&'s Draft>,
    pub(crate) received_ms: u64,
    /// The session that labels are kept for.
    pub(crate) session: Option<SessionKey>,
    /// The suspended operation that is repeated.
    pub(crate) resumes: Option<&'s str>,
    /// What pseudonyms are made under, if anything.
    pub(crate) key: Option<&'s HashKey>,
}

impl Inputs {
    /// What is gathered of a draft.
    pub(crate) fn new(draft: &Draft, vouched: bool) -> Box<Self> {
        Box::new(Self { vouched, path: draft.http_context().path.clone(), ..Self::default() })
    }

    /// Keeps the operation as it is now.
    pub(crate) fn keep(&mut self, envelope: &Envelope) {
        self.envelope = Some(Box::new(envelope.clone()));
    }

    /// The same of an operation that is judged by its result alone.
    pub(crate) fn keep_alone(&mut self, envelope: &Envelope) {
        self.keep(envelope);
        self.alone = true;
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

    /// What a sink gets of what was gathered.
    pub(crate) fn shown(&self, stands: &Stands<'_>, replay: &Replay) -> Option<Json> {
        let values = &replay.values;
        let mut shown = Map::new();
        let mut lost = Vec::new();
        shown.insert("values".to_owned(), values.iter().map(ToString::to_string).collect());
        if stands.side == HookSide::Pre || self.alone {
            let drafted = stands.draft.filter(|_| self.envelope.is_none());
            let drafted = drafted.map(|draft| draft.clone().anonymous(stands.received_ms));
            let envelope = self.envelope.as_deref().or(drafted.as_ref())?;
            self.operation(envelope, stands, values, &mut shown);
            lost.extend(carried::args(&envelope.request().content, stands.kind, values).is_none().then_some("args"));
        }
        if let Some(envelope) = self.envelope.as_deref().filter(|_| stands.side == HookSide::Post) {
            carried::result(envelope.response(), values, &mut shown, &mut lost);
            shown.insert("response_headers".to_owned(), context::headers(&envelope.http().response_headers));
        }
        if let Some(session) = stands.session {
            shown.insert("bound".to_owned(), session::pseudonym_of(&session, stands.key).into());
        }
        let replies: Vec<Json> = self.replies.iter().map(|reply| reply.shown(values)).collect();
        shown.insert("lost".to_owned(), lost.into());
        shown.insert("replies".to_owned(), replies.into());
        Some(shown.into())
    }

    /// The operation as the host stated it.
    fn operation(&self, envelope: &Envelope, stands: &Stands<'_>, values: &[ValuePath], shown: &mut Map<String, Json>) {
        let mut put = |name: &str, value: Json| {
            if !value.is_null() {
                shown.insert(name.to_owned(), value);
            }
        };
        put("identified", self.envelope.is_some().into());
        put("vouched", self.vouched.into());
        put("caller", context::encoded(envelope.identity().subject.as_ref()));
        put("session", session::pseudonym(envelope, stands.key).into());
        put("resume", stands.resumes.into());
        put("context", context::of(envelope, values, stands.kind));
        put("call", self.call(envelope, stands.kind, values));
    }

    fn call(&self, envelope: &Envelope, kind: Option<EntityKind>, values: &[ValuePath]) -> Json {
        let mut call = Map::new();
        if kind == Some(EntityKind::Http) {
            if let Some(path) = self.path.as_deref() {
                let request = [("path", Some(path)), ("method", envelope.http().method.as_deref())];
                let given = request.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Json::from(value?))));
                call.insert("http".to_owned(), given.collect());
            }
        } else if let Some(entity) = kind.and_then(|kind| envelope.entity(kind)) {
            call.insert(entity.kind.name().to_owned(), entity.name.into());
        }
        if let Some(server) = envelope.server() {
            call.insert("server".to_owned(), server.into());
        }
        if *envelope.meta() != apl_cmf::Meta::default() {
            call.insert("meta".to_owned(), context::encoded(Some(envelope.meta())));
        }
        let args = carried::args(&envelope.request().content, kind, values).unwrap_or_default();
        if !args.is_empty() {
            call.insert("args".to_owned(), args.into());
        }
        call.into()
    }
}
