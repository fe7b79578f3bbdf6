//! What a host does with messages, as `docs/envelope.md` shows it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use cpex::cmf::wire::{Encoding, Frame, Limits, WireError};
use cpex::cmf::{
    ContentPart, DataPolicy, HttpContext, Identity, Message, MessageView, Minted, Role, Side, Subject, ToolCall,
};
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::delegation::{Delegator, MintError, MintRequest};
use cpex::sdk::{Factory, Host, Instance, async_trait};
use cpex::{Answer, Caller, Decision, Operation, PluginManager};
use serde_json::{Map, Value as Json, json};

fn arguments(json: &Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

async fn manager(document: &str) -> PluginManager {
    let manager = PluginManager::default();
    manager.register_factory("test/tokens", Arc::new(Tokens));
    manager.load_config_yaml(document).unwrap();
    manager.initialize().await.unwrap();
    manager
}

/// A delegator that mints whatever it is asked for.
struct Tokens;

impl Factory for Tokens {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Delegator(Arc::new(Self)))
    }
}

#[async_trait]
impl Delegator for Tokens {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        Ok(Minted {
            header: "Authorization".into(),
            value: "Bearer minted".into(),
            audience: request.audience.into(),
            permissions: request.permissions.to_vec(),
        })
    }
}

#[tokio::test]
async fn each_kind_of_operation_has_a_constructor_and_a_route() {
    let tool = Operation::tool("get_compensation", arguments(&json!({ "employee_id": "7" })));
    let prompt = Operation::prompt("summary", arguments(&json!({ "of": "report" })));
    let resource = Operation::resource("file:///reports/2026");
    let messages =
        json!({ "messages": [{ "role": "user", "content": "hello" }], "parameters": { "temperature": 0.5 } });
    let inference = Operation::llm("small-model", arguments(&messages));
    let agent = Operation::agent("helper/look_up", arguments(&messages));
    let request = HttpContext { method: Some("GET".into()), path: Some("/reports".into()), ..HttpContext::default() };
    let http = Operation::http(request, arguments(&json!({ "query": { "year": "2026" } })));
    let manager = manager(
        "routes:
           - { tool: get_compensation, policy: [ \"args.employee_id != '7': deny\" ] }
           - { prompt: summary, policy: [ \"args.of != 'report': deny\" ] }
           - { resource: 'file:///reports/*', policy: [ \"args.uri != 'file:///reports/2026': deny\" ] }
           - { llm: small-model, policy: [ \"args.parameters.temperature != 0.5: deny\" ] }
           - { agent: helper, policy: [ \"args.messages[0].content != 'hello': deny\" ] }
           - { http: { path_prefix: /reports }, policy: [ \"args.query.year != '2026': deny\" ] }",
    )
    .await;
    for operation in [tool, prompt, resource, inference, agent, http] {
        let shown = format!("{operation:?}");
        let outcome = manager.authorize(operation).await;
        assert!(matches!(outcome.decision, Decision::Allow(_)), "{shown}: {:?}", outcome.report);
    }
}

#[tokio::test]
async fn a_message_of_several_calls_is_decided_call_by_call() {
    let manager =
        manager("routes: [ { tool: get_report, policy: [ allow ] }, { tool: send_email, policy: [ deny ] } ]").await;
    let call = |id: &str, name: &str| ContentPart::ToolCall(ToolCall::new(id, name, arguments(&json!({}))));
    let both = Operation::new(Message::new(Role::Assistant, vec![call("1", "get_report"), call("2", "send_email")]));
    let outcome = manager.authorize(both).await;
    assert!(matches!(&outcome.decision, Decision::Deny(denial) if &*denial.code == "policy.denied"));
    let decided: Vec<_> = outcome.operations().iter().map(|report| report.decision).collect();
    assert_eq!(decided, ["allow", "deny"]);
}

#[tokio::test]
async fn an_answer_has_the_labels_of_its_data() {
    let manager = manager("routes: [{ tool: get_report }]").await;
    let policy = DataPolicy { apply_labels: ["pay"].into_iter().collect(), ..DataPolicy::default() };
    let data = BTreeMap::from([("salaries".to_owned(), policy)]);
    let operation = Operation::tool("get_report", Map::new()).with_draft(|draft| draft.data(data));
    let permit = manager.authorize(operation).await.decision.allowed().unwrap();
    let outcome = permit.complete(Answer::structured(json!({}))).await;
    assert!(outcome.report.message_labels.contains("pay"));
}

#[test]
fn a_view_shows_the_text_of_every_part_that_has_one() {
    let message = Message::new(Role::User, vec![ContentPart::text("mine is 555-12-3456")]);
    let said = message.views(Side::Args).iter().filter_map(MessageView::text).any(|text| text.contains("555-12-3456"));
    assert!(said);
}

#[tokio::test]
async fn a_host_takes_out_what_was_minted_by_one_call() {
    let manager = manager(
        "plugins: [ { name: tokens, kind: test/tokens } ]
routes: [ { tool: pay, policy: [ \"delegate(tokens, target: bank, permissions: [pay])\" ] } ]",
    )
    .await;
    let subject = Subject { id: "eve".into(), ..Subject::default() };
    let eve = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    let outcome = manager.authorize(Operation::tool("pay", Map::new()).caller(eve)).await;
    let Decision::Allow(mut permit) = outcome.decision else { panic!("{:?}", outcome.report) };
    let minted = permit.credentials();
    let headers: Vec<_> = minted.iter().map(|token| (token.header.as_str(), token.value.expose())).collect();
    assert_eq!(headers, [("Authorization", "Bearer minted")]);
    assert_eq!(permit.credentials(), []);
}

#[tokio::test]
async fn an_operation_is_read_from_the_wire() {
    let manager = manager("routes: [ { tool: t, policy: [ \"agent.turn != 3: deny\" ] } ]").await;
    let message = json!({ "schema_version": "2.0", "role": "assistant",
        "content": [{ "content_type": "tool_call", "tool_call_id": "1", "name": "t", "arguments": {} }] });
    let frame = |extensions: Json| json!({ "wire": 1, "message": message, "extensions": extensions }).to_string();
    let turn = frame(json!({ "agent": { "turn": 3 } }));
    let outcome = manager.authorize(read(turn.as_bytes(), Caller::anonymous()).unwrap()).await;
    assert!(matches!(outcome.decision, Decision::Allow(_)), "{:?}", outcome.report);
    let forged = frame(json!({ "security": { "subject": { "id": "eve" } } }));
    let refused = read(forged.as_bytes(), Caller::anonymous()).unwrap_err();
    assert_eq!(refused.path, "extensions.security.subject");
}

fn read(bytes: &[u8], caller: Caller) -> Result<Operation, WireError> {
    let limits = Limits { bytes: 1 << 20, depth: 64, parts: 1000 };
    let frame = Frame::decode(bytes, Encoding::Json, limits)?;
    let operation = Operation::from(frame.into_draft()?).caller(caller);
    Ok(operation)
}
