//! The hook API, for hosts that own their dispatch: a message goes in at a named hook and comes out as policy left it.

use std::sync::Arc;

use apl_cmf::{ContentPart, Draft, EntityKind, Message, MessagePayload, PromptRequest, Role, ToolCall};
use cpex_sdk::{GlobalContext, Hook, HookPoint, HookSide, code};
use serde_json::Map;

use crate::context::ContextTable;
use crate::invoke;
use crate::manager::{PluginManager, journey};
use crate::operation::{Answer, Caller};
use crate::outcome::Outcome;
use crate::permit::{self, Permit};
use crate::road::settle::Settled;
use crate::snapshot::Snapshot;

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
}

/// Links the hook after an operation to the one before it. Dropping it unused is recorded as `operation.abandoned`.
#[derive(Debug, Default)]
#[must_use = "pass it to the hook after the operation"]
pub struct Contexts {
    /// In a box, so that where nothing is declared nothing large is handed around.
    permit: Option<Box<Permit>>,
}

/// What a hook let through.
#[derive(Debug)]
pub struct Invoked {
    /// The payload as policy and plugins left it.
    pub payload: MessagePayload,
    /// For the hook after the operation.
    pub contexts: Contexts,
}

impl PluginManager {
    /// Invokes hook `H`.
    pub async fn invoke<H: Hook<Payload = MessagePayload>>(&self, request: Request) -> Outcome<Invoked> {
        self.at(H::POINT, request).await
    }

    /// Invokes a hook whose payload is that of `H` by its name. A name no declaration knows is denied `hook.unknown`, and
    /// so is one that is declared for another entity than `H`.
    pub async fn invoke_named<H: Hook<Payload = MessagePayload>>(
        &self,
        hook: &str,
        request: Request,
    ) -> Outcome<Invoked> {
        match HookPoint::find(hook) {
            Some(point) if point.entity == H::POINT.entity => self.at(point, request).await,
            Some(_) | None => Outcome::refused(code::HOOK_UNKNOWN, "no such hook for this payload"),
        }
    }

    /// Invokes a hook by its name. A name no declaration knows is denied `hook.unknown`.
    pub async fn invoke_by_name(&self, hook: &str, request: Request) -> Outcome<Invoked> {
        match HookPoint::find(hook) {
            Some(point) => self.at(point, request).await,
            None => Outcome::refused(code::HOOK_UNKNOWN, "no such hook"),
        }
    }

    async fn at(&self, point: &'static HookPoint, request: Request) -> Outcome<Invoked> {
        let Some(snapshot) = self.snapshot() else { return Outcome::engine_down() };
        if snapshot.is_idle() {
            return idle(request);
        }
        match point.side {
            HookSide::Pre => before(snapshot, point, request).await,
            HookSide::Post => after(snapshot, point, request).await,
        }
    }
}

/// Nothing is declared that could have a say.
fn idle(request: Request) -> Outcome<Invoked> {
    let payload = MessagePayload { message: request.envelope.into_message() };
    Outcome::nothing_asked(Invoked { payload, contexts: Contexts::default() })
}

async fn before(snapshot: Arc<Snapshot>, point: &'static HookPoint, request: Request) -> Outcome<Invoked> {
    let Request { envelope, caller, global, contexts: _ } = request;
    let mut journey = journey(snapshot, point, envelope, ContextTable::new(global));
    let Settled { end, report } = invoke::before(&mut journey, caller).await;
    let decision = end.map(|granted| {
        let mut permit = Permit::new(journey, &granted);
        let payload = MessagePayload { message: permit.take_call().message };
        Invoked { payload, contexts: Contexts { permit: Some(Box::new(permit)) } }
    });
    Outcome { decision, report }
}

async fn after(snapshot: Arc<Snapshot>, point: &'static HookPoint, request: Request) -> Outcome<Invoked> {
    let Request { envelope, caller, global, contexts } = request;
    let outcome = match contexts.and_then(|contexts| contexts.permit) {
        Some(permit) => {
            let response_headers = envelope.http_context().response_headers.clone();
            permit.complete(Answer { message: envelope.into_message(), response_headers }).await
        }
        None => {
            // The route is that of the capability that answered; the message itself is judged as the result.
            let (asked, answer) = envelope.replace_message(|answer| asked_by(answer, point.entity));
            let mut journey = journey(snapshot, point, asked, ContextTable::new(global));
            let settled = invoke::alone(&mut journey, caller, answer).await;
            permit::outcome_of(journey, settled)
        }
    };
    let Outcome { decision, report } = outcome;
    let decision = decision
        .map(|Answer { message, .. }| Invoked { payload: MessagePayload { message }, contexts: Contexts::default() });
    Outcome { decision, report }
}

/// What an answer answers, as far as it says. One of a model or an agent says nothing, so that without what was asked it is
/// of nothing; that of an HTTP request is of the path its context names.
fn asked_by(answer: &Message, entity: EntityKind) -> Message {
    let mut asked = Vec::new();
    if matches!(entity, EntityKind::Llm | EntityKind::Agent | EntityKind::Http) {
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
        ContentPart::ToolResult(result) => Some(ContentPart::ToolCall(ToolCall {
            tool_call_id: result.tool_call_id.clone(),
            name: result.tool_name.clone(),
            arguments: Map::new(),
            namespace: None,
        })),
        ContentPart::PromptResult(result) => Some(ContentPart::PromptRequest(PromptRequest {
            prompt_request_id: result.prompt_request_id.clone(),
            name: result.prompt_name.clone(),
            arguments: Map::new(),
            server_id: None,
        })),
        ContentPart::Resource(resource) => Some(ContentPart::ResourceRef(resource.reference())),
        ContentPart::Text(_)
        | ContentPart::ToolCall(_)
        | ContentPart::PromptRequest(_)
        | ContentPart::ResourceRef(_)
        | ContentPart::LlmRequest(_)
        | ContentPart::AgentRequest(_)
        | ContentPart::HttpRequest(_)
        | ContentPart::Other(_) => None,
    }
}
