//! Hooks of the host's own: defined in code or by name, run by the same table of modes, and on the record.

use std::sync::Arc;

use apl_cmf::View;
use cpex_core::{HookTaken, InvokedOwn, OwnRequest, PluginManager};
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{
    Factory, HookHandler, Host, HttpAuthResolveUser, Instance, Plugin, PluginContext, PluginError, PluginInstance,
    PluginResult, PluginViolation, UserPayload, async_trait,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{allowed, denied};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Checkpoint {
    name: String,
    size: u32,
}

cpex_sdk::define_hook! {
    /// After a checkpoint was written.
    CheckpointSaved "checkpoint.saved" ["checkpoint_saved"] => Checkpoint;
}

cpex_sdk::define_hook! {
    /// A hook with a name that is taken.
    Taken "tool_pre_invoke" => Checkpoint;
}

/// Denies what is too large, rounds the rest down to tens, and counts its calls in its state.
struct Rounds;

impl Plugin for Rounds {}

#[async_trait]
impl HookHandler<CheckpointSaved> for Rounds {
    async fn handle(
        &self,
        payload: &Checkpoint,
        _extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Result<PluginResult<Checkpoint>, PluginError> {
        let calls = context.state.get("calls").and_then(serde_json::Value::as_u64).unwrap_or(0) + 1;
        context.state.insert("calls".into(), json!(calls));
        if payload.size > 100 {
            return Ok(PluginResult::deny(PluginViolation::new("too large", "checkpoint.size")));
        }
        Ok(PluginResult::modify_payload(Checkpoint { name: format!("{calls}"), size: payload.size / 10 * 10 }))
    }
}

#[async_trait]
impl HookHandler<HttpAuthResolveUser> for Rounds {
    async fn handle(
        &self,
        payload: &UserPayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<UserPayload>, PluginError> {
        Ok(PluginResult::modify_payload(UserPayload { user: Some(json!({ "name": "eve" })), ..payload.clone() }))
    }
}

struct Made;

impl Factory for Made {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let rounds = PluginInstance::of(Rounds).on_own::<CheckpointSaved>().on_own::<HttpAuthResolveUser>();
        Ok(Instance::Plugin(rounds.build()))
    }
}

pub(crate) async fn manager(mode: &str) -> PluginManager {
    let manager = PluginManager::default();
    manager.register_factory("test/rounds", Arc::new(Made));
    manager.register_hook::<CheckpointSaved>().unwrap();
    let document = format!(
        "plugins: [ {{ name: p, kind: test/rounds, mode: {mode}, hooks: [checkpoint_saved, http_auth_resolve_user] }} ]\n\
         routes: [ {{ tool: lookup, policy: [ deny ] }} ]"
    );
    manager.load_config_yaml(&document).unwrap();
    manager.initialize().await.unwrap();
    manager
}

fn saved(size: u32) -> OwnRequest<Checkpoint> {
    OwnRequest::new(Checkpoint { name: "c".into(), size })
}

#[tokio::test]
async fn a_plugin_on_a_hook_of_the_hosts_own_denies_and_modifies_as_its_mode_says() {
    let manager = manager("sequential").await;
    let InvokedOwn { payload, contexts } = allowed(manager.invoke_own::<CheckpointSaved>(saved(57)).await);
    assert_eq!(payload, Checkpoint { name: "1".into(), size: 50 });
    let again = OwnRequest { contexts, ..saved(57) };
    assert_eq!(allowed(manager.invoke_own::<CheckpointSaved>(again).await).payload.name, "2", "its state was kept");
    let refused = manager.invoke_own::<CheckpointSaved>(saved(101)).await;
    assert_eq!((denied(&refused), refused.report.control.as_deref()), ("plugin.denied", Some("p")));
    let looking = self::manager("audit").await;
    let outcome = looking.invoke_own::<CheckpointSaved>(saved(101)).await;
    assert_eq!(outcome.report.controls[0].requested, "deny");
    assert_eq!(allowed(outcome).payload, Checkpoint { name: "c".into(), size: 101 });
}

#[tokio::test]
async fn a_host_without_types_invokes_the_same_hook_with_json() {
    let manager = manager("sequential").await;
    let request = || OwnRequest::new(json!({ "name": "c", "size": 57 }));
    for name in ["checkpoint.saved", "checkpoint_saved"] {
        let invoked = allowed(manager.invoke_json(name, request()).await);
        assert_eq!(invoked.payload, json!({ "name": "1", "size": 50 }), "{name}");
    }
    let wrong = OwnRequest::new(json!({ "name": "c", "size": "large" }));
    assert_eq!(denied(&manager.invoke_json("checkpoint.saved", wrong).await), "payload.invalid");
    assert_eq!(denied(&manager.invoke_json("checkpoint.lost", request()).await), "hook.unknown");
    assert_eq!(denied(&manager.invoke_json("cmf.tool_pre_invoke", request()).await), "hook.unknown");
    assert_eq!(denied(&manager.invoke_json("field", request()).await), "hook.unknown");
}

#[tokio::test]
async fn who_a_user_is_can_be_asked_of_plugins() {
    let manager = manager("sequential").await;
    let asked = UserPayload { method: "GET".into(), path: "/".into(), ..UserPayload::default() };
    let invoked = allowed(manager.invoke_own::<HttpAuthResolveUser>(OwnRequest::new(asked)).await);
    assert_eq!(invoked.payload.user, Some(json!({ "name": "eve" })));
}

#[tokio::test]
async fn a_hook_by_name_takes_any_json_and_passes_it_on_where_nothing_runs() {
    let manager = PluginManager::default();
    manager.register_json_hook("job.done").unwrap();
    manager.load_config_yaml("routes: [ { tool: lookup, policy: [ deny ] } ]").unwrap();
    manager.initialize().await.unwrap();
    let invoked = allowed(manager.invoke_json("job.done", OwnRequest::new(json!([1, "x"]))).await);
    assert_eq!(invoked.payload, json!([1, "x"]));
}

#[test]
fn a_hook_has_a_name_of_its_own() {
    let manager = PluginManager::default();
    assert_eq!(manager.register_hook::<Taken>(), Err(HookTaken { hook: "tool_pre_invoke" }));
    manager.register_hook::<CheckpointSaved>().unwrap();
    assert_eq!(manager.register_hook::<CheckpointSaved>(), Err(HookTaken { hook: "checkpoint.saved" }));
    assert_eq!(manager.register_json_hook("checkpoint_saved"), Err(HookTaken { hook: "checkpoint_saved" }));
}

#[test]
fn a_plugin_on_hooks_alone_that_nothing_dispatches_is_reached_by_nothing() {
    let manager = PluginManager::default();
    manager.register_factory("test/rounds", Arc::new(Made));
    for hook in ["field", "elicit", "token.delegate", "identity_resolve"] {
        let document = format!("plugins: [ {{ name: p, kind: test/rounds, hooks: [{hook}] }} ]");
        let refused = manager.load_config_yaml(&document).unwrap_err().to_string();
        assert!(refused.contains("nothing reaches plugin `p`"), "{refused}");
    }
}

#[test]
fn a_hook_that_was_not_registered_is_an_error_at_load_with_the_nearest_name() {
    let manager = PluginManager::default();
    manager.register_factory("test/rounds", Arc::new(Made));
    manager.register_hook::<CheckpointSaved>().unwrap();
    let document = "plugins: [ { name: p, kind: test/rounds, hooks: [checkpoint.save] } ]";
    let refused = manager.load_config_yaml(document).unwrap_err().to_string();
    assert!(refused.contains("did you mean `checkpoint.saved`?"), "{refused}");
}
