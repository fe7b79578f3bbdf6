//! What plugins may do to an operation, by mode and by where they stand.

use std::sync::Arc;

use apl_cmf::{MessagePayload, View};
use cpex_core::{ManagerConfig, PluginManager};
use cpex_sdk::config::{ConfigFault, Key, PluginConfig, Shape};
use cpex_sdk::{
    CmfToolPreInvoke, Factory, HookHandler, Host, Instance, Plugin, PluginContext, PluginError, PluginInstance,
    PluginResult, PluginViolation, async_trait,
};
use serde_json::json;

use crate::support::{Bench, allowed, denied, eve, lookup};

fn hooked(mode: &str, rest: &str, script: &str) -> String {
    format!(
        r#"
plugins:
  - {{ name: p, kind: test/control, mode: {mode}, {rest} hooks: [cmf.tool_pre_invoke], config: {{ do: {script} }} }}
  - {{ name: log, kind: audit/test }}
routes:
  - tool: lookup
    policy: [ "args.id == 'planted': deny('seen', 'policy.saw_it')" ]
"#
    )
}

async fn outcome(document: &str) -> Result<serde_json::Value, &'static str> {
    let bench = Bench::new(document).await;
    let outcome = bench.guard(lookup().caller(eve())).await;
    let control = bench.records()[0]["controls"][0].clone();
    match &outcome.decision {
        cpex_core::Decision::Allow(_) => Ok(control),
        _ => Err(denied(&outcome)),
    }
}

#[tokio::test]
async fn policy_judges_what_a_shaping_plugin_left() {
    assert_eq!(outcome(&hooked("sequential", "", "{set: {id: planted}}")).await, Err("policy.denied"));
    assert_eq!(outcome(&hooked("transform", "", "{set: {id: planted}}")).await, Err("policy.denied"));
}

#[tokio::test]
async fn what_a_looking_plugin_changes_is_discarded_and_recorded() {
    for mode in ["audit", "concurrent"] {
        let control = outcome(&hooked(mode, "", "{set: {id: planted}}")).await.unwrap();
        assert_eq!((&control["requested"], &control["effective"]), (&json!("modify"), &json!("allow")), "{mode}");
    }
}

#[tokio::test]
async fn only_modes_that_may_deny_deny() {
    assert_eq!(outcome(&hooked("sequential", "", "deny")).await, Err("plugin.denied"));
    assert_eq!(outcome(&hooked("concurrent", "", "deny")).await, Err("plugin.denied"));
    for mode in ["transform", "audit"] {
        let control = outcome(&hooked(mode, "", "deny")).await.unwrap();
        assert_eq!((&control["requested"], &control["effective"]), (&json!("deny"), &json!("allow")), "{mode}");
    }
}

