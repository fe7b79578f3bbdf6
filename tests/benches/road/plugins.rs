//! j. Plugins that answer at once: what each adds to a hook, one after another and side by side.

use std::hint::black_box;
use std::sync::Arc;

use cpex::Request;
use cpex::cmf::{Draft, MessagePayload, View};
use cpex::prelude::*;
use cpex::sdk::config::{PluginConfig, PluginMode};
use cpex::sdk::{CmfToolPreInvoke, HookHandler, Plugin, PluginContext, PluginError, PluginResult, async_trait};

use super::Bench;
use super::monitor::{message, ready};

pub(crate) fn all(bench: &mut Bench) {
    floors(bench);
    for (name, mode, count) in [
        ("j-1-plugin", PluginMode::Sequential, 1),
        ("j-5-plugins", PluginMode::Sequential, 5),
        ("j-20-plugins", PluginMode::Sequential, 20),
        ("j2-5-concurrent", PluginMode::Concurrent, 5),
    ] {
        let manager = manager(mode, count);
        let request = || Request::new(Draft::new(message()));
        bench.scenario(name, request, |request| ready(manager.invoke::<CmfToolPreInvoke>(request)));
    }
}

fn floors(bench: &mut Bench) {
    let callee: Arc<dyn Answers> = Arc::new(At::Once);
    for (name, count) in [("floor-ready-calls-1", 1), ("floor-ready-calls-5", 5), ("floor-ready-calls-20", 20)] {
        let calls = || async {
            for _ in 0..count {
                black_box(&callee).answer().await;
            }
        };
        bench.scenario(name, || (), |()| ready(calls()));
    }
    let branch = || black_box(&callee).answer();
    let branches = || async { tokio::join!(branch(), branch(), branch(), branch()) };
    bench.scenario("floor-ready-branches-4", || (), |()| ready(branches()));
}

fn manager(mode: PluginMode, count: usize) -> PluginManager {
    let manager = super::monitor::manager("{}");
    for number in 0..count {
        let config = PluginConfig { mode, ..PluginConfig::new(format!("p{number}"), "host/allowing") };
        ready(manager.register_handler::<CmfToolPreInvoke, _>(Allowing, config)).unwrap();
    }
    manager
}

struct Allowing;

impl Plugin for Allowing {}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for Allowing {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        Ok(PluginResult::allow())
    }
}

#[async_trait]
trait Answers: Send + Sync {
    async fn answer(&self) -> bool;
}

enum At {
    Once,
}

#[async_trait]
impl Answers for At {
    async fn answer(&self) -> bool {
        matches!(self, Self::Once)
    }
}
