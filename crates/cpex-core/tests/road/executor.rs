//! How hooked plugins are called: on which operations, on which threads, with how much, and what they may change beside the
//! payload.

use std::collections::BTreeMap;
use std::time::Duration;

use apl_cmf::HttpContext;
use cpex_core::{Decision, HookPayloadPolicy, ManagerConfig, Operation, Outcome, Permit, Request};
use cpex_sdk::{CmfToolPreInvoke, GlobalContext, ToolPreInvokePayload};
use serde_json::{Map, json};

use crate::support::{Bench, allowed, denied, eve, lookup, vouched};

fn document(plugin: &str) -> String {
    format!(
        "plugins: [ {{ name: log, kind: audit/test }}, {{ name: p, kind: test/control, hooks: [cmf.tool_pre_invoke, \
         cmf.tool_post_invoke], {plugin} }} ]\nroutes: [ {{ tool: '*', policy: [ allow ] }} ]"
    )
}

async fn permit(bench: &Bench, operation: Operation) -> Outcome<Permit> {
    bench.manager.authorize(operation).await
}

const ALL: &str = "capabilities: [append_labels, write_headers, append_delegation, write_custom]";

#[tokio::test]
async fn what_a_plugin_changes_beside_the_payload_is_there_for_policy_the_host_and_the_record() {
    let policy =
        "require(message.labels contains 'marked', http.request_headers.x-seen == 'nobody', delegation.depth == 1)";
    let text = document(&format!("{ALL}, config: {{ do: mark }}")).replace("[ allow ]", &format!("[ \"{policy}\" ]"));
    let bench = Bench::new(&text).await;
    let permit = allowed(permit(&bench, lookup()).await);
    assert_eq!(permit.http().unwrap().request_headers["x-seen"], "nobody");
    assert_eq!(permit.custom().unwrap()["seen"], json!(true));
    let record = &bench.records()[0];
    let slots: Vec<_> = record["changes"].as_array().unwrap().iter().map(|change| change["slot"].clone()).collect();
    assert_eq!(slots, ["security.labels", "http", "delegation", "custom"]);
    assert_eq!(record["controls"][0]["effective"], "modify");
    drop(permit);
}

#[tokio::test]
async fn a_change_the_capabilities_do_not_hold_is_a_failure_of_the_plugin() {
    for missing in ["append_labels", "write_headers", "append_delegation", "write_custom"] {
        let fewer = ALL.replace(&format!("{missing}, "), "").replace(&format!(", {missing}"), "");
        let bench = Bench::new(&document(&format!("{fewer}, config: {{ do: mark }}"))).await;
        assert_eq!(denied(&bench.guard(lookup()).await), "plugin.error", "{missing}");
        let bench = Bench::new(&document(&format!("{fewer}, on_error: ignore, config: {{ do: mark }}"))).await;
        let outcome = permit(&bench, lookup()).await;
        assert!(outcome.report.errors[0].contains("is not allowed"), "{:?}", outcome.report.errors);
        drop(allowed(outcome));
    }
}

#[tokio::test]
async fn a_header_that_carries_credentials_is_no_plugins_to_set() {
    let bench = Bench::new(&document(&format!("{ALL}, config: {{ do: forge }}"))).await;
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.error");
}

#[tokio::test]
async fn a_plugin_that_only_looks_changes_nothing_beside_the_payload_either() {
    for mode in ["audit", "concurrent", "fire_and_forget"] {
        let bench = Bench::new(&document(&format!("{ALL}, mode: {mode}, config: {{ do: mark }}"))).await;
        let permit = allowed(permit(&bench, lookup()).await);
        assert!(permit.custom().unwrap().is_empty(), "{mode}");
        assert_eq!(bench.records()[0]["changes"], json!([]), "{mode}");
    }
}

