//! What stands in for the collaborators of a policy in a replay.

mod modified;

use std::sync::Arc;

use cpex::cmf::{Minted, Secret, View};
use cpex::sdk::config::ConfigFault;
use cpex::sdk::delegation::{Delegator, MintError, MintRequest};
use cpex::sdk::elicitation::{Ask, ElicitationChannel, ElicitationError, QuestionId, Status};
use cpex::sdk::engine::{DecisionEngine, EngineError, Inquiry, Prepared, Question, Verdict as Decided};
use cpex::sdk::{
    AuthFailure, CmfAgentPostInvoke, CmfAgentPreInvoke, CmfLlmInput, CmfLlmOutput, CmfPromptPostFetch,
    CmfPromptPreFetch, CmfResourcePostFetch, CmfResourcePreFetch, CmfToolPostInvoke, CmfToolPreInvoke, Hook,
    HookHandler, HttpPostRequest, HttpPreRequest, IdentityResolver, Inbound, Instance, Plugin, PluginContext,
    PluginError, PluginInstance, PluginResult, PluginViolation, Resolution, async_trait, code,
};
use serde_json::Value as Json;

use super::answers::{Answers, Said};
use super::member::{is, word, words};
use crate::case::panic_quietly;
use modified::{Replayed, changes};

/// An identity plugin that finds whom it found.
pub(super) struct Identifying {
    pub(super) name: String,
    pub(super) answers: Arc<Answers>,
}

#[async_trait]
impl IdentityResolver for Identifying {
    async fn resolve(&self, _inbound: Inbound<'_>) -> Resolution {
        let Some(reply) = self.answers.take(|reply| is(reply, "identity", &self.name)) else {
            // Under this policy it is asked for the first time: whom it would have found nobody knows.
            self.answers.miss("caller");
            return Resolution::Nothing;
        };
        if let Some(code) = word(&reply, "code") {
            let code = code::find(code).map_or(code::AUTH_INVALID, |row| row.name);
            return Resolution::Failed(AuthFailure {
                code,
                note: "it failed when the operation was recorded".to_owned(),
            });
        }
        match word(&reply, "yields").and_then(|kind| self.answers.principal(kind)) {
            Some(principal) => Resolution::verified(principal),
            None => Resolution::Nothing,
        }
    }
}

/// A delegator that grants what it granted. One that is asked for something else than it was is taken to grant that.
pub(super) struct Delegating {
    pub(super) name: String,
    pub(super) answers: Arc<Answers>,
}

#[async_trait]
impl Delegator for Delegating {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        let own = |reply: &Json| is(reply, "delegator", &self.name);
        let asked: Vec<&str> = request.permissions.iter().map(|scope| &**scope).collect();
        let alike = |reply: &Json| {
            own(reply) && is(reply, "audience", request.audience) && words(reply, "permissions") == asked
        };
        let reply = self.answers.take(alike);
        let known = reply.or_else(|| self.answers.find(own));
        let Some(known) = known else {
            self.answers.miss(&format!("delegations.{}", self.name));
            return Err(MintError("no record says what it grants".to_owned()));
        };
        let minted = |audience: &str, permissions: Vec<&str>| Minted {
            header: "Authorization".to_owned(),
            value: Secret::new("Bearer replayed".to_owned()),
            audience: audience.into(),
            permissions: permissions.into_iter().map(Into::into).collect(),
        };
        match word(&known, "code") {
            Some(code::DELEGATION_EGRESS_DENIED) => Ok(minted("another audience", Vec::new())),
            Some(_) => Err(MintError("it failed when the operation was recorded".to_owned())),
            None if alike(&known) => Ok(minted(request.audience, words(&known, "granted"))),
            None => Ok(minted(request.audience, asked)),
        }
    }
}

/// A channel on which people say what they said.
pub(super) struct Channel {
    pub(super) answers: Arc<Answers>,
}

#[async_trait]
impl ElicitationChannel for Channel {
    async fn ask(&self, ask: &Ask<'_>) -> Result<(), ElicitationError> {
        match self.answers.asks(ask.question, ask.rule, ask.approver) {
            true => Ok(()),
            false => Err(ElicitationError("it failed when the operation was recorded".to_owned())),
        }
    }

