//! The hook API, for hosts that own their dispatch: a message goes in at a named hook and comes out as policy left it.

use std::pin::pin;
use std::sync::Arc;

use apl_cmf::{ContentPart, Draft, EntityKind, HttpContext, Message, MessagePayload, PromptRequest, Role, ToolCall};
use apl_core::Denial;
use cpex_sdk::{GlobalContext, Hook, HookPayload, HookPoint, HookSide, code};
use serde_json::{Map, Value as Json};

use crate::context::ContextTable;
use crate::manager::PluginManager;
use crate::operation::{Answer, Caller};
use crate::outcome::{Decision, Outcome};
use crate::permit::Permit;
use crate::road::state::Journey;
use crate::several::{self, Asked};
use crate::snapshot::Snapshot;
use crate::underway::{Ended, Underway};

/// One invocation of a hook.
#[derive(Debug)]
pub struct Request {
    /// The message and its context.
    pub envelope: Draft,
    /// Who states the caller's identity; not looked at where `contexts` continues an operation.
    pub caller: Caller,
    /// What plugins of the request share.
    pub global: GlobalContext,
    /// What the hook before the operation gave; it carries the policy the operation began under.
    pub contexts: Option<Contexts>,
}

impl Request {
    /// An invocation by an anonymous caller.
    #[must_use]
    pub fn new(envelope: Draft) -> Self {
        Self { envelope, caller: Caller::anonymous(), global: GlobalContext::default(), contexts: None }
    }

    /// An invocation by an anonymous caller with a typed payload.
    #[must_use]
    pub fn of(payload: impl HookPayload) -> Self {
        Self::new(Draft::new(payload.into_message().message))
    }
}

/// Why an invocation cannot set out on the road: its code, and what is said of it.
pub(crate) type Fault = (&'static str, &'static str);

/// No declaration knows the hook.
pub(crate) const HOOK_UNKNOWN: Fault = (code::HOOK_UNKNOWN, "no such hook, or none for this payload");

/// The payload does not fit the hook.
pub(crate) const PAYLOAD_INVALID: Fault = (code::PAYLOAD_INVALID, "the payload is not of the shape of this hook");

/// What records say of a hook that no declaration knows.
pub(crate) static UNKNOWN: HookPoint =
    HookPoint { name: "unknown", aliases: &[], side: HookSide::Pre, entity: None, after: None };

/// What plugins keep from one hook of a request to the next, and, from the hook before an operation, the permit that the
/// hook after it completes. Dropping a permit unused is recorded as `operation.abandoned`.
#[derive(Debug, Default)]
#[must_use = "pass it to the next hook of the request"]
pub struct Contexts {
    /// In a box, so that where nothing is declared nothing large is handed around.
    permit: Option<Box<Permit>>,
    /// What plugins keep where there is no permit.
    table: ContextTable,
}

/// What a hook let through.
#[derive(Debug)]
pub struct Invoked<P = MessagePayload> {
    /// The payload as policy and plugins left it.
    pub payload: P,
    /// The HTTP request that carried it, as plugins left its headers; none where nothing is known of it.
    pub http: Option<Arc<HttpContext>>,
    /// What the host attached, as plugins left it; none where it attached nothing.
    pub custom: Option<Arc<Map<String, Json>>>,
    /// For the next hook of the request.
    pub contexts: Contexts,
}

impl PluginManager {
    /// Invokes hook `H` of operations, in its CMF or its typed spelling. A message that holds no payload of `H` is denied
    /// `payload.invalid`.
    pub async fn invoke<H: Hook<Payload: HookPayload>>(&self, request: Request) -> Outcome<Invoked<H::Payload>> {
        pin!(self.typed::<H::Payload>(H::POINT, request)).await
    }

