//! A manager whose plugins do as their config says, for tests that watch it.

use std::convert::Infallible;
use std::sync::Arc;

use cpex::ManagerConfig;
use cpex::cmf::{MessagePayload, View};
use cpex::prelude::*;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::{
    CmfToolPreInvoke, Factory, HookHandler, Host, Instance, Plugin, PluginContext, PluginError, PluginInstance,
    PluginResult, PluginViolation, async_trait,
};

/// What every planted value holds.
pub(super) const PLANTED: &str = "xyzzy";

/// `config: { do: allow | deny | error | yield }`; what it says of itself is planted.
struct Scripted(String);

impl Plugin for Scripted {}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for Scripted {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        _extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        context.state.insert("seen".to_owned(), PLANTED.into());
        match self.0.as_str() {
            "deny" => Ok(PluginResult::deny(PluginViolation::new(PLANTED, PLANTED))),
            "error" => Err(PluginError(PLANTED.to_owned())),
            "yield" => {
                tokio::task::yield_now().await;
                Ok(PluginResult::allow())
            }
            _ => Ok(PluginResult::allow()),
        }
    }
}

struct Scripts;

impl Factory for Scripts {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let script = declaration.config["do"].as_str().expect("a script").to_owned();
        Ok(Instance::Plugin(PluginInstance::of(Scripted(script)).on::<CmfToolPreInvoke>().build()))
    }
}

/// A manager under that document.
pub(super) async fn manager(document: &str) -> PluginManager {
    manager_with(document, ManagerConfig::default()).await
}

/// The same with ports of the test.
pub(super) async fn manager_with(document: &str, config: ManagerConfig) -> PluginManager {
    let manager = PluginManager::new(config);
    cpex::install_builtins(&manager);
    manager.register_factory("test/scripted", Arc::new(Scripts));
    manager.load_config_yaml(document).unwrap_or_else(|error| panic!("{error}"));
    manager.initialize().await.unwrap();
    manager
}

/// Guards an operation that is answered like this.
pub(super) async fn guard(manager: &PluginManager, operation: Operation, answer: Answer) -> Outcome<Answer> {
    let Ok(outcome) = manager.guard(operation, |_call| async { Ok::<_, Infallible>(answer) }).await;
    outcome
}