    async fn check(&self, question: &QuestionId) -> Result<Status, ElicitationError> {
        match self.answers.said(question) {
            Some((Said::Pending, _)) => Ok(Status::Pending),
            Some((Said::Approved, by)) => Ok(Status::Approved { by }),
            Some((Said::Denied, by)) => Ok(Status::Denied { by }),
            Some((Said::Expired, _)) => Ok(Status::Expired),
            Some((Said::Forged, _)) => Ok(Status::Forged),
            None => Err(ElicitationError("it failed when the operation was recorded".to_owned())),
        }
    }
}

/// An engine that decides as it decided. Whether it was the same rule that asked is seen afterwards.
#[derive(Clone)]
pub(super) struct Engine {
    pub(super) name: String,
    pub(super) answers: Arc<Answers>,
}

#[async_trait]
impl DecisionEngine for Engine {
    async fn initialize(&self) -> Result<(), PluginError> {
        Ok(())
    }

    fn prepare(&self, _written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        Ok(Prepared { question: Arc::new(self.clone()), reads: Vec::new() })
    }
}

#[async_trait]
impl Question for Engine {
    async fn ask(&self, _inquiry: &Inquiry<'_>) -> Result<Decided, EngineError> {
        let verdict = self.answers.verdict(&self.name);
        let policies = || {
            let ids = verdict.as_ref().and_then(|verdict| verdict.get("policies")?.as_array());
            ids.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        match verdict.as_ref().and_then(|verdict| word(verdict, "verdict")) {
            Some("permit") => Ok(Decided::permit(policies())),
            Some("deny") => Ok(Decided::deny(policies())),
            _ => Err(EngineError("no record says what it decides".to_owned())),
        }
    }
}

/// A plugin that answers what it answered, on every hook there is.
pub(super) fn plugin(name: String, answers: Arc<Answers>) -> Instance {
    let tools = PluginInstance::of(Answering { name, answers }).on::<CmfToolPreInvoke>().on::<CmfToolPostInvoke>();
    let prompts = tools.on::<CmfPromptPreFetch>().on::<CmfPromptPostFetch>();
    let resources = prompts.on::<CmfResourcePreFetch>().on::<CmfResourcePostFetch>();
    let models = resources.on::<CmfLlmInput>().on::<CmfLlmOutput>();
    let agents = models.on::<CmfAgentPreInvoke>().on::<CmfAgentPostInvoke>();
    Instance::Plugin(agents.on::<HttpPreRequest>().on::<HttpPostRequest>().on_fields().build())
}

struct Answering {
    name: String,
    answers: Arc<Answers>,
}

impl Plugin for Answering {}

#[async_trait]
impl<H: Hook> HookHandler<H> for Answering
where
    H::Payload: Replayed,
{
    async fn handle(
        &self,
        payload: &H::Payload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<H::Payload>, PluginError> {
        let Some(reply) = self.answers.take(|reply| is(reply, "plugin", &self.name) && payload.is_meant(reply)) else {
            self.answers.miss_plugin(&self.name);
            return Ok(PluginResult::allow());
        };
        let answer = match (word(&reply, "answer"), word(&reply, "code")) {
            (Some("deny"), code) => PluginResult::deny(violation(&reply, code)),
            (Some("error"), Some(code::PLUGIN_TIMEOUT)) => std::future::pending().await,
            (Some("error"), Some(code::PLUGIN_PANIC)) => panic_quietly(),
            (Some("error"), _) => return Err(PluginError("it failed when the operation was recorded".to_owned())),
            (Some("modify"), _) => payload.replayed(&reply, &self.answers),
            _ => PluginResult::allow(),
        };
        Ok(answer.modify_extensions(changes(&reply)))
    }
}

fn violation(reply: &Json, code: Option<&str>) -> PluginViolation {
    let own_code = code.filter(|code| *code != code::PLUGIN_DENIED);
    let violation = PluginViolation::new(word(reply, "reason").unwrap_or_default(), own_code.unwrap_or_default());
    match own_code {
        Some(_) => violation,
        None => PluginViolation { code: None, ..violation },
    }
}