/// Whether the plugin runs on the operation under that condition.
async fn runs(condition: &str, operation: Operation) -> bool {
    let bench = Bench::new(&document(&format!("conditions: {condition}, config: {{ do: deny }}"))).await;
    matches!(permit(&bench, operation).await.decision, Decision::Deny(_))
}

#[tokio::test]
async fn a_hooked_plugin_runs_where_one_of_its_conditions_holds_in_all_it_asks() {
    let at_hr = || lookup().server("hr");
    assert!(runs("{ tools: [lookup] }", lookup()).await);
    assert!(runs("{ tools: ['look*'] }", lookup()).await);
    assert!(!runs("{ tools: [other] }", lookup()).await);
    assert!(!runs("{ prompts: [lookup] }", lookup()).await);
    assert!(!runs("{ tools: [other], prompts: [p], server_ids: hr }", at_hr()).await);
    assert!(runs("{ tools: [lookup], server_ids: [hr] }", at_hr()).await);
    assert!(!runs("{ tools: [lookup], server_ids: [it] }", at_hr()).await);
    assert!(runs("[ { tools: [other] }, { server_ids: [hr] } ]", at_hr()).await);
    assert!(runs("{ user_patterns: ['e*'] }", lookup().caller(eve())).await);
    assert!(!runs("{ user_patterns: ['e*'] }", lookup().caller(vouched("bob", &[]))).await);
    assert!(!runs("{ user_patterns: ['*'] }", lookup()).await, "nobody is verified");
    assert!(runs("{ content_types: ['application/*'] }", lookup()).await);
    assert!(!runs("{ content_types: ['image/*'] }", lookup()).await);
    let picture = json!({ "content_type": "image", "type": "base64", "data": "AA==", "media_type": "image/png" });
    let call = json!({ "content_type": "tool_call", "tool_call_id": "1", "name": "lookup" });
    let message = json!({ "schema_version": "2.0", "role": "user", "content": [picture, call] });
    let with_picture = Operation::new(serde_json::from_value(message).unwrap());
    assert!(runs("{ content_types: ['image/*'] }", with_picture).await);
    assert!(!runs("{ tenant_ids: [acme] }", lookup().caller(eve())).await);
}

#[tokio::test]
async fn what_the_host_names_for_the_request_counts_for_conditions() {
    let text = document("conditions: { tenant_ids: [acme], server_ids: [hr] }, config: { do: deny }");
    let bench = Bench::new(&text).await;
    for (tenant, expected) in [("acme", true), ("other", false)] {
        let payload = ToolPreInvokePayload { name: "lookup".into(), args: Map::new() };
        let mut request = Request::of(payload);
        request.global =
            GlobalContext { tenant_id: Some(tenant.into()), server_id: Some("hr".into()), ..GlobalContext::default() };
        let outcome = bench.manager.invoke::<CmfToolPreInvoke>(request).await;
        assert_eq!(matches!(outcome.decision, Decision::Deny(_)), expected, "{tenant}");
    }
}

#[tokio::test]
async fn a_placed_plugin_ignores_its_conditions() {
    let text = "plugins: [ { name: p, kind: test/control, conditions: { tools: [other] }, config: { do: deny } } ]\n\
                routes: [ { tool: lookup, policy: [ 'run(p)' ] } ]";
    assert_eq!(denied(&Bench::new(text).await.guard(lookup()).await), "plugin.denied");
}

#[tokio::test]
async fn a_plugin_that_blocks_holds_up_no_other_operation() {
    // One thread runs all of this: were the plugin on it, the second operation would never be decided.
    let bench = Bench::new(&document("conditions: { tools: [lookup] }, blocking: true, config: { do: block }")).await;
    let blocked = permit(&bench, lookup());
    let free = async {
        let passed = matches!(permit(&bench, Operation::tool("other", Map::new())).await.decision, Decision::Allow(_));
        bench.go.send(()).unwrap();
        passed
    };
    let (blocked, passed) = tokio::join!(blocked, free);
    assert!(passed && matches!(blocked.decision, Decision::Allow(_)));
}

