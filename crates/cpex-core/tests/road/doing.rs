//! Plugins that do what a test says, registered in code.

use std::pin::Pin;
use std::sync::Arc;

use apl_cmf::{MessagePayload, View};
use cpex_core::PluginManager;
use cpex_sdk::config::{PluginConfig, PluginMode};
use cpex_sdk::{
    CmfToolPostInvoke, CmfToolPreInvoke, Hook, HookHandler, Plugin, PluginContext, PluginError, PluginInstance,
    PluginResult, async_trait,
};

/// A plugin on the hooks of tools that answers what `deed` makes of the payload.
pub(crate) fn doing<D, F>(deed: D) -> PluginInstance
where
    D: Fn(MessagePayload) -> F + Send + Sync + 'static,
    F: Future<Output = PluginResult<MessagePayload>> + Send + 'static,
{
    let doing = Doing(Arc::new(move |payload| Box::pin(deed(payload))));
    PluginInstance::of(doing).on::<CmfToolPreInvoke>().on::<CmfToolPostInvoke>().build()
}

/// The declaration of a plugin of that mode that runs by its hooks, or where policy places it.
pub(crate) fn declared(name: &str, mode: PluginMode) -> PluginConfig {
    let hooks = ["cmf.tool_pre_invoke", "cmf.tool_post_invoke"].map(str::to_owned).to_vec();
    PluginConfig { mode, hooks, ..PluginConfig::new(name, "host/doing") }
}

/// A manager with these plugins under a document.
pub(crate) async fn manager<const N: usize>(
    plugins: [(PluginInstance, PluginConfig); N],
    document: &str,
) -> PluginManager {
    let manager = PluginManager::default();
    for (plugin, config) in plugins {
        manager.register_plugin(plugin, config).await.unwrap();
    }
    manager.load_config_yaml(document).unwrap_or_else(|refused| panic!("{refused}"));
    manager.initialize().await.unwrap();
    manager
}

type Deed = dyn Fn(MessagePayload) -> Pin<Box<dyn Future<Output = PluginResult<MessagePayload>> + Send>> + Send + Sync;

struct Doing(Arc<Deed>);

impl Plugin for Doing {}

#[async_trait]
impl<H: Hook<Payload = MessagePayload>> HookHandler<H> for Doing {
    async fn handle(
        &self,
        payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        Ok((self.0)(payload.clone()).await)
    }
}
