//! A message that asks for several operations: each decided by its own route, and all released or none.

use apl_cmf::{ContentPart, Draft, Message, PromptRequest, Role, ToolCall, ToolResult};
use cpex_core::{Answer, Decision, Operation, Request};
use cpex_sdk::{CmfToolPostInvoke, CmfToolPreInvoke};
use serde_json::{Map, Value as Json, json};

use crate::support::{Bench, allowed, denied, eve};

const POLICY: &str = r#"
plugins:
  - { name: log, kind: audit/test }
  - { name: tokens, kind: test/tokens }
  - { name: people, kind: test/people }
routes:
  - { tool: pay, policy: ["require(role.hr)"], result: { ssn: redact } }
  - { tool: mail, policy: ["security.labels contains 'secret': deny('tainted', 'mail.tainted')"] }
  - { tool: read, policy: ["taint(secret, session)"] }
  - { tool: mint, policy: ["delegate(tokens, target: api)"] }
  - { tool: forbidden, policy: [deny] }
  - { tool: ask, policy: ["confirm(people, timeout: 1h)"] }
"#;

fn call(id: &str, name: &str) -> ContentPart {
    let arguments = Map::from_iter([("id".to_owned(), json!(id))]);
    ContentPart::ToolCall(ToolCall::new(id, name, arguments))
}

fn text(text: &str) -> ContentPart {
    ContentPart::text(text)
}

fn result(id: &str, content: Json) -> ContentPart {
    let result = ToolResult::new(id, "", content);
    ContentPart::ToolResult(result)
}

fn message(parts: &[ContentPart]) -> Message {
    Message::new(Role::Assistant, parts.to_vec())
}

fn asking(parts: &[ContentPart]) -> Operation {
    Operation::new(message(parts)).session("s1").caller(eve())
}

fn answer(parts: &[ContentPart]) -> Answer {
    Answer::new(Message::new(Role::Tool, parts.to_vec()))
}

fn decisions(bench: &Bench) -> Vec<String> {
    let shown = |record: &Json| {
        let word = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", record["entity"]["name"].as_str().unwrap_or("-"), word("phase"), word("decision"))
    };
    bench.records().iter().map(shown).collect()
}

#[tokio::test]
async fn each_call_is_decided_by_its_own_route_and_the_message_goes_on_as_it_was() {
    let bench = Bench::new(POLICY).await;
    let parts = [text("first"), call("1", "pay"), text("then"), call("2", "mail"), text("done")];
    let outcome = bench.manager.authorize(asking(&parts)).await;
    let names: Vec<_> = outcome.operations().iter().map(|report| report.route.clone().unwrap()).collect();
    assert_eq!(names.iter().map(|name| &**name).collect::<Vec<_>>(), ["routes[0]", "routes[1]"]);
    let mut permit = allowed(outcome);
    assert!(permit.message().is_none());
    assert_eq!(permit.take_call().message, message(&parts));
    let answers = [result("2", json!({ "to": "bob" })), text("sent"), result("1", json!({ "ssn": "1", "pay": 2 }))];
    let answered = allowed(permit.complete(answer(&answers)).await);
    let expected =
        [result("1", json!({ "ssn": "[REDACTED]", "pay": 2 })), result("2", json!({ "to": "bob" })), text("sent")];
    assert_eq!(answered.message.content, expected);
    assert_eq!(decisions(&bench), ["pay pre allow", "mail pre allow", "pay post allow", "mail post allow"]);
}

#[tokio::test]
async fn one_call_that_is_denied_denies_the_message_and_the_others_are_abandoned() {
    let bench = Bench::new(POLICY).await;
    let parts = [call("1", "pay"), call("2", "forbidden"), call("3", "read")];
    let outcome = bench.manager.authorize(asking(&parts)).await;
    assert_eq!(denied(&outcome), "policy.denied");
    assert_eq!(outcome.operations().iter().map(|report| report.decision).collect::<Vec<_>>(), ["allow", "deny"]);
    assert_eq!(outcome.report.route.as_deref(), Some("routes[4]"));
    assert_eq!(decisions(&bench), ["pay pre allow", "forbidden pre deny", "pay post deny"]);
    assert_eq!(bench.records()[2]["code"], "operation.abandoned");
}

