//! What a plugin's answer means: the table of modes and of `on_error`.

use std::sync::Arc;

use apl_cmf::{ContentPart, ExtensionChange, Side};
use apl_core::{Aside, Denial};
use cpex_orchestration::Fault;
use cpex_sdk::config::{OnError, PluginMode};
use cpex_sdk::{PluginError, PluginResult, PluginViolation, Verdict, code};
use serde_json::{Map, Value as Json};
use tracing::Span;

use crate::snapshot::Control;

/// Whether policy names the plugin or it runs by its hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placing {
    Hooked,
    Placed,
}

/// How the call itself ended; `None` where the plugin has no handler for the hook.
pub(crate) type Answer<P> = Result<Option<Result<PluginResult<P>, PluginError>>, Fault>;

/// A call and how long it took.
pub(super) struct Asked<P> {
    pub(super) answer: Answer<P>,
    pub(super) duration_us: u64,
    pub(super) span: Span,
}

/// What an answer means for the operation.
pub(super) struct Answered<P> {
    /// What the plugin asked for, as records spell it.
    pub(super) requested: &'static str,
    pub(super) code: Option<&'static str>,
    /// The denial that counts.
    pub(super) denial: Option<Denial>,
    /// The new payload, where the mode lets the plugin modify.
    pub(super) modification: Option<P>,
    /// What else it asks to be changed, where the mode lets it.
    pub(super) changes: Vec<ExtensionChange>,
    /// What went wrong, for the record.
    pub(super) error: Option<String>,
    /// What the plugin wants on the record.
    pub(super) metadata: Map<String, Json>,
    pub(super) duration_us: u64,
    pub(super) span: Span,
}

impl<P> Answered<P> {
    pub(super) fn of(asked: Asked<P>, control: &Control, placing: Placing) -> Self {
        let mode = control.config.mode;
        let answered = match asked.answer {
            Ok(Some(Ok(PluginResult { verdict, changes, metadata }))) => {
                let answered = Self::meant(verdict, changes, mode);
                Self { metadata, ..answered }
            }
            Ok(Some(Err(PluginError(text)))) => Self::failed(code::PLUGIN_ERROR, text, control, placing),
            // Policy placed it on a side it does not handle: there is nothing it could have judged.
            Ok(None) => Self::failed(code::PLUGIN_ERROR, "it does not handle this hook".to_owned(), control, placing),
            Err(Fault::Timeout) => Self::failed(code::PLUGIN_TIMEOUT, "no answer in time".to_owned(), control, placing),
            Err(Fault::Panic) => Self::failed(code::PLUGIN_PANIC, "it panicked".to_owned(), control, placing),
        };
        Self { duration_us: asked.duration_us, span: asked.span, ..answered }
    }

    /// What the plugin answered cannot be done: a failure of the plugin. If it denied, its denial stands.
    pub(super) fn turned_down(self, error: String, control: &Control, placing: Placing) -> Self {
        let Self { requested, duration_us, span, .. } = self;
        if self.denial.is_some() {
            return Self { error: Some(error), modification: None, changes: Vec::new(), span, ..self };
        }
        Self { requested, duration_us, span, ..Self::failed(code::PLUGIN_ERROR, error, control, placing) }
    }

    /// What a plugin of that mode asks for.
    fn meant(verdict: Verdict<P>, changes: Vec<ExtensionChange>, mode: PluginMode) -> Self {
        match verdict {
            Verdict::Allow if changes.is_empty() => Self::plain("allow"),
            Verdict::Allow => Self { changes: permitted(changes, mode), ..Self::plain("modify") },
            // What it would have changed is of an operation that does not happen; labels it found stand all the same.
            Verdict::Deny(violation) => Self {
                code: Some(code::PLUGIN_DENIED),
                denial: mode.may_deny().then(|| denial_of(violation)),
                changes: permitted(changes, mode),
                ..Self::plain("deny")
            },
            Verdict::Modify(payload) => Self {
                modification: mode.may_modify().then_some(payload),
                changes: permitted(changes, mode),
                ..Self::plain("modify")
            },
        }
    }

