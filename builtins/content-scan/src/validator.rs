//! The plugin: looks into the payload of its hook, and denies, redacts or reports what it finds.

use async_trait::async_trait;
use cpex_sdk::cmf::{MessagePayload, View};
use cpex_sdk::{
    CmfAgentPostInvoke, CmfAgentPreInvoke, CmfLlmInput, CmfLlmOutput, CmfPromptPostFetch, CmfPromptPreFetch,
    CmfResourcePostFetch, CmfResourcePreFetch, CmfToolPostInvoke, CmfToolPreInvoke, Field, FieldPayload, Hook,
    HookHandler, HttpPostRequest, HttpPreRequest, Plugin, PluginContext, PluginError, PluginInstance, PluginResult,
    PluginViolation,
};
use serde_json::{Map, Value as Json};

use crate::config::Mode;
use crate::detect::Detect;
use crate::inspection::Inspection;
use crate::redaction::{self, Stuck};

/// The words in which a validator speaks of what it looks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// What it looks for, in the reason of a denial.
    pub(crate) what: &'static str,
    /// The code of a denial for what was found.
    pub(crate) found: &'static str,
    /// The code of a denial for what could not be read.
    pub(crate) unreadable: &'static str,
}

/// A hook whose payload is a message.
trait MessageHook: Hook<Payload = MessagePayload> {}

macro_rules! message_hooks {
    ($($hook:ident)+) => {
        $(impl MessageHook for $hook {})+

        impl Validator {
            /// The plugin, on every hook whose payload is content.
            pub(crate) fn instance(self) -> PluginInstance {
                PluginInstance::of(self)$(.on::<$hook>())+.on_fields().build()
            }
        }
    };
}

message_hooks! {
    CmfToolPreInvoke CmfToolPostInvoke
    CmfPromptPreFetch CmfPromptPostFetch
    CmfResourcePreFetch CmfResourcePostFetch
    CmfLlmInput CmfLlmOutput
    CmfAgentPreInvoke CmfAgentPostInvoke
    HttpPreRequest HttpPostRequest
}

/// Asks a detector about everything that a payload holds.
pub(crate) struct Validator {
    pub(crate) detector: Box<dyn Detect>,
    pub(crate) mode: Mode,
    pub(crate) words: &'static Words,
}

impl Validator {
    /// The answer about a payload, by the one way to look into it and the one to redact it.
    fn judge<P: Clone>(
        &self,
        payload: &P,
        inspect: impl Fn(&mut Inspection<'_>, &P),
        redact: impl FnOnce(&mut P) -> Result<(), Stuck>,
    ) -> PluginResult<P> {
        let inspected = |payload: &P| {
            let mut inspection = Inspection::by(&*self.detector);
            inspect(&mut inspection, payload);
            inspection
        };
        let inspection = inspected(payload);
        if inspection.is_clean() {
            return PluginResult::allow();
        }
        let metadata = report(&inspection);
        let result = match self.mode {
            Mode::Audit => PluginResult::allow(),
            Mode::Deny => PluginResult::deny(self.violation(&inspection)),
            Mode::Redact => {
                let mut redacted = payload.clone();
                let is_done = redact(&mut redacted).is_ok() && inspected(&redacted).is_clean();
                if is_done {
                    PluginResult::modify_payload(redacted)
                } else {
                    PluginResult::deny(self.violation(&inspection))
                }
            }
        };
        PluginResult { metadata, ..result }
    }

    fn violation(&self, inspection: &Inspection<'_>) -> PluginViolation {
        let Words { what, found, unreadable } = self.words;
        if inspection.found.is_empty() {
            return PluginViolation::new(format!("the content cannot be searched for {what}"), *unreadable);
        }
        let names: Vec<&str> = inspection.found.keys().copied().collect();
        PluginViolation::new(format!("the content holds {what}: {}", names.join(", ")), *found)
    }
}

/// What goes on the record: how often each kind or rule was found, and how much could not be read.
fn report(inspection: &Inspection<'_>) -> Map<String, Json> {
    let found: Map<String, Json> =
        inspection.found.iter().map(|(name, times)| ((*name).to_owned(), Json::from(*times))).collect();
    Map::from_iter([
        ("found".to_owned(), Json::Object(found)),
        ("unreadable".to_owned(), Json::from(inspection.unreadable)),
    ])
}

impl Plugin for Validator {}

#[async_trait]
impl<H: MessageHook> HookHandler<H> for Validator {
    async fn handle(
        &self,
        payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        Ok(self.judge(
            payload,
            |inspection, payload| inspection.message(&payload.message),
            |payload| redaction::message(&*self.detector, &mut payload.message),
        ))
    }
}

#[async_trait]
impl HookHandler<Field> for Validator {
    async fn handle(
        &self,
        payload: &FieldPayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<FieldPayload>, PluginError> {
        Ok(self.judge(
            payload,
            |inspection, payload| payload.values.iter().for_each(|value| inspection.value(value)),
            |payload| payload.values.iter_mut().try_for_each(|value| redaction::value(&*self.detector, value)),
        ))
    }
}
