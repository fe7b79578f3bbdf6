//! Prompts and resources, on the road: what their routes read and treat, and whose hooks they pass.

use apl_cmf::{ContentPart, Draft, Message, PromptResult, Resource, Role};
use cpex_core::{Answer, Decision, Operation, Outcome, Request};
use cpex_sdk::{CmfPromptPostFetch, CmfPromptPreFetch};
use serde_json::{Map, Value as Json, json};

use crate::support::{Bench, allowed, denied, eve};

fn prompt(arguments: &Json) -> Operation {
    Operation::prompt("summary", arguments.as_object().unwrap().clone())
}

fn rendered(texts: &[&str]) -> Answer {
    let part = |text: &&str| ContentPart::text(*text);
    let messages = vec![Message::new(Role::User, texts.iter().map(part).collect())];
    of(ContentPart::PromptResult(PromptResult::new("call", "summary", messages)))
}

fn read(content: Option<&str>, blob: Option<&str>) -> Answer {
    of(ContentPart::Resource(Box::new(Resource {
        content: content.map(str::to_owned),
        blob: blob.map(str::to_owned),
        ..Resource::new("call", "file:///hr/eve", "file")
    })))
}

fn of(part: ContentPart) -> Answer {
    Answer::new(Message::new(Role::Tool, vec![part]))
}

async fn guard(bench: &Bench, operation: Operation, answer: Answer) -> Outcome<Answer> {
    let backend = |_call| async { Ok::<_, std::convert::Infallible>(answer) };
    let Ok(outcome) = bench.manager.guard(operation, backend).await;
    outcome
}

/// All that an answer says, as JSON.
fn shown(answer: &Answer) -> String {
    serde_json::to_string(&answer.message).unwrap()
}

#[tokio::test]
async fn a_prompt_is_decided_by_its_route_over_its_arguments() {
    let document = r#"
plugins: [ { name: log, kind: audit/test } ]
routes:
  - prompt: 'sum*'
    args: { topic: "required | str | mask(2)" }
    policy: [ "prompt.name == 'summary' & meta.entity_type == 'prompt': allow", "args.depth > 3: deny" ]
  - tool: summary
    policy: [ deny ]
"#;
    let bench = Bench::new(document).await;
    let mut permit = allowed(bench.manager.authorize(prompt(&json!({ "topic": "secret", "depth": 1 }))).await);
    let call = permit.take_call();
    let ContentPart::PromptRequest(request) = &call.message.content[0] else { panic!("{call:?}") };
    assert_eq!((request.name.as_str(), &request.arguments["topic"]), ("summary", &json!("****et")));
    allowed(permit.complete(rendered(&["hello"])).await);
    assert_eq!(denied(&guard(&bench, prompt(&json!({ "depth": 1 })), rendered(&[])).await), "args.invalid");
    let deep = prompt(&json!({ "topic": "secret", "depth": 4 }));
    assert_eq!(denied(&guard(&bench, deep, rendered(&[])).await), "policy.denied");
    let hooks: Vec<_> = bench.records().iter().map(|record| record["hook"].clone()).collect();
    assert_eq!(hooks[..2], ["cmf.prompt_pre_fetch", "cmf.prompt_post_fetch"]);
    assert_eq!(bench.records()[0]["entity"]["type"], json!("prompt"));
    assert_eq!(bench.records()[0]["entity"]["name"], json!("summary"));
}