#[tokio::test]
async fn a_later_call_sees_what_an_earlier_one_left_in_the_session() {
    let bench = Bench::new(POLICY).await;
    let outcome = bench.manager.authorize(asking(&[call("1", "read"), call("2", "mail")])).await;
    assert_eq!(denied(&outcome), "policy.denied");
    let bench = Bench::new(POLICY).await;
    drop(allowed(bench.manager.authorize(asking(&[call("1", "mail"), call("2", "read")])).await));
}

#[tokio::test]
async fn one_call_that_is_pending_leaves_the_message_pending_and_a_denial_outranks_it() {
    let bench = Bench::new(POLICY).await;
    let outcome = bench.manager.authorize(asking(&[call("1", "ask"), call("2", "pay")])).await;
    assert!(matches!(outcome.decision, Decision::Pending(_)), "{outcome:?}");
    assert_eq!(outcome.operations().len(), 2);
    let outcome = bench.manager.authorize(asking(&[call("1", "ask"), call("2", "forbidden")])).await;
    assert_eq!(denied(&outcome), "policy.denied");
}

#[tokio::test]
async fn calls_that_cannot_be_told_apart_are_malformed() {
    let bench = Bench::new(POLICY).await;
    for ids in [["1", "1"], ["", "2"]] {
        let parts = [call(ids[0], "pay"), call(ids[1], "mail")];
        assert_eq!(denied(&bench.manager.authorize(asking(&parts)).await), "request.malformed");
    }
    let prompt = PromptRequest::new("3", "greet", Map::new());
    let mixed = [call("1", "pay"), call("2", "mail"), ContentPart::PromptRequest(prompt)];
    assert_eq!(denied(&bench.manager.authorize(asking(&mixed)).await), "request.unidentified");
}

#[tokio::test]
async fn every_call_is_answered_once_and_nothing_else_is() {
    let (one, two) = (result("1", json!({ "ssn": "1" })), result("2", json!({})));
    for answers in [
        vec![one.clone()],
        vec![],
        vec![one.clone(), two.clone(), two.clone()],
        vec![one.clone(), two.clone(), result("3", json!(1))],
    ] {
        let bench = Bench::new(POLICY).await;
        let permit = allowed(bench.manager.authorize(asking(&[call("1", "pay"), call("2", "mail")])).await);
        assert_eq!(denied(&permit.complete(answer(&answers)).await), "request.malformed", "{answers:?}");
        assert_eq!(decisions(&bench)[2..], ["pay post deny", "mail post deny"]);
    }
}

#[tokio::test]
async fn a_permit_is_split_into_one_for_each_call_with_its_own_credentials() {
    let bench = Bench::new(POLICY).await;
    let parts = [call("1", "mint"), call("2", "pay")];
    let mut permit = allowed(bench.manager.authorize(asking(&parts)).await);
    assert!(permit.credentials().is_empty(), "which call they are for is not said here");
    let mut permits = permit.split();
    assert_eq!(permits.iter_mut().map(|permit| permit.credentials().len()).collect::<Vec<_>>(), [1, 0]);
    let pay = permits.pop().unwrap();
    assert_eq!(pay.message().unwrap().content, [call("2", "pay")]);
    let answered = allowed(pay.complete(Answer::structured(json!({ "ssn": "1" }))).await);
    assert_eq!(answered.content()["ssn"], "[REDACTED]");
    let backend = |call: cpex_core::Call| async move {
        assert_eq!(
            (call.credentials().len(), call.credentials_of("1").len(), call.credentials_of("2").len()),
            (0, 1, 0)
        );
        Ok::<_, std::convert::Infallible>(answer(&[result("1", json!(1)), result("2", json!({}))]))
    };
    let Ok(outcome) = bench.manager.guard(asking(&parts), backend).await;
    allowed(outcome);
}

#[tokio::test]
async fn hooks_take_messages_of_several_calls_too() {
    let bench = Bench::new(POLICY).await;
    let request =
        Request { caller: eve(), ..Request::new(Draft::new(message(&[call("1", "pay"), call("2", "mint")]))) };
    let before = allowed(bench.manager.invoke::<CmfToolPreInvoke>(request).await);
    let answers = [result("1", json!({ "ssn": "1" })), result("2", json!({}))];
    let mut request = Request::new(Draft::new(Message::new(Role::Tool, answers.to_vec())));
    request.contexts = Some(before.contexts);
    let after = allowed(bench.manager.invoke::<CmfToolPostInvoke>(request).await);
    assert_eq!(after.payload.message.content[0], result("1", json!({ "ssn": "[REDACTED]" })));
}
