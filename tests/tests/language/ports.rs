//! An engine that answers as its question tells it to, and delegators that do what their name says.

use std::sync::Arc;

use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::delegation::{Delegator, MintError, MintRequest, Minted};
use cpex::sdk::engine::{DecisionEngine, EngineError, Inquiry, Prepared, Question, Verdict};
use cpex::sdk::{Factory, Host, Instance, async_trait};
use serde_json::Value as Json;

/// The kind of the engine and the word of the steps that ask it.
pub(super) const ENGINE: &str = "oracle";

/// What the engine makes of a question: whether it permits, or none where it fails.
pub(super) fn opinion(question: &Json) -> Option<bool> {
    match question["answer"].as_str() {
        Some("permit") => Some(true),
        Some("deny") => Some(false),
        // Every value of the question has a say.
        Some("measure") => Some(question.to_string().len().is_multiple_of(2)),
        _ => None,
    }
}

/// The scopes a delegator grants of those asked for, or none where it fails.
pub(super) fn grant<'a>(delegator: &str, asked: &[&'a str]) -> Option<Vec<&'a str>> {
    match delegator {
        "grants" => Some(asked.to_vec()),
        "narrows" => Some(asked.iter().copied().take(1).collect()),
        _ => None,
    }
}

/// Makes the engine.
pub(super) struct Engines;

impl Factory for Engines {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Engine(Arc::new(Oracle)))
    }
}

#[derive(Clone, Copy)]
struct Oracle;

#[async_trait]
impl DecisionEngine for Oracle {
    fn prepare(&self, _written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        Ok(Prepared { question: Arc::new(*self), reads: Vec::new() })
    }
}

#[async_trait]
impl Question for Oracle {
    async fn ask(&self, inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        // The reason of a denial shows what was asked.
        let policies = vec![shown(inquiry.map)];
        match opinion(inquiry.map) {
            Some(true) => Ok(Verdict::permit(policies)),
            Some(false) => Ok(Verdict::deny(policies)),
            None => Err(EngineError("scripted".to_owned())),
        }
    }
}

/// Makes the delegators.
pub(super) struct Delegators;

impl Factory for Delegators {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Delegator(Arc::new(Named(declaration.name.clone()))))
    }
}

struct Named(String);

#[async_trait]
impl Delegator for Named {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        let asked: Vec<&str> = request.permissions.iter().map(|scope| &**scope).collect();
        let granted = grant(&self.0, &asked).ok_or_else(|| MintError("scripted".to_owned()))?;
        Ok(Minted {
            header: self.0.clone(),
            value: "Bearer scripted".into(),
            audience: request.audience.into(),
            permissions: granted.into_iter().map(Into::into).collect(),
        })
    }
}

/// A question as text, the members of maps by their names: in which order a map has them depends on what else is built.
pub(super) fn shown(question: &Json) -> String {
    let mut sorted = question.clone();
    sorted.sort_all_objects();
    sorted.to_string()
}