#[tokio::test]
async fn every_text_of_a_prompt_is_treated_or_it_is_withheld() {
    let document = "{ routes: [ { prompt: summary, result: { ssn: redact } } ] }";
    let bench = Bench::new(document).await;
    let both = rendered(&[r#"{"ssn":"1"}"#, r#"{"ssn":"2","a":1}"#]);
    let answer = allowed(guard(&bench, prompt(&json!({})), both).await);
    assert_eq!(shown(&answer).matches("[REDACTED]").count(), 2, "{}", shown(&answer));
    let outcome = guard(&bench, prompt(&json!({})), rendered(&[r#"{"ssn":"1"}"#, "ssn 1"])).await;
    assert_eq!(denied(&outcome), "result.unreadable");
    let mut failed = rendered(&["ssn 1"]).flagged_as_error();
    if let ContentPart::PromptResult(result) = &mut failed.message.content[0] {
        result.error_message = Some("no ssn 1".into());
    }
    let answer = allowed(guard(&bench, prompt(&json!({})), failed).await);
    assert!(answer.is_error());
    assert!(!shown(&answer).contains("ssn 1") && shown(&answer).contains("result withheld"), "{}", shown(&answer));
}

#[tokio::test]
async fn a_resource_is_decided_by_its_route_over_its_uri() {
    let document = r#"
plugins: [ { name: log, kind: audit/test } ]
routes:
  - { resource: 'file:///hr/**', policy: [ "require(role.hr)", "args.uri == 'file:///hr/boss': deny" ], args: { uri: "len(1..20)" } }
  - { resource: 'file:///public/*', server: files }
"#;
    let bench = Bench::new(document).await;
    let ask = |uri: &str| guard(&bench, Operation::resource(uri).caller(eve()), read(Some("x"), None));
    allowed(ask("file:///hr/eve").await);
    assert_eq!(bench.records()[1]["hook"], json!("cmf.resource_post_fetch"));
    assert_eq!(denied(&ask("file:///hr/boss").await), "policy.denied");
    assert_eq!(denied(&ask("file:///hr/eve/of/long/name").await), "args.invalid");
    assert_eq!(denied(&ask("file:///public/x").await), "route.unmatched");
    let there = Operation::resource("file:///public/x").server("files");
    allowed(guard(&bench, there, read(None, Some("eA=="))).await);
}

#[tokio::test]
async fn trap_10_a_resource_uri_with_dot_segments_is_denied_whatever_route_there_is() {
    let bench = Bench::new("{ routes: [ { resource: '*' } ] }").await;
    for uri in ["file:///public/../hr/eve", "file:///public/%2e%2e/hr/eve", "file:///public%2f..%2fhr"] {
        assert_eq!(
            denied(&guard(&bench, Operation::resource(uri), read(None, None)).await),
            "request.malformed",
            "{uri}"
        );
    }
    allowed(guard(&bench, Operation::resource("file:///public/a..b"), read(None, None)).await);
}

#[tokio::test]
async fn a_pipeline_cannot_make_another_uri_of_the_one_that_chose_the_route() {
    let bench = Bench::new("{ routes: [ { resource: '*', args: { uri: 'mask(2)' } } ] }").await;
    let outcome = guard(&bench, Operation::resource("file:///a"), read(None, None)).await;
    assert_eq!(denied(&outcome), "args.invalid");
}

#[tokio::test]
async fn the_content_of_a_resource_is_treated_or_it_is_withheld() {
    let bench = Bench::new(r#"{ routes: [ { resource: '*', result: { ssn: "redact(!role.hr)" } } ] }"#).await;
    let operation = || Operation::resource("file:///hr/eve");
    let answer = allowed(guard(&bench, operation(), read(Some(r#"{"ssn":"1"}"#), None)).await);
    assert!(shown(&answer).contains("[REDACTED]"), "{}", shown(&answer));
    for unreadable in [read(Some("ssn 1"), None), read(None, Some("c3NuIDE=")), read(Some("{}"), Some("c3NuIDE="))] {
        assert_eq!(denied(&guard(&bench, operation(), unreadable).await), "result.unreadable");
    }
    allowed(guard(&bench, operation().caller(eve()), read(None, Some("c3NuIDE="))).await);
}

#[tokio::test]
async fn policy_reads_the_json_that_a_text_holds() {
    let document =
        r#"{ routes: [ { resource: '*', result: { level: "int" }, post_policy: [ "result.level > 2: deny" ] } ] }"#;
    let bench = Bench::new(document).await;
    let ask = |content| guard(&bench, Operation::resource("file:///hr/eve"), read(Some(content), None));
    allowed(ask(r#"{"level":2}"#).await);
    assert_eq!(denied(&ask(r#"{"level":3}"#).await), "policy.denied");
    allowed(ask("level 3").await);
}

#[tokio::test]
async fn the_defaults_of_an_entity_are_in_force_for_it_alone() {
    let document = r"
global: { defaults: { prompt: { policy: [ 'require(role.hr)' ] }, resource: { policy: [ deny ] } } }
routes: [ { prompt: summary }, { tool: lookup }, { resource: '*' } ]
";
    let bench = Bench::new(document).await;
    assert_eq!(denied(&guard(&bench, prompt(&json!({})), rendered(&[])).await), "policy.require_failed");
    allowed(guard(&bench, prompt(&json!({})).caller(eve()), rendered(&[])).await);
    allowed(bench.guard(crate::support::lookup()).await);
    let outcome = guard(&bench, Operation::resource("file:///a"), read(None, None)).await;
    assert_eq!(&*outcome.report.rule.as_ref().unwrap().id, "defaults.resource.policy[0]");
}

#[tokio::test]
async fn a_message_that_asks_for_a_tool_and_a_prompt_names_neither() {
    let bench = Bench::new("{ routes: [ { tool: '*' }, { prompt: '*' } ] }").await;
    let tool = crate::support::lookup().with_draft(|draft| {
        let (draft, _) = draft.replace_message(|message| {
            let mut both = message.clone();
            let ContentPart::ToolCall(call) = &message.content[0] else { panic!("no call") };
            both.content.push(ContentPart::PromptRequest(apl_cmf::PromptRequest::new(
                call.tool_call_id.as_str(),
                "summary",
                Map::new(),
            )));
            both
        });
        draft
    });
    assert_eq!(denied(&bench.guard(tool).await), "request.unidentified");
}

#[tokio::test]
async fn both_hooks_of_a_prompt_are_one_road() {
    let bench =
        Bench::new("{ routes: [ { prompt: summary, policy: ['require(role.hr)'], result: { ssn: redact } } ] }").await;
    let asking = |message| Request { caller: eve(), ..Request::new(Draft::new(message)) };
    let asked = prompt(&json!({}));
    let mut request = None;
    let _ = asked.with_draft(|draft| {
        request = Some(draft.message().clone());
        draft
    });
    let before = allowed(bench.manager.invoke::<CmfPromptPreFetch>(asking(request.unwrap())).await);
    let answer = rendered(&[r#"{"ssn":"1"}"#]).message;
    let after = Request { contexts: Some(before.contexts), ..asking(answer.clone()) };
    let after = allowed(bench.manager.invoke::<CmfPromptPostFetch>(after).await);
    assert!(serde_json::to_string(&after.payload).unwrap().contains("[REDACTED]"));
    let alone = bench.manager.invoke::<CmfPromptPostFetch>(asking(answer)).await;
    assert_eq!(denied(&alone), "request.malformed", "its route has something to say before");
}

#[tokio::test]
async fn a_resource_alone_is_judged_where_its_route_speaks_only_of_results() {
    let bench = Bench::new("{ routes: [ { resource: 'file:///hr/*', result: { ssn: redact } } ] }").await;
    let mut message = read(Some(r#"{"ssn":"1"}"#), None).message;
    message.content.extend(read(Some(r#"{"ssn":"2"}"#), None).message.content);
    let outcome = bench.manager.invoke_by_name("cmf.resource_post_fetch", Request::new(Draft::new(message))).await;
    let Decision::Allow(invoked) = outcome.decision else { panic!("{outcome:?}") };
    assert_eq!(serde_json::to_string(&invoked.payload).unwrap().matches("[REDACTED]").count(), 2);
}
