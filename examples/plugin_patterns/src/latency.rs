//! State across hooks: what a plugin learns before an operation is there for it afterwards.

use std::sync::Arc;

use cpex_sdk::cmf::{MessagePayload, View};
use cpex_sdk::{
    Clock, CmfToolPostInvoke, CmfToolPreInvoke, HookHandler, Plugin, PluginContext, PluginError, PluginResult,
    async_trait,
};
use serde_json::{Value as Json, json};

/// Measures how long tools take, and tells the plugins after it.
pub struct LatencyTracker {
    /// The clock that factories are lent, which tests can set.
    pub clock: Arc<dyn Clock>,
}

impl Plugin for LatencyTracker {}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for LatencyTracker {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        _extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        context.state.insert("started_ns".to_owned(), json!(self.clock.monotonic_ns()));
        Ok(PluginResult::allow())
    }
}

#[async_trait]
impl HookHandler<CmfToolPostInvoke> for LatencyTracker {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        _extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        if let Some(started) = context.state.get("started_ns").and_then(Json::as_u64) {
            let took_ms = self.clock.monotonic_ns().saturating_sub(started) / 1_000_000;
            context.global_context.state.insert("tool_ms".to_owned(), json!(took_ms));
        }
        Ok(PluginResult::allow())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

    use std::sync::Arc;
    use std::time::Duration;

    use cpex_sdk::testing::{ManualClock, tool_call};
    use cpex_sdk::{CmfToolPostInvoke, CmfToolPreInvoke, PluginContext};

    use super::LatencyTracker;

    #[test]
    fn the_time_a_tool_took_is_known_afterwards() {
        let clock = Arc::new(ManualClock::at(0));
        let plugin = LatencyTracker { clock: Arc::clone(&clock) as _ };
        let call = tool_call("search").result("found").build();
        let mut context = PluginContext::default();
        call.run_in::<CmfToolPreInvoke, _>(&plugin, &mut context).unwrap();
        clock.advance(Duration::from_millis(250));
        call.run_in::<CmfToolPostInvoke, _>(&plugin, &mut context).unwrap();
        assert_eq!(context.global_context.state["tool_ms"], 250);
    }
}
