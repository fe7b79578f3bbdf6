//! Telemetry: counting what is asked for, in the background, so that nobody waits for it and nothing depends on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cpex_sdk::cmf::View;
use cpex_sdk::{
    HookHandler, Plugin, PluginContext, PluginError, PluginResult, ToolPreInvoke, ToolPreInvokePayload, async_trait,
};

/// Counts the calls of each tool.
#[derive(Clone, Debug, Default)]
pub struct CallCounter {
    counts: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl CallCounter {
    /// How often each tool was called.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Plugin for CallCounter {}

#[async_trait]
impl HookHandler<ToolPreInvoke> for CallCounter {
    async fn handle(
        &self,
        payload: &ToolPreInvokePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<ToolPreInvokePayload>, PluginError> {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(payload.name.clone()).or_default() += 1;
        Ok(PluginResult::allow())
    }
}
