//! What stands in for the collaborators of a policy: scripted plugins, identity plugins and sinks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cpex::cmf::{ContentPart, MessagePayload, ToolResult, View};
use cpex::sdk::audit::Wants;
use cpex::sdk::testing::RecordingSink;
use cpex::sdk::{
    AuditSink, AuthFailure, CmfAgentPostInvoke, CmfAgentPreInvoke, CmfLlmInput, CmfLlmOutput, CmfPromptPostFetch,
    CmfPromptPreFetch, CmfResourcePostFetch, CmfResourcePreFetch, CmfToolPostInvoke, CmfToolPreInvoke, FieldPayload,
    Hook, HookHandler, HttpPostRequest, HttpPreRequest, IdentityResolver, Inbound, Instance, Plugin, PluginContext,
    PluginError, PluginInstance, PluginResult, PluginViolation, Record, Resolution, SinkError, async_trait, code,
};
use serde_json::{Map, Value as Json};

use super::stub::Script;
use super::wallet::{Handed, Kind, Wallet};

/// A plugin that does what its script says.
#[derive(Debug)]
pub(crate) struct ScriptedPlugin {
    pub(crate) script: Script,
    pub(crate) reached: Arc<AtomicBool>,
}

impl Plugin for ScriptedPlugin {}

/// A payload in which named fields can be replaced.
trait Scripted: Sized + Send + Sync {
    /// The payload with the named fields of the arguments, and of a structured result, replaced.
    fn modified(&self, args: &Map<String, Json>, result: &Map<String, Json>) -> PluginResult<Self>;
}

#[async_trait]
impl<H: Hook> HookHandler<H> for ScriptedPlugin
where
    H::Payload: Scripted,
{
    async fn handle(
        &self,
        payload: &H::Payload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<H::Payload>, PluginError> {
        self.reached.store(true, Ordering::Relaxed);
        Ok(match &self.script {
            Script::Allow => PluginResult::allow(),
            Script::Deny(code) => PluginResult::deny(PluginViolation::new("denied by a stub", code)),
            Script::Modify { args, result } => payload.modified(args, result),
            Script::Panic => panic_quietly(),
            Script::Timeout => std::future::pending().await,
            // The runner refuses such stubs of a plugin before it begins.
            Script::Refuse | Script::Grant(_) | Script::Reply(_) | Script::Fail(_) => {
                PluginResult::deny(PluginViolation::new("its stub is that of another collaborator", "stub"))
            }
        })
    }
}

impl Scripted for MessagePayload {
    fn modified(&self, args: &Map<String, Json>, result: &Map<String, Json>) -> PluginResult<Self> {
        let mut payload = self.clone();
        for part in &mut payload.message.content {
            if let Some(arguments) = part.arguments_mut() {
                arguments.extend(args.clone());
            }
            if let ContentPart::ToolResult(ToolResult { content: Json::Object(content), .. }) = part {
                content.extend(result.clone());
            }
        }
        PluginResult::modify_payload(payload)
    }
}

impl Scripted for FieldPayload {
    fn modified(&self, args: &Map<String, Json>, result: &Map<String, Json>) -> PluginResult<Self> {
        let named = if self.phase == "pre" { args } else { result };
        match named.get(&self.path) {
            Some(value) => {
                let values = vec![value.clone(); self.values.len()];
                PluginResult::modify_payload(Self { values, ..self.clone() })
            }
            None => PluginResult::allow(),
        }
    }
}

impl ScriptedPlugin {
    /// The plugin on every hook there is: policy places it wherever the case needs it.
    pub(crate) fn on_every_hook(self) -> Instance {
        let tools = PluginInstance::of(self).on::<CmfToolPreInvoke>().on::<CmfToolPostInvoke>();
        let prompts = tools.on::<CmfPromptPreFetch>().on::<CmfPromptPostFetch>();
        let resources = prompts.on::<CmfResourcePreFetch>().on::<CmfResourcePostFetch>();
        let models = resources.on::<CmfLlmInput>().on::<CmfLlmOutput>();
        let agents = models.on::<CmfAgentPreInvoke>().on::<CmfAgentPostInvoke>();
        Instance::Plugin(agents.on::<HttpPreRequest>().on::<HttpPostRequest>().on_fields().build())
    }
}

/// An identity plugin that yields what the step states, or asks the one it stands for.
pub(crate) struct ScriptedIdentity {
    pub(crate) wanted: Option<Kind>,
    pub(crate) spare: Vec<Kind>,
    pub(crate) wallet: Arc<Wallet>,
    /// None where no step of the case sends credentials.
    pub(crate) real: Option<Arc<dyn IdentityResolver>>,
}

#[async_trait]
impl IdentityResolver for ScriptedIdentity {
    async fn resolve(&self, inbound: Inbound<'_>) -> Resolution {
        match (self.wallet.hand(self.wanted, &self.spare), &self.real) {
            (Handed::One(principal), _) => Resolution::verified(*principal),
            (Handed::Nothing, _) => Resolution::Nothing,
            (Handed::AskReal, Some(real)) => real.resolve(inbound).await,
            (Handed::AskReal, None) => {
                let note = "the case gives no identity plugin to verify with".to_owned();
                Resolution::Failed(AuthFailure { code: code::AUTH_UNAVAILABLE, note })
            }
        }
    }

    async fn initialize(&self) -> Result<(), PluginError> {
        match &self.real {
            Some(real) => real.initialize().await,
            None => Ok(()),
        }
    }
}

/// A sink that keeps its records in memory.
#[derive(Debug)]
pub(crate) struct ScriptedSink {
    pub(crate) script: Script,
    pub(crate) reached: Arc<AtomicBool>,
    pub(crate) kept: Arc<RecordingSink>,
}

#[async_trait]
impl AuditSink for ScriptedSink {
    fn wants(&self) -> Wants {
        self.kept.wants()
    }

    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        self.reached.store(true, Ordering::Relaxed);
        match &self.script {
            Script::Panic => panic_quietly(),
            Script::Timeout => std::future::pending().await,
            _ => self.kept.write(record).await,
        }
    }
}

/// Unwinds without the message a panic prints: the guard above is what is tried here.
pub(crate) fn panic_quietly() -> ! {
    std::panic::resume_unwind(Box::new("a stub panics"))
}