#[tokio::test]
async fn a_failing_plugin_denies_under_fail_with_the_code_of_its_failure() {
    for (script, code) in [("error", "plugin.error"), ("panic", "plugin.panic")] {
        for mode in ["sequential", "concurrent"] {
            assert_eq!(outcome(&hooked(mode, "", script)).await, Err(code), "{mode} {script}");
        }
        for mode in ["transform", "audit"] {
            assert_eq!(outcome(&hooked(mode, "", script)).await.unwrap()["code"], json!(code), "{mode} {script}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_hangs_is_timed_out() {
    assert_eq!(outcome(&hooked("sequential", "timeout: 2,", "hang")).await, Err("plugin.timeout"));
}

#[tokio::test]
async fn a_failure_is_recorded_and_passed_over_under_ignore() {
    let control = outcome(&hooked("sequential", "on_error: ignore,", "error")).await.unwrap();
    assert_eq!(control["code"], json!("plugin.error"));
}

#[tokio::test]
async fn disable_turns_a_hooked_plugin_off_for_every_later_request() {
    let bench = Bench::new(&hooked("sequential", "on_error: disable,", "error")).await;
    allowed(bench.guard(lookup()).await);
    allowed(bench.guard(lookup()).await);
    assert_eq!(bench.calls(), ["p@cmf.tool_pre_invoke#0"]);
}

#[tokio::test]
async fn disable_makes_a_placed_plugin_deny_from_its_first_failure_on() {
    let document = r#"
plugins:
  - { name: p, kind: test/control, on_error: disable, config: { do: error } }
routes:
  - tool: lookup
    policy: [ "run(p)" ]
"#;
    let bench = Bench::new(document).await;
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.disabled");
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.disabled");
    assert_eq!(bench.calls().len(), 1);
}

#[tokio::test]
async fn a_plugin_cannot_make_the_operation_one_on_another_tool() {
    assert_eq!(outcome(&hooked("sequential", "", "rename")).await, Err("plugin.error"));
    let document = r#"
plugins: [ { name: p, kind: test/control, config: { do: rename } } ]
routes: [ { tool: lookup, policy: [ "run(p)" ] } ]
"#;
    let bench = Bench::new(document).await;
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.error");
}

#[tokio::test]
async fn a_placed_plugin_runs_where_policy_names_it_and_nowhere_else() {
    let document = r#"
plugins: [ { name: p, kind: test/control, hooks: [cmf.tool_pre_invoke], config: { do: deny } } ]
routes:
  - { tool: lookup, policy: [ "role.guest: run(p)" ] }
"#;
    let bench = Bench::new(document).await;
    allowed(bench.guard(lookup()).await);
    assert!(bench.calls().is_empty());
}

#[tokio::test]
async fn the_denial_names_the_rule_and_the_control_that_denied() {
    let document = r#"
plugins:
  - { name: scan, kind: test/control, config: { do: deny } }
  - { name: log, kind: audit/test }
routes:
  - { tool: lookup, policy: [ "require(authenticated)", "run(scan)" ] }
"#;
    let bench = Bench::new(document).await;
    let outcome = bench.guard(lookup().caller(eve())).await;
    assert_eq!(denied(&outcome), "plugin.denied");
    let violation = outcome.decision.violation().unwrap();
    assert_eq!((&*violation.code, &*violation.reason), ("scan.hit", "not today"));
    let record = &bench.records()[0];
    assert_eq!(record["rule"]["id"], json!("routes[0].policy[1]"));
    assert_eq!(record["control"], json!("scan"));
    assert_eq!((&record["code"], &record["own_code"]), (&json!("plugin.denied"), &json!("scan.hit")));
}

#[tokio::test]
async fn shaping_plugins_run_by_mode_then_priority_whatever_the_order_of_declaration() {
    let document = r#"
plugins:
  - { name: late, kind: test/control, priority: 20, hooks: [cmf.tool_pre_invoke] }
  - { name: redactor, kind: test/control, mode: transform, priority: 1, hooks: [cmf.tool_pre_invoke] }
  - { name: shadow, kind: test/control, mode: audit, priority: 0, hooks: [cmf.tool_pre_invoke] }
  - { name: early, kind: test/control, priority: 10, hooks: [cmf.tool_pre_invoke] }
"#;
    let bench = Bench::new(document).await;
    allowed(bench.guard(lookup()).await);
    let names: Vec<String> = bench.calls().iter().map(|call| call.split('@').next().unwrap().to_owned()).collect();
    assert_eq!(names, ["early", "late", "redactor", "shadow"]);
}

#[tokio::test]
async fn state_of_a_plugin_is_kept_from_the_hook_before_to_the_hook_after() {
    let document = r#"
plugins: [ { name: p, kind: test/control, hooks: [cmf.tool_pre_invoke, cmf.tool_post_invoke] } ]
"#;
    let bench = Bench::new(document).await;
    allowed(bench.guard(lookup()).await);
    assert_eq!(bench.calls(), ["p@cmf.tool_pre_invoke#0", "p@cmf.tool_post_invoke#1"]);
}

#[tokio::test]
async fn of_concurrent_denials_the_one_of_the_lowest_priority_counts() {
    let document = r#"
plugins:
  - { name: second, kind: test/control, mode: concurrent, priority: 2, hooks: [cmf.tool_pre_invoke], config: { do: deny } }
  - { name: first, kind: test/control, mode: concurrent, priority: 1, hooks: [cmf.tool_pre_invoke], config: { do: deny } }
  - { name: log, kind: audit/test }
"#;
    let bench = Bench::new(document).await;
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.denied");
    assert_eq!(bench.records()[0]["control"], json!("first"));
}

#[tokio::test]
async fn a_plugin_whose_config_is_warned_of_runs() {
    let manager = PluginManager::new(ManagerConfig::default());
    manager.register_factory("test/secretive", Arc::new(Secretive));
    let document = "
plugins: [ { name: p, kind: test/secretive, hooks: [cmf.tool_pre_invoke], config: { token: { kind: literal, secret: x } } } ]
routes: [ { tool: lookup } ]
";
    let warnings = manager.load_config_yaml(document).unwrap();
    assert_eq!(warnings.diagnostics()[0].code.name, "document.literal_secret");
    manager.initialize().await.unwrap();
    assert_eq!(denied(&manager.authorize(lookup().caller(eve())).await), "plugin.denied");
}

/// Denies everything, and takes a secret.
struct Secretive;

impl Factory for Secretive {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(TOKEN)
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Plugin(PluginInstance::of(Self).on::<CmfToolPreInvoke>().build()))
    }
}

const TOKEN: &[Key] = &[Key::required("token", Shape::Secret, "A secret.")];

impl Plugin for Secretive {}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for Secretive {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        Ok(PluginResult::deny(PluginViolation::new("no", "no")))
    }
}
