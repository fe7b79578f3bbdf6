//! Collaborators that documents name: plugins that do what their name says, and a sink that keeps what it is given.

use std::sync::{Arc, Mutex};

use cpex::cmf::{ContentPart, MessagePayload, View};
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::{
    AuditSink, CmfToolPostInvoke, CmfToolPreInvoke, Factory, Hook, HookHandler, Host, Instance, Plugin, PluginContext,
    PluginError, PluginInstance, PluginResult, PluginViolation, Record, SinkError, async_trait,
};
use serde_json::Value as Json;

/// Makes the plugins `allows`, `denies`, `fails` and `sets`.
pub(super) struct Controls;

impl Factory for Controls {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let control = Control(declaration.name.clone());
        Ok(Instance::Plugin(PluginInstance::of(control).on::<CmfToolPreInvoke>().on::<CmfToolPostInvoke>().build()))
    }
}

struct Control(String);

#[async_trait]
impl Plugin for Control {}

#[async_trait]
impl<H: Hook<Payload = MessagePayload>> HookHandler<H> for Control {
    async fn handle(
        &self,
        payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        match self.0.as_str() {
            "denies" => Ok(PluginResult::deny(PluginViolation::new("not today", "scripted.denied"))),
            "fails" => Err(PluginError("scripted".to_owned())),
            "sets" => Ok(PluginResult::modify_payload(set(payload.clone()))),
            _ => Ok(PluginResult::allow()),
        }
    }
}

/// Sets `a` in what the message is about.
fn set(mut payload: MessagePayload) -> MessagePayload {
    for part in &mut payload.message.content {
        let map = match part {
            ContentPart::ToolResult(result) => result.content.as_object_mut(),
            part => part.arguments_mut(),
        };
        if let Some(map) = map {
            map.insert("a".to_owned(), Json::from("set"));
        }
    }
    payload
}

/// Makes sinks that keep every record as the JSON a file would get.
pub(super) struct Sinks {
    pub(super) records: Arc<Mutex<Vec<String>>>,
}

impl Factory for Sinks {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Sink(Arc::new(Sink(Arc::clone(&self.records)))))
    }
}

struct Sink(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl AuditSink for Sink {
    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        self.0.lock().unwrap().push(serde_json::to_string(record).unwrap());
        Ok(())
    }
}