    /// Invokes a hook whose payload is that of `H` by its name. A name no declaration knows is denied `hook.unknown`, and
    /// so is one that is declared for another entity than `H`.
    pub async fn invoke_named<H: Hook<Payload: HookPayload>>(
        &self,
        hook: &str,
        request: Request,
    ) -> Outcome<Invoked<H::Payload>> {
        match HookPoint::find(hook) {
            Some(point) if point.entity == H::POINT.entity => pin!(self.typed::<H::Payload>(point, request)).await,
            Some(_) | None => self.refuse(&UNKNOWN, request.envelope, HOOK_UNKNOWN).await,
        }
    }

    /// Invokes a hook of operations by its name. A name no declaration knows is denied `hook.unknown`.
    pub async fn invoke_by_name(&self, hook: &str, request: Request) -> Outcome<Invoked> {
        match HookPoint::find(hook) {
            Some(point) => pin!(self.at(point, request)).await,
            None => self.refuse(&UNKNOWN, request.envelope, HOOK_UNKNOWN).await,
        }
    }

    /// Denies what cannot set out on the road, on the record.
    pub(crate) async fn refuse<T>(&self, point: &'static HookPoint, envelope: Draft, fault: Fault) -> Outcome<T> {
        let Some(snapshot) = self.snapshot() else { return Outcome::engine_down() };
        let mut underway = Underway::new(Journey::new(snapshot, point, envelope, ContextTable::default()));
        let denial = Denial::new(fault.0).because(fault.1);
        match underway.refuse(denial).await {
            Some(settled) => underway.conclude(settled).denied(),
            None => Outcome::engine_down(),
        }
    }

    async fn typed<P: HookPayload>(&self, point: &'static HookPoint, request: Request) -> Outcome<Invoked<P>> {
        let Some(entity) = fits::<P>(point, &request) else {
            return self.refuse(point, request.envelope, PAYLOAD_INVALID).await;
        };
        let Outcome { decision, report } = pin!(self.at(point, request)).await;
        let typed = decision.map(|Invoked { payload, http, custom, contexts }| {
            P::take(payload, &entity).map(|payload| Invoked { payload, http, custom, contexts })
        });
        match typed {
            Decision::Allow(Ok(invoked)) => Outcome { decision: Decision::Allow(invoked), report },
            // What is left of the message is no such payload any more, so that there is nothing to give.
            Decision::Allow(Err(_)) => {
                Outcome::refused(PAYLOAD_INVALID.0, "nothing is left that has the shape of this payload")
            }
            Decision::Deny(violation) => Outcome { decision: Decision::Deny(violation), report },
            Decision::Pending(pending) => Outcome { decision: Decision::Pending(pending), report },
        }
    }

    async fn at(&self, point: &'static HookPoint, request: Request) -> Outcome<Invoked> {
        let Some(snapshot) = self.snapshot() else { return Outcome::engine_down() };
        if snapshot.is_idle() {
            return idle(request);
        }
        match point.side {
            HookSide::Pre => pin!(before(snapshot, point, request)).await,
            HookSide::Post => pin!(after(snapshot, point, request)).await,
        }
    }
}

impl Contexts {
    /// Takes out what plugins keep, for a hook that is no operation.
    pub(crate) fn take_table(&mut self) -> ContextTable {
        match &mut self.permit {
            Some(permit) => permit.take_contexts(),
            None => std::mem::take(&mut self.table),
        }
    }

    /// Puts back what plugins keep.
    pub(crate) fn put_table(&mut self, table: ContextTable) {
        match &mut self.permit {
            Some(permit) => permit.put_contexts(table),
            None => self.table = table,
        }
    }
}

/// The name of the entity, if the message holds such a payload. The message itself is any message.
fn fits<P: HookPayload>(point: &HookPoint, request: &Request) -> Option<String> {
    if P::IS_MESSAGE {
        return Some(String::new());
    }
    let kind = point.entity?;
    let begun = request.contexts.as_ref().and_then(|contexts| contexts.permit.as_deref()?.entity());
    let entity = match begun {
        Some(name) => name.to_owned(),
        None => request.envelope.entity(kind).map(|entity| entity.name.to_owned()).unwrap_or_default(),
    };
    P::fits(request.envelope.message(), &entity).then_some(entity)
}

