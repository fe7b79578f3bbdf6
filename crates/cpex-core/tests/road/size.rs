//! `max_payload_bytes`: what is larger goes no further, whatever hook or side it comes by.

use apl_cmf::{ContentPart, Draft, Message, Role, ToolCall, ToolResult};
use cpex_core::{Decision, Operation, OwnRequest, Request};
use cpex_sdk::{CmfToolPostInvoke, CmfToolPreInvoke, Hook as _};
use serde_json::{Map, json};

use crate::support::{Bench, allowed, denied};

const BOUND: &str = "plugin_settings: { max_payload_bytes: 300 }\n";

fn with_note(bytes: usize) -> Operation {
    Operation::tool("lookup", Map::from_iter([("note".to_owned(), json!("x".repeat(bytes)))]))
}

#[tokio::test]
async fn it_is_denied_before_a_plugin_or_the_policy_sees_it_and_recorded() {
    let rest = "plugins: [ { name: p, kind: test/control, hooks: [cmf.tool_pre_invoke], config: { do: allow } },\n\
                { name: log, kind: audit/test } ]\n\
                routes: [ { tool: lookup, policy: [ \"deny('policy', 'policy')\" ] } ]";
    let bench = Bench::new(&format!("{BOUND}{rest}")).await;
    assert_eq!(denied(&bench.guard(with_note(300)).await), "request.too_large");
    assert_eq!(bench.calls(), [""; 0]);
    let record = &bench.records()[0];
    assert_eq!((&record["code"], &record["phase"]), (&json!("request.too_large"), &json!("pre")));
    assert_eq!(denied(&bench.guard(with_note(10)).await), "policy.denied");
}

#[tokio::test]
async fn a_result_is_withheld_and_its_media_count() {
    let bench = Bench::new(&format!("{BOUND}routes: [ {{ tool: lookup }} ]")).await;
    assert_eq!(
        denied(&bench.guard_answering(with_note(1), json!({ "a": "x".repeat(300) })).await),
        "request.too_large"
    );
    allowed(bench.guard_answering(with_note(1), json!({ "a": 1 })).await);
    let image = |bytes| {
        Message::new(
            Role::Tool,
            vec![
                ContentPart::ToolResult(ToolResult::new("call", "lookup", json!(null))),
                serde_json::from_value(json!({ "content_type": "image", "type": "base64", "data": "A".repeat(bytes) }))
                    .unwrap(),
            ],
        )
    };
    for (bytes, is_allowed) in [(4, true), (300, false)] {
        let request = Request::new(Draft::new(image(bytes)));
        let outcome = bench.manager.invoke::<CmfToolPostInvoke>(request).await;
        assert_eq!(matches!(outcome.decision, Decision::Allow(_)), is_allowed, "{bytes}");
    }
}

#[tokio::test]
async fn each_of_several_operations_is_measured_by_itself() {
    let bench = Bench::new(&format!("{BOUND}routes: [ {{ tool: lookup }} ]")).await;
    let call = |id: &str, bytes| {
        let arguments = Map::from_iter([("note".to_owned(), json!("x".repeat(bytes)))]);
        ContentPart::ToolCall(ToolCall::new(id, "lookup", arguments))
    };
    let both = |second| Operation::new(Message::new(Role::Assistant, vec![call("1", 150), call("2", second)]));
    assert!(matches!(bench.manager.authorize(both(150)).await.decision, Decision::Allow(_)));
    let outcome = bench.manager.authorize(both(300)).await;
    let Decision::Deny(violation) = outcome.decision else { panic!("{:?}", outcome.decision) };
    assert_eq!(&*violation.code, "request.too_large");
}

#[tokio::test]
async fn it_holds_where_nothing_else_is_declared() {
    let bench = Bench::new(BOUND).await;
    for (bytes, is_allowed) in [(10, true), (300, false)] {
        let call = ToolCall::new("1", "lookup", Map::from_iter([("note".to_owned(), json!("x".repeat(bytes)))]));
        let message = Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]);
        let request = Request::new(Draft::new(message));
        let outcome = bench.manager.invoke_by_name(CmfToolPreInvoke::POINT.name, request).await;
        assert_eq!(matches!(outcome.decision, Decision::Allow(_)), is_allowed, "{bytes}");
    }
}

#[tokio::test]
async fn a_payload_of_the_hosts_own_is_measured_too() {
    let bench = Bench::new(BOUND).await;
    bench.manager.register_json_hook("size.own").unwrap();
    bench.manager.load_config_yaml(BOUND).unwrap();
    bench.manager.initialize().await.unwrap();
    for (bytes, is_allowed) in [(10, true), (300, false)] {
        let request = OwnRequest::new(json!("x".repeat(bytes)));
        let outcome = bench.manager.invoke_json("size.own", request).await;
        assert_eq!(matches!(outcome.decision, Decision::Allow(_)), is_allowed, "{bytes}");
    }
}
