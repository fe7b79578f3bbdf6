//! What plugins cost that answer at once.

use cpex::cmf::{ContentPart, Draft, Message, MessagePayload, Role, ToolCall, View};
use cpex::prelude::*;
use cpex::sdk::config::{OnError, PluginConfig, PluginMode};
use cpex::sdk::{
    CmfToolPreInvoke, Field, FieldPayload, HookHandler, Plugin, PluginContext, PluginError, PluginInstance,
    PluginResult, async_trait,
};
use cpex::{Invoked, Request};
use serde_json::{Map, json};

use super::ready::{counted, ready};

/// What a hook allocates on which something runs: the list of calls, the id of the call and its name, which stay when the
/// message leaves; the permit, which the context table holds; and the list of what each plugin did.
const HOOK: u64 = 3 + 1 + 1;

const ONE_AFTER_ANOTHER: [PluginMode; 3] = [PluginMode::Sequential, PluginMode::Transform, PluginMode::Audit];

#[test]
fn a_hook_on_which_nothing_is_registered_allocates_nothing() {
    assert_eq!(allocations(&manager("{}", &[])), 0);
}

#[test]
fn a_plugin_that_answers_at_once_allocates_its_future_and_nothing_else() {
    for mode in ONE_AFTER_ANOTHER {
        for plugins in [1, 5, 20] {
            let expected = HOOK + plugins;
            assert_eq!(allocations(&hooked(mode, plugins)), expected, "{plugins} plugins, {mode:?}");
        }
    }
}

#[test]
fn concurrent_plugins_that_answer_at_once_allocate_two_futures_each_and_three_lists() {
    let lists = ["of those that run", "of their branches", "of the branches as they end"].len() as u64;
    for plugins in [1, 5, 20] {
        let expected = HOOK + lists + 2 * plugins;
        assert_eq!(allocations(&hooked(PluginMode::Concurrent, plugins)), expected, "{plugins} plugins");
    }
}

/// There is no runtime here whose timer could be armed and whose threads could run a task: a plugin for which either was
/// asked for would be timed out.
#[test]
fn a_plugin_that_answers_at_once_arms_no_timer_and_spawns_no_task() {
    let parallel = "{ parallel: ['run(p0)', 'run(p1)'] }";
    for (mode, steps) in [
        (PluginMode::Sequential, ""),
        (PluginMode::Transform, ""),
        (PluginMode::Audit, ""),
        (PluginMode::Concurrent, ""),
        (PluginMode::Sequential, "'run(p0)', 'run(p1)'"),
        (PluginMode::Concurrent, parallel),
    ] {
        let route = |rest: &str| format!("{{ routes: [ {{ tool: lookup, {rest} policy: [ {steps} ] }} ] }}");
        let at_once = manager(&route("args: { id: 'run(stage)' },"), &[(mode, true), (mode, true)]);
        let outcome = invoke(&at_once).0;
        assert!(matches!(outcome.decision, Decision::Allow(_)), "{mode:?} {steps}: {outcome:?}");
        assert_eq!(outcome.report.errors, [""; 0], "{mode:?} {steps}");
        // What is not there at once needs a timer, and cannot have it.
        let later = manager(&route(""), &[(mode, false), (mode, false)]);
        let codes: Vec<_> = invoke(&later).0.report.controls.iter().map(|control| control.code).collect();
        assert_eq!(codes, [Some("plugin.timeout"); 2], "{mode:?} {steps}");
    }
}

fn allocations(manager: &PluginManager) -> u64 {
    let of_one = || {
        let (outcome, allocations) = invoke(manager);
        assert!(matches!(outcome.decision, Decision::Allow(_)), "{outcome:?}");
        allocations
    };
    let _first = of_one();
    let allocations = of_one();
    assert_eq!(of_one(), allocations);
    allocations
}

fn invoke(manager: &PluginManager) -> (Outcome<Invoked>, u64) {
    let call = ToolCall::new("1", "lookup", Map::from_iter([("id".to_owned(), json!("7"))]));
    let message = Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]);
    counted(manager.invoke::<CmfToolPreInvoke>(Request::new(Draft::new(message))))
}

fn hooked(mode: PluginMode, plugins: u64) -> PluginManager {
    let plugins: Vec<_> = (0..plugins).map(|_| (mode, true)).collect();
    manager("{}", &plugins)
}

/// A manager with plugins `p0`, `p1` and so on, each of a mode, and answering at once or later; and `stage`.
fn manager(document: &str, plugins: &[(PluginMode, bool)]) -> PluginManager {
    let manager = PluginManager::default();
    for (number, (mode, at_once)) in plugins.iter().enumerate() {
        let config = PluginConfig {
            mode: *mode,
            on_error: OnError::Ignore,
            ..PluginConfig::new(format!("p{number}"), "host/p")
        };
        ready(manager.register_handler::<CmfToolPreInvoke, _>(Allowing { at_once: *at_once }, config)).unwrap();
    }
    if document.contains("stage") {
        let config = PluginConfig { on_demand: true, ..PluginConfig::new("stage", "host/stage") };
        let plugin = PluginInstance::of(Allowing { at_once: true }).on_fields().build();
        ready(manager.register_plugin(plugin, config)).unwrap();
    }
    manager.load_config_yaml(document).unwrap_or_else(|refused| panic!("{refused}"));
    ready(manager.initialize()).unwrap();
    manager
}

struct Allowing {
    at_once: bool,
}

impl Plugin for Allowing {}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for Allowing {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        if !self.at_once {
            std::future::pending::<()>().await;
        }
        Ok(PluginResult::allow())
    }
}

#[async_trait]
impl HookHandler<Field> for Allowing {
    async fn handle(
        &self,
        _payload: &FieldPayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<FieldPayload>, PluginError> {
        Ok(PluginResult::allow())
    }
}