/// Nothing is declared that could have a say.
fn idle(request: Request) -> Outcome<Invoked> {
    let payload = MessagePayload { message: request.envelope.into_message() };
    Outcome::nothing_asked(Invoked { payload, http: None, custom: None, contexts: Contexts::default() })
}

async fn before(snapshot: Arc<Snapshot>, point: &'static HookPoint, request: Request) -> Outcome<Invoked> {
    let Request { envelope, caller, global, contexts } = request;
    let table = contexts.map(|mut contexts| contexts.take_table());
    let contexts = ContextTable::continued(table, global);
    let asked = Asked { snapshot, point, draft: envelope, caller, contexts, resumes: None };
    let Outcome { decision, report } = pin!(several::before(asked)).await;
    let decision = decision.map(|mut permit| {
        let (http, custom) = permit.shared();
        let payload = MessagePayload { message: permit.take_call().message };
        let contexts = Contexts { permit: Some(Box::new(permit)), table: ContextTable::default() };
        Invoked { payload, http, custom, contexts }
    });
    Outcome { decision, report }
}

async fn after(snapshot: Arc<Snapshot>, point: &'static HookPoint, request: Request) -> Outcome<Invoked> {
    let Request { envelope, caller, global, contexts } = request;
    let Contexts { permit, table } = contexts.unwrap_or_default();
    let ended = match permit {
        Some(permit) => {
            let response_headers = envelope.http_context().response_headers.clone();
            permit.end(Answer { message: envelope.into_message(), response_headers }).await
        }
        None => {
            // The route is that of the capability that answered; the message itself is judged as the result.
            let (asked, answer) = envelope.replace_message(|answer| asked_by(answer, point.entity));
            let table = ContextTable::continued(Some(table), global);
            Underway::new(Journey::new(snapshot, point, asked, table)).alone(caller, answer).await
        }
    };
    let Some(Ended { outcome, contexts: table, shared: (http, custom), .. }) = ended else {
        return Outcome::engine_down();
    };
    let Outcome { decision, report } = outcome;
    let decision = decision.map(|Answer { message, .. }| {
        let contexts = Contexts { permit: None, table };
        Invoked { payload: MessagePayload { message }, http, custom, contexts }
    });
    Outcome { decision, report }
}

/// What an answer answers, as far as it says. One of a model or an agent says nothing, so that without what was asked it is
/// of nothing; that of an HTTP request is of the path its context names.
pub(crate) fn asked_by(answer: &Message, entity: Option<EntityKind>) -> Message {
    let mut asked = Vec::new();
    if matches!(entity, None | Some(EntityKind::Llm | EntityKind::Agent | EntityKind::Http)) {
        return Message::new(Role::Assistant, asked);
    }
    for part in answer.content.iter().filter_map(asking) {
        // A resource may come in several parts, which are of one request.
        if !asked.contains(&part) {
            asked.push(part);
        }
    }
    Message::new(Role::Assistant, asked)
}

fn asking(part: &ContentPart) -> Option<ContentPart> {
    match part {
        ContentPart::ToolResult(result) => Some(ContentPart::ToolCall(ToolCall::new(
            result.tool_call_id.as_str(),
            result.tool_name.as_str(),
            Map::new(),
        ))),
        ContentPart::PromptResult(result) => Some(ContentPart::PromptRequest(PromptRequest::new(
            result.prompt_request_id.as_str(),
            result.prompt_name.as_str(),
            Map::new(),
        ))),
        ContentPart::Resource(resource) => Some(ContentPart::ResourceRef(resource.reference())),
        ContentPart::Text(_)
        | ContentPart::Thinking(_)
        | ContentPart::ToolCall(_)
        | ContentPart::PromptRequest(_)
        | ContentPart::ResourceRef(_)
        | ContentPart::Image(_)
        | ContentPart::Video(_)
        | ContentPart::Audio(_)
        | ContentPart::Document(_)
        | ContentPart::LlmRequest(_)
        | ContentPart::AgentRequest(_)
        | ContentPart::HttpRequest(_)
        | ContentPart::Other(_) => None,
    }
}
