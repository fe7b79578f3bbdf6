//! One plugin asked alone: by its mode and its `on_error`, and without any policy.

use cpex_core::{Advice, ConsultError, Consulted, Contexts, OwnRequest, Passed, PluginManager, Request};
use serde_json::{Value as Json, json};

use crate::support::{Bench, allowed, denied, eve, lookup};

const DOCUMENT: &str = r#"
plugins:
  - { name: id, kind: test/identity, config: { yield: eve } }
  - { name: log, kind: audit/test }
  - { name: setter, kind: test/control, on_demand: true, config: { do: { set: { id: "9" } } } }
  - { name: marker, kind: test/control, on_demand: true, config: { do: mark }, capabilities: [append_labels, write_headers, append_delegation, write_custom] }
  - { name: gate, kind: test/control, on_demand: true, config: { do: deny }, conditions: [ { tools: [another] } ] }
  - { name: shadow, kind: test/control, on_demand: true, config: { do: deny }, mode: audit }
  - { name: broken, kind: test/control, on_demand: true, config: { do: error } }
  - { name: lenient, kind: test/control, on_demand: true, config: { do: panic }, on_error: ignore }
  - { name: fragile, kind: test/control, on_demand: true, config: { do: error }, on_error: disable }
  - { name: tee, kind: test/control, on_demand: true, mode: fire_and_forget }
  - { name: off, kind: test/control, hooks: [cmf.tool_pre_invoke], mode: disabled }
global:
  authentication: [ id ]
routes:
  - { tool: lookup, policy: [ deny ] }
"#;

fn request() -> Request {
    use apl_cmf::{ContentPart, Draft, Message, Role, ToolCall};
    let call = ToolCall::new("call", "lookup", serde_json::Map::from_iter([("id".to_owned(), json!("7"))]));
    let draft = Draft::new(Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]));
    Request { caller: eve(), ..Request::new(draft) }
}

async fn ask(bench: &Bench, plugin: &str) -> Consulted {
    bench.manager.invoke_plugin(plugin, "cmf.tool_pre_invoke", request()).await.unwrap()
}

fn passed<P: std::fmt::Debug>(consulted: Consulted<P>) -> Passed<P> {
    match consulted.advice {
        Advice::Pass(passed) => passed,
        Advice::Deny(violation) => panic!("denied: {violation:?}"),
    }
}

#[tokio::test]
async fn a_plugin_that_is_asked_alone_is_asked_by_its_mode_and_no_policy_has_a_say() {
    let bench = Bench::new(DOCUMENT).await;
    let consulted = ask(&bench, "setter").await;
    let execution = consulted.execution.clone().unwrap();
    assert_eq!((&*execution.name, execution.mode, execution.effective), ("setter", "sequential", "modify"));
    let message = passed(consulted).payload.message;
    assert_eq!(message.tool_calls().next().unwrap().arguments["id"], "9");
    assert_eq!(bench.calls(), ["setter@cmf.tool_pre_invoke#0"]);
    assert!(bench.records().is_empty(), "it is no decision, and no record says so");
    assert_eq!(denied(&bench.guard(lookup().caller(eve())).await), "auth.invalid", "an operation is decided as ever");
}

#[tokio::test]
async fn what_a_plugin_asked_alone_answers_means_what_it_means_where_policy_names_it() {
    let bench = Bench::new(DOCUMENT).await;
    let cases = [
        ("gate", Some("scan.hit"), "deny"),
        ("shadow", None, "deny"),
        ("broken", Some("plugin.error"), "error"),
        ("lenient", None, "error"),
        ("fragile", Some("plugin.disabled"), "error"),
    ];
    for (plugin, code, requested) in cases {
        let consulted = ask(&bench, plugin).await;
        let found = match &consulted.advice {
            Advice::Pass(_) => None,
            Advice::Deny(violation) => Some(&*violation.code),
        };
        assert_eq!(found, code, "{plugin}");
        assert_eq!(consulted.execution.unwrap().requested, requested, "{plugin}");
        assert_eq!(consulted.errors.is_empty(), requested == "deny", "{plugin}");
    }
    let again = ask(&bench, "fragile").await;
    assert!(again.execution.is_none(), "it is off");
    assert!(matches!(again.advice, Advice::Deny(violation) if &*violation.code == "plugin.disabled"));
}

#[tokio::test]
async fn what_a_plugin_asked_alone_marks_comes_back_beside_the_payload() {
    let bench = Bench::new(DOCUMENT).await;
    let passed = passed(ask(&bench, "marker").await);
    assert!(passed.labels.contains("marked"));
    assert_eq!(passed.custom.unwrap()["seen"], json!(true));
    assert_eq!(passed.http.unwrap().request_headers["x-seen"], "nobody");
}

