//! The hook API, for hosts that own their dispatch.

use apl_cmf::{ContentPart, Draft, Message, Role, ToolCall, ToolResult};
use cpex_core::{Contexts, Invoked, Request};
use cpex_sdk::{CmfToolPostInvoke, CmfToolPreInvoke};
use serde_json::{Map, json};

use crate::support::{Bench, allowed, denied, eve};

fn asking() -> Request {
    let call = ToolCall::new("1", "lookup", Map::new());
    let draft = Draft::new(Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]));
    Request { caller: eve(), ..Request::new(draft) }
}

fn answering(contexts: Option<Contexts>) -> Request {
    let content = json!({ "ssn": "555-12-3456" });
    let result = ToolResult::new("1", "lookup", content);
    let draft = Draft::new(Message::new(Role::Tool, vec![ContentPart::ToolResult(result)]));
    Request { caller: eve(), contexts, ..Request::new(draft) }
}

fn content(invoked: &Invoked) -> serde_json::Value {
    let part = &serde_json::to_value(&invoked.payload).unwrap()["message"]["content"][0];
    part["content"].clone()
}

#[tokio::test]
async fn both_hooks_of_an_operation_are_one_road() {
    let bench =
        Bench::new(r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"], result: { ssn: redact } } ] }"#).await;
    let before = allowed(bench.manager.invoke::<CmfToolPreInvoke>(asking()).await);
    let after = allowed(bench.manager.invoke::<CmfToolPostInvoke>(answering(Some(before.contexts))).await);
    assert_eq!(content(&after), json!({ "ssn": "[REDACTED]" }));
}

#[tokio::test]
async fn a_result_nobody_asked_for_is_denied_where_the_route_has_something_to_say_before() {
    let bench =
        Bench::new(r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"], result: { ssn: redact } } ] }"#).await;
    let outcome = bench.manager.invoke_by_name("cmf.tool_post_invoke", answering(None)).await;
    assert_eq!(denied(&outcome), "request.malformed");
}

#[tokio::test]
async fn a_result_alone_is_judged_where_the_route_speaks_only_of_results() {
    let bench = Bench::new(r#"{ routes: [ { tool: lookup, result: { ssn: redact(!role.boss) } } ] }"#).await;
    let outcome = bench.manager.invoke_by_name("cmf.tool_post_invoke", answering(None)).await;
    assert_eq!(content(&allowed(outcome)), json!({ "ssn": "[REDACTED]" }));
}

#[tokio::test]
async fn trap_5_a_hook_nothing_declares_is_an_error_and_never_an_allow() {
    let bench = Bench::new("{}").await;
    assert_eq!(denied(&bench.manager.invoke_by_name("tool_pre_invok", asking()).await), "hook.unknown");
    assert_eq!(denied(&bench.manager.invoke_named::<CmfToolPreInvoke>("nope", asking()).await), "hook.unknown");
}

#[tokio::test]
async fn trap_5_no_operation_comes_in_where_plugins_stand_in_pipelines() {
    for policy in ["{}", r#"{ routes: [ { tool: lookup } ] }"#] {
        let bench = Bench::new(policy).await;
        assert_eq!(denied(&bench.manager.invoke_by_name("field", asking()).await), "hook.unknown", "{policy}");
        assert_eq!(denied(&bench.manager.invoke_named::<CmfToolPreInvoke>("field", asking()).await), "hook.unknown");
        assert!(!bench.manager.has_hooks_for("field"), "{policy}");
    }
}

#[tokio::test]
async fn without_policy_and_plugins_a_message_passes_as_it_came() {
    let bench = Bench::new("{}").await;
    assert!(!bench.manager.has_hooks_for("cmf.tool_pre_invoke"));
    let invoked = allowed(bench.manager.invoke::<CmfToolPreInvoke>(asking()).await);
    assert_eq!(&invoked.payload.message, asking().envelope.message());
}