#[tokio::test]
async fn a_plugin_that_blocks_too_long_is_timed_out() {
    tokio::time::pause();
    let bench = Bench::new(&document("blocking: true, timeout: 2, config: { do: block }")).await;
    let (outcome, ()) = tokio::join!(bench.guard(lookup()), tokio::time::advance(Duration::from_secs(3)));
    assert_eq!(denied(&outcome), "plugin.timeout");
}

#[tokio::test]
async fn a_plugin_that_blocks_keeps_its_state_and_may_modify() {
    let bench = Bench::new(&document("blocking: true, config: { do: { set: { salary: 2 } } }")).await;
    assert_eq!(allowed(bench.guard(lookup()).await).content()["salary"], json!(2));
    assert_eq!(bench.calls(), ["p@cmf.tool_pre_invoke#0", "p@cmf.tool_post_invoke#1"]);
}

#[tokio::test]
async fn a_payload_past_the_size_a_plugin_is_handed_is_a_failure_of_the_plugin() {
    let large = || Operation::tool("lookup", Map::from_iter([("id".to_owned(), json!("x".repeat(2000)))]));
    let bench = Bench::new(&document("max_content_size: 1000, config: { do: allow }")).await;
    assert_eq!(denied(&bench.guard(large()).await), "plugin.error");
    allowed(bench.guard(lookup()).await);
    assert_eq!(bench.calls().len(), 2, "the large one was handed to nobody");
    let bench = Bench::new(&document("max_content_size: 1000, on_error: ignore, config: { do: allow }")).await;
    allowed(bench.guard(large()).await);
    assert!(bench.records()[0]["errors"][0].as_str().unwrap().contains("more than the 1000 bytes"));
}

#[tokio::test]
async fn a_field_no_plugin_may_change_is_kept_and_the_change_recorded() {
    let only = |fields: &[&str]| ManagerConfig {
        payload_policies: BTreeMap::from([(
            "tool_pre_invoke".to_owned(),
            HookPayloadPolicy::writable(fields.to_vec()),
        )]),
        ..ManagerConfig::default()
    };
    let text = document("config: { do: { set: { id: '8' } } }");
    let bench = Bench::with(&text, only(&["parts"])).await;
    let outcome = bench.guard(lookup()).await;
    assert_eq!(denied(&outcome), "plugin.error");
    assert!(outcome.report.errors[0].contains("it changed `args`"), "{:?}", outcome.report.errors);
    assert_eq!(bench.records()[0]["changes"], json!([]));
    let bench = Bench::with(&text, only(&["args"])).await;
    let permit = allowed(permit(&bench, lookup()).await);
    assert_eq!(permit.message().unwrap().tool_calls().next().unwrap().arguments["id"], json!("8"));
}

#[tokio::test]
async fn the_http_request_as_a_plugin_left_it_is_the_hosts_to_forward() {
    let bench = Bench::new(&document(&format!("{ALL}, config: {{ do: mark }}"))).await;
    let headers = BTreeMap::from([("x-kept".to_owned(), "1".to_owned())]);
    let carried = HttpContext { request_headers: headers, ..HttpContext::default() };
    let permit = allowed(permit(&bench, lookup().carried_by(carried)).await);
    let names: Vec<&String> = permit.http().unwrap().request_headers.keys().collect();
    assert_eq!(names, ["x-kept", "x-seen"]);
}

#[tokio::test]
async fn what_a_plugin_says_of_its_verdict_reaches_the_caller_and_the_record() {
    let bench = Bench::new(&document("config: { do: explain }")).await;
    let outcome = bench.guard(lookup()).await;
    let violation = outcome.decision.violation().unwrap();
    assert_eq!((violation.description.as_deref(), violation.json_rpc), (Some("ask again tomorrow"), -32001));
    assert_eq!(bench.records()[0]["controls"][0]["metadata"], json!({ "rules": 12 }));
}
