//! Requests to models and to other agents, on the road.

use apl_cmf::{AgentRequest, ContentPart, Draft, Message, Role};
use cpex_core::{Answer, Operation, Outcome, Request};
use cpex_sdk::{CmfAgentPostInvoke, CmfAgentPreInvoke, CmfLlmInput, CmfLlmOutput, HookPoint};
use serde_json::{Map, Value as Json, json};

use crate::support::{Bench, allowed, denied, eve};

fn arguments(json: &Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

fn ask(model: &str, content: &str) -> Operation {
    let messages = json!([{ "role": "user", "content": content }]);
    Operation::llm(model, arguments(&json!({ "messages": messages, "parameters": { "temperature": 0.5 } })))
}

fn message_of(operation: Operation) -> Message {
    let mut message = None;
    let _ = operation.with_draft(|draft| {
        message = Some(draft.message().clone());
        draft
    });
    message.unwrap()
}

async fn guard(bench: &Bench, operation: Operation, answer: Answer) -> Outcome<Answer> {
    let backend = |_call| async { Ok::<_, std::convert::Infallible>(answer) };
    let Ok(outcome) = bench.manager.guard(operation, backend).await;
    outcome
}

fn said(text: &str) -> Answer {
    Answer::new(Message::new(Role::Assistant, vec![ContentPart::text(text)]))
}

#[tokio::test]
async fn a_model_is_decided_by_its_route_over_messages_and_parameters() {
    let document = r#"
plugins: [ { name: log, kind: audit/test } ]
routes:
  - llm: 'gpt-*'
    args: { 'messages[].content': "str | len(1..20)", parameters.temperature: "0..1" }
    policy:
      - "require(role.hr)"
      - "llm.model == 'gpt-4' & args.model == 'gpt-4' & meta.entity_type == 'llm' & meta.entity_name == 'gpt-4': allow"
      - "args.model != llm.model: deny"
      - "args.messages[0].content contains 'salary': deny"
"#;
    let bench = Bench::new(document).await;
    let asked = |content: &str| bench.guard(ask("gpt-4", content).caller(eve()));
    allowed(asked("hello").await);
    assert_eq!(denied(&asked("the salary").await), "policy.denied");
    assert_eq!(denied(&asked("a text that is too long by far").await), "args.invalid");
    assert_eq!(denied(&bench.guard(ask("gpt-4", "hello")).await), "policy.require_failed");
    assert_eq!(denied(&bench.guard(ask("claude", "hello").caller(eve())).await), "route.unmatched");
    let records = bench.records();
    assert_eq!((&records[0]["hook"], &records[1]["hook"]), (&json!("cmf.llm_input"), &json!("cmf.llm_output")));
    assert_eq!((&records[0]["entity"]["type"], &records[0]["entity"]["name"]), (&json!("llm"), &json!("gpt-4")));
    assert_eq!(records[1]["entity"]["name"], json!("gpt-4"), "what went out is let go of, but for its name");
}

#[tokio::test]
async fn a_pipeline_treats_messages_and_cannot_make_another_model_of_the_one_that_chose_the_route() {
    let treat = "{ routes: [ { llm: '*', args: { 'messages[].content': redact } } ] }";
    let mut permit = allowed(Bench::new(treat).await.manager.authorize(ask("gpt-4", "hello")).await);
    let call = permit.take_call();
    assert_eq!(call.arguments().unwrap()["messages"][0]["content"], json!("[REDACTED]"));
    assert_eq!(call.arguments().unwrap()["model"], json!("gpt-4"));
    for pipeline in ["redact", "omit", "mask(1)", "hash", "enum(a, b)"] {
        let key = "plugin_settings: { hash_key: { kind: literal, secret: 0123456789abcdef0123456789abcdef } }";
        let document = format!("{{ {key}, routes: [ {{ llm: '*', args: {{ model: '{pipeline}' }} }} ] }}");
        let bench = Bench::new(&document).await;
        assert_eq!(denied(&bench.guard(ask("gpt-4", "hello")).await), "args.invalid", "{pipeline}");
    }
    let everywhere = Bench::new("{ routes: [ { llm: '*', args: { '**.model': redact } } ] }").await;
    assert_eq!(denied(&everywhere.guard(ask("gpt-4", "hello")).await), "args.invalid");
}

#[tokio::test]
async fn what_a_model_answers_is_treated_in_every_form() {
    let bench = Bench::new("{ routes: [ { llm: '*', result: { ssn: redact } } ] }").await;
    let structured = guard(&bench, ask("m", "x"), Answer::structured(json!({ "ssn": "1" }))).await;
    assert_eq!(allowed(structured).content(), &json!({ "ssn": "[REDACTED]" }));
    let text = allowed(guard(&bench, ask("m", "x"), said(r#"{ "ssn" : "1" }"#)).await);
    assert_eq!(text.message.content, said(r#"{ "ssn" : "[REDACTED]" }"#).message.content);
    assert_eq!(denied(&guard(&bench, ask("m", "x"), said("the ssn is 1")).await), "result.unreadable");
}

#[tokio::test]
async fn trap_7_a_request_that_names_no_model_or_agent_is_denied() {
    let bench = Bench::new("{ routes: [ { llm: '*' }, { agent: '*' }, { tool: '*' } ] }").await;
    for nameless in [ask("", "x"), Operation::agent("", Map::new()), Operation::agent("/send", Map::new())] {
        assert_eq!(denied(&bench.guard(nameless).await), "request.unidentified");
    }
    let mut both = message_of(ask("m", "x"));
    both.content.extend(message_of(Operation::agent("planner", Map::new())).content);
    assert_eq!(denied(&bench.guard(Operation::new(both)).await), "request.unidentified");
    let bare = Message::new(Role::User, vec![ContentPart::text("hello")]);
    let outcome = bench.manager.invoke::<CmfLlmInput>(Request::new(Draft::new(bare))).await;
    assert_eq!(denied(&outcome), "request.unidentified");
    let answer = bench.manager.invoke::<CmfLlmOutput>(Request::new(Draft::new(said("x").message))).await;
    assert_eq!(denied(&answer), "request.unidentified", "an answer alone does not say which model gave it");
}

#[tokio::test]
async fn both_hooks_of_a_model_are_one_road() {
    let bench =
        Bench::new("{ routes: [ { llm: m, args: { 'messages[].content': redact }, result: { ssn: redact } } ] }").await;
    let asking = Request::new(Draft::new(message_of(ask("m", "secret"))));
    let before = allowed(bench.manager.invoke::<CmfLlmInput>(asking).await);
    assert!(!serde_json::to_string(&before.payload).unwrap().contains("secret"));
    let answering =
        Request { contexts: Some(before.contexts), ..Request::new(Draft::new(said(r#"{"ssn":1}"#).message)) };
    let after = allowed(bench.manager.invoke_by_name("cmf.llm_output", answering).await);
    assert_eq!(after.payload.message.content, said(r#"{"ssn":"[REDACTED]"}"#).message.content);
}

#[tokio::test]
async fn an_agent_is_decided_with_every_method_unless_one_has_a_route() {
    let document = r#"
plugins: [ { name: log, kind: audit/test } ]
routes:
  - { agent: planner, policy: [ "agent.name == 'planner' & meta.entity_name == 'planner/tasks/get': deny('agent', 'agent')" ] }
  - { agent: planner/message/send, args: { 'messages[].text': redact }, policy: [ "require(agent.name == 'planner')" ] }
"#;
    let bench = Bench::new(document).await;
    let call = |name: &str| Operation::agent(name, arguments(&json!({ "messages": [{ "text": "x" }] })));
    let mut permit = allowed(bench.manager.authorize(call("planner/message/send")).await);
    let sent = permit.take_call();
    let ContentPart::AgentRequest(AgentRequest { name, arguments, .. }) = &sent.message.content[0] else {
        panic!("{sent:?}")
    };
    assert_eq!((name.as_str(), &arguments["messages"]), ("planner/message/send", &json!([{ "text": "[REDACTED]" }])));
    allowed(permit.complete(said("done")).await);
    allowed(bench.guard(call("planner")).await);
    assert_eq!(denied(&bench.guard(call("planner/tasks/get")).await), "policy.denied");
    assert_eq!(denied(&bench.guard(call("planner2")).await), "route.unmatched");
    assert_eq!(bench.records()[0]["hook"], json!("cmf.agent_pre_invoke"));
    assert_eq!(bench.records()[1]["entity"]["name"], json!("planner/message/send"));
}

#[tokio::test]
async fn both_hooks_of_an_agent_are_one_road() {
    let bench = Bench::new("{ routes: [ { agent: planner, result: { ssn: redact } } ] }").await;
    let asking = Request::new(Draft::new(message_of(Operation::agent("planner/send", Map::new()))));
    let before = allowed(bench.manager.invoke::<CmfAgentPreInvoke>(asking).await);
    let answering =
        Request { contexts: Some(before.contexts), ..Request::new(Draft::new(said(r#"{"ssn":1}"#).message)) };
    let after = allowed(bench.manager.invoke::<CmfAgentPostInvoke>(answering).await);
    assert_eq!(after.payload.message.content, said(r#"{"ssn":"[REDACTED]"}"#).message.content);
}

#[tokio::test]
async fn a_plugin_on_the_hooks_of_a_model_cannot_make_another_of_it() {
    let document = r"
plugins: [ { name: renamer, kind: test/control, hooks: [cmf.llm_input], config: { do: rename } } ]
routes: [ { llm: '*' } ]
";
    let bench = Bench::new(document).await;
    assert_eq!(denied(&bench.guard(ask("gpt-4", "x")).await), "plugin.error");
    assert_eq!(bench.calls(), ["renamer@cmf.llm_input#0"]);
}

#[test]
fn every_hook_has_names_that_no_other_has_and_an_answer_where_it_asks() {
    let mut names: Vec<&str> =
        HookPoint::ALL.iter().flat_map(|point| point.aliases.iter().chain([&point.name])).copied().collect();
    assert!(names.iter().all(|name| HookPoint::find(name).is_some_and(|point| point.is_named(name))));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    for kind in apl_cmf::EntityKind::ALL {
        let before = HookPoint::before(kind).unwrap();
        assert_eq!((before.entity, before.after().entity), (Some(kind), Some(kind)));
        assert_ne!(before, before.after());
    }
}