#[tokio::test]
async fn a_plugin_asked_alone_in_the_background_is_waited_for_by_nobody() {
    let bench = Bench::new(DOCUMENT).await;
    let consulted = ask(&bench, "tee").await;
    assert!(consulted.execution.is_none());
    let _ = passed(consulted);
    bench.manager.background_ended().await;
    assert_eq!(bench.calls(), ["tee@cmf.tool_pre_invoke#0"]);
}

#[tokio::test]
async fn what_a_plugin_keeps_goes_from_one_time_it_is_asked_to_the_next_over_a_reload() {
    let bench = Bench::new(DOCUMENT).await;
    let first = ask(&bench, "setter").await;
    let fewer = "plugins: [ { name: setter, kind: test/control, on_demand: true } ]";
    bench.manager.load_config_yaml(fewer).unwrap();
    bench.manager.initialize().await.unwrap();
    let next = Request { contexts: Some(first.contexts), ..request() };
    let _ = passed(bench.manager.invoke_plugin("setter", "tool_pre_invoke", next).await.unwrap());
    assert_eq!(bench.calls(), ["setter@cmf.tool_pre_invoke#0", "setter@cmf.tool_pre_invoke#1"]);
}

#[tokio::test]
async fn a_permit_that_is_handed_along_stays_good() {
    let document = r#"
plugins: [ { name: late, kind: test/control, on_demand: true } ]
routes: [ { tool: lookup, policy: [ allow ], result: { ssn: redact } } ]
"#;
    let bench = Bench::new(document).await;
    let begun = allowed(bench.manager.invoke_by_name("tool_pre_invoke", request()).await);
    let answer = cpex_core::Answer::structured(json!({ "ssn": "1" })).message;
    let late = Request { contexts: Some(begun.contexts), ..Request::new(apl_cmf::Draft::new(answer.clone())) };
    let consulted = bench.manager.invoke_plugin("late", "cmf.tool_post_invoke", late).await.unwrap();
    let end = Request { contexts: Some(consulted.contexts), ..Request::new(apl_cmf::Draft::new(answer)) };
    let ended = allowed(bench.manager.invoke_by_name("tool_post_invoke", end).await);
    assert!(format!("{:?}", ended.payload.message).contains("[REDACTED]"), "{:?}", ended.payload);
    assert_eq!(bench.calls(), ["late@cmf.tool_post_invoke#0"]);
}

#[tokio::test]
async fn who_cannot_be_asked_is_said() {
    let bench = Bench::new(DOCUMENT).await;
    let cases = [
        ("seter", "cmf.tool_pre_invoke", "there is no plugin `seter`: did you mean `setter`?"),
        (
            "setter",
            "cmf.tool_pre_invok",
            "there is no such hook for this payload: `cmf.tool_pre_invok`: did you mean `cmf.tool_pre_invoke`?",
        ),
        ("setter", "resource_pre_fetch", "plugin `setter` does not handle hook `cmf.resource_pre_fetch`"),
        ("log", "cmf.tool_pre_invoke", "plugin `log` does not handle hook `cmf.tool_pre_invoke`"),
        ("off", "cmf.tool_pre_invoke", "plugin `off` is declared with `mode: disabled`: give it another mode"),
    ];
    for (plugin, hook, text) in cases {
        let refused = bench.manager.invoke_plugin(plugin, hook, request()).await.unwrap_err();
        assert_eq!(refused.to_string(), text);
    }
    bench.manager.unregister("gate").await.unwrap();
    let gone = bench.manager.invoke_plugin("gate", "cmf.tool_pre_invoke", request()).await.unwrap_err();
    assert!(matches!(gone, ConsultError::UnknownPlugin { .. }), "{gone}");
    let nothing = PluginManager::default().invoke_plugin("gate", "cmf.tool_pre_invoke", request()).await;
    assert_eq!(nothing.unwrap_err(), ConsultError::NothingInForce);
}

#[tokio::test]
async fn a_plugin_is_asked_alone_about_a_payload_of_the_hosts_own() {
    let manager = crate::own_hooks::manager("sequential").await;
    let asked = |payload: Json| OwnRequest::new(payload);
    let ask = |payload| manager.invoke_plugin_json("p", "checkpoint_saved", asked(payload));
    let consulted = ask(json!({ "name": "a", "size": 37 })).await.unwrap();
    let contexts: &Contexts = &consulted.contexts;
    assert!(format!("{contexts:?}").contains("calls"), "{contexts:?}");
    assert_eq!(passed(consulted).payload, json!({ "name": "1", "size": 30 }));
    let large = ask(json!({ "name": "a", "size": 137 })).await.unwrap();
    assert!(matches!(large.advice, Advice::Deny(violation) if &*violation.code == "checkpoint.size"));
    let refused = ask(json!({ "size": "large" })).await.unwrap_err();
    assert_eq!(refused, ConsultError::Payload { hook: "checkpoint.saved" });
    let unknown = manager.invoke_plugin_json("p", "checkpoint.save", asked(json!(1))).await.unwrap_err();
    assert!(unknown.to_string().ends_with("did you mean `checkpoint.saved`?"), "{unknown}");
}
