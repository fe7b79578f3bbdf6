//! Scripted decision engines, delegators and channels to people.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cpex::cmf::Secret;
use cpex::sdk::async_trait;
use cpex::sdk::config::ConfigFault;
use cpex::sdk::delegation::{Delegator, MintError, MintRequest, Minted};
use cpex::sdk::elicitation::{Ask, ElicitationChannel, ElicitationError, QuestionId, Status};
use cpex::sdk::engine::{DecisionEngine, EngineError, Inquiry, Prepared, Question, Verdict};
use serde_json::Value as Json;

use super::doubles::panic_quietly;
use super::stub::{Reply, Script};

/// An engine that answers every question alike.
#[derive(Clone, Debug)]
pub(crate) struct ScriptedEngine {
    pub(crate) script: Script,
    pub(crate) reached: Arc<AtomicBool>,
}

#[async_trait]
impl DecisionEngine for ScriptedEngine {
    fn prepare(&self, _written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        Ok(Prepared { question: Arc::new(self.clone()), reads: Vec::new() })
    }
}

#[async_trait]
impl Question for ScriptedEngine {
    async fn ask(&self, _inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        self.reached.store(true, Ordering::Relaxed);
        match &self.script {
            Script::Allow => Ok(Verdict::permit(Vec::new())),
            Script::Refuse => Ok(Verdict::deny(Vec::new())),
            Script::Timeout => std::future::pending().await,
            Script::Panic => panic_quietly(),
            Script::Fail(text) => Err(EngineError(text.clone())),
            _ => Err(EngineError("its stub is that of another collaborator".to_owned())),
        }
    }
}

/// A delegator that grants what its script says.
#[derive(Debug)]
pub(crate) struct ScriptedDelegator {
    pub(crate) script: Script,
    pub(crate) reached: Arc<AtomicBool>,
}

#[async_trait]
impl Delegator for ScriptedDelegator {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        self.reached.store(true, Ordering::Relaxed);
        match &self.script {
            Script::Grant(permissions) => Ok(Minted {
                header: "Authorization".to_owned(),
                value: Secret::new(format!("Bearer stub-for-{}", request.audience)),
                audience: request.audience.into(),
                permissions: permissions.iter().map(|scope| scope.as_str().into()).collect(),
            }),
            Script::Timeout => std::future::pending().await,
            Script::Panic => panic_quietly(),
            Script::Fail(text) => Err(MintError(text.clone())),
            _ => Err(MintError("its stub is that of another collaborator".to_owned())),
        }
    }
}

/// A channel on which everybody who is asked answers alike.
#[derive(Debug)]
pub(crate) struct ScriptedChannel {
    script: Script,
    reached: Arc<AtomicBool>,
    /// Who was asked.
    asked: Mutex<HashMap<QuestionId, String>>,
}

impl ScriptedChannel {
    pub(crate) fn new(script: Script, reached: Arc<AtomicBool>) -> Self {
        Self { script, reached, asked: Mutex::default() }
    }

    async fn played(&self) -> Result<Option<Reply>, ElicitationError> {
        self.reached.store(true, Ordering::Relaxed);
        match &self.script {
            Script::Reply(reply) => Ok(Some(*reply)),
            Script::Timeout => std::future::pending().await,
            Script::Panic => panic_quietly(),
            Script::Fail(text) => Err(ElicitationError(text.clone())),
            _ => Err(ElicitationError("its stub is that of another collaborator".to_owned())),
        }
    }
}

#[async_trait]
impl ElicitationChannel for ScriptedChannel {
    async fn ask(&self, ask: &Ask<'_>) -> Result<(), ElicitationError> {
        self.played().await?;
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(ask.question, ask.approver.to_owned());
        Ok(())
    }

    async fn check(&self, question: &QuestionId) -> Result<Status, ElicitationError> {
        let reply = self.played().await?;
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let by = asked.get(question).cloned();
        let by = by.ok_or_else(|| ElicitationError("nobody was asked that".to_owned()))?;
        Ok(match reply {
            Some(Reply::Approved) => Status::Approved { by },
            Some(Reply::Denied) => Status::Denied { by },
            Some(Reply::Expired) => Status::Expired,
            Some(Reply::Forged) => Status::Forged,
            Some(Reply::Pending) | None => Status::Pending,
        })
    }
}