    /// A failure of the plugin itself. In a mode that cannot deny it never blocks; otherwise `on_error` decides.
    pub(super) fn failed(code: &'static str, error: String, control: &Control, placing: Placing) -> Self {
        let blocking = control.config.mode.may_deny();
        let denial = match (control.config.on_error, placing) {
            (OnError::Fail, _) => blocking.then(|| Denial::new(code)),
            (OnError::Ignore, _) => None,
            (OnError::Disable, Placing::Hooked) => {
                control.disable();
                None
            }
            (OnError::Disable, Placing::Placed) => {
                control.disable();
                Some(Denial::new(code::PLUGIN_DISABLED))
            }
        };
        Self { code: Some(code), denial, error: Some(error), ..Self::plain("error") }
    }

    fn plain(requested: &'static str) -> Self {
        Self {
            requested,
            code: None,
            denial: None,
            modification: None,
            changes: Vec::new(),
            error: None,
            metadata: Map::new(),
            duration_us: 0,
            span: Span::none(),
        }
    }
}

/// What a plugin of that mode may change beside the payload.
fn permitted(changes: Vec<ExtensionChange>, mode: PluginMode) -> Vec<ExtensionChange> {
    if mode.may_modify() { changes } else { Vec::new() }
}

/// Whether a modified payload is still about the same requests and answers, so that the route found for it stays its own.
/// Of an answer, parts may be left out: what is withheld is nobody else's answer.
pub(super) fn keeps_entity(side: Side, before: &[ContentPart], after: &[ContentPart]) -> bool {
    let mut before = before.iter().filter_map(about);
    let mut after = after.iter().filter_map(about);
    match side {
        Side::Args => before.eq(after),
        Side::Result => after.all(|kept| before.any(|given| given == kept)),
    }
}

/// Identifier, name and namespace of what a part asks for or answers, and which of these it is.
fn about(part: &ContentPart) -> Option<(&'static str, &str, &str, Option<&str>)> {
    match part {
        ContentPart::ToolCall(call) => Some(("tool_call", &call.tool_call_id, &call.name, call.namespace.as_deref())),
        ContentPart::ToolResult(result) => Some(("tool_result", &result.tool_call_id, &result.tool_name, None)),
        ContentPart::PromptRequest(request) => {
            Some(("prompt_request", &request.prompt_request_id, &request.name, request.server_id.as_deref()))
        }
        ContentPart::PromptResult(result) => {
            Some(("prompt_result", &result.prompt_request_id, &result.prompt_name, None))
        }
        ContentPart::Resource(resource) => {
            Some(("resource", &resource.resource_request_id, &resource.uri, resource.version.as_deref()))
        }
        ContentPart::ResourceRef(reference) => {
            Some(("resource_ref", &reference.resource_request_id, &reference.uri, reference.selector.as_deref()))
        }
        ContentPart::LlmRequest(request) => {
            Some(("llm_request", &request.llm_request_id, request.model().unwrap_or_default(), None))
        }
        ContentPart::AgentRequest(request) => Some(("agent_request", &request.agent_request_id, &request.name, None)),
        ContentPart::HttpRequest(request) => Some(("http_request", &request.http_request_id, "", None)),
        ContentPart::Text(_)
        | ContentPart::Thinking(_)
        | ContentPart::Image(_)
        | ContentPart::Video(_)
        | ContentPart::Audio(_)
        | ContentPart::Document(_)
        | ContentPart::Other(_) => None,
    }
}

fn denial_of(violation: PluginViolation) -> Denial {
    let PluginViolation { reason, description, code: own_code, details, proto_error_code } = violation;
    let aside = Aside {
        description: description.map(Arc::from),
        // A denial does not pass for an operation that is pending.
        json_rpc: proto_error_code.filter(|own| *own != code::json_rpc(code::ELICITATION_PENDING)),
    };
    Denial {
        code: code::PLUGIN_DENIED,
        own_code: own_code.map(Arc::from),
        reason: Some(Arc::from(reason)),
        details: (!details.is_empty()).then(|| Arc::new(Json::Object(details))),
        aside: (aside != Aside::default()).then(|| Box::new(aside)),
    }
}
