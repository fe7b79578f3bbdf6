//! Credentials on their way to a backend, and back.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use cpex::cmf::{
    ContentPart, Credentials, Message, PartKind, Principal, Resource, Role, Subject, ToolCall, ToolResult,
};
use cpex::prelude::*;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::delegation::{Delegator, MintError, MintRequest, Minted};
use cpex::sdk::{Factory, Host, IdentityResolver, Inbound, Instance, Resolution, async_trait};
use serde_json::{Map, Value as Json, json};

const TOKEN: &str = "planted/minted+token==";

const DOCUMENT: &str = "
plugins:
  - { name: user, kind: test/user }
  - { name: minter, kind: test/minter }
routes:
  - tool: get_pay
    authentication: [user]
    policy: ['delegate(minter, target: pay)']
    post_policy: [\"http.response_headers.x-echo contains 'planted': deny('it is seen')\"]
  - tool: get_news
    authentication: [user]
    policy: [\"args.x == 'no': deny('no')\"]
  - tool: get_open
    authentication: []
    policy: [\"args.x == 'no': deny('no')\"]
";

/// Knows ada by what is in `X-User-Token`.
struct Ada;

#[async_trait]
impl IdentityResolver for Ada {
    async fn resolve(&self, inbound: Inbound<'_>) -> Resolution {
        let ada = Principal::Subject(Subject { id: "ada".to_owned(), ..Subject::default() });
        match inbound.credentials.values("X-User-Token").next() {
            Some(token) => Resolution::by_token(ada, token),
            None => Resolution::Nothing,
        }
    }
}

/// Mints that credential.
struct Mints(Minted);

#[async_trait]
impl Delegator for Mints {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        Ok(Minted { audience: request.audience.into(), ..self.0.clone() })
    }
}

struct Makes(Instance);

impl Factory for Makes {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(self.0.clone())
    }
}

async fn manager(header: &str, value: &str) -> PluginManager {
    let manager = PluginManager::default();
    manager.register_factory("test/user", Arc::new(Makes(Instance::Identity(Arc::new(Ada)))));
    let minted =
        Minted { header: header.to_owned(), value: value.into(), audience: "".into(), permissions: Vec::new() };
    manager.register_factory("test/minter", Arc::new(Makes(Instance::Delegator(Arc::new(Mints(minted))))));
    manager.load_config_yaml(DOCUMENT).unwrap_or_else(|refused| panic!("{refused}"));
    manager.initialize().await.unwrap();
    manager
}

fn received() -> [(&'static str, &'static str); 7] {
    [
        ("AUTHORIZATION", "Bearer planted"),
        ("Cookie", "session=planted"),
        ("x-user-TOKEN", "planted"),
        ("X-Backend", "of the caller"),
        ("Accept", "application/json"),
        ("X-Split", "a\r\nAuthorization: Bearer planted"),
        ("Not a name", "a"),
    ]
}

fn operation(tool: &str) -> Operation {
    let sent = received().into_iter().fold(Credentials::none(), |sent, (name, value)| sent.with(name, value));
    Operation::tool(tool, Map::new()).caller(Caller::Credentials(sent))
}

/// The headers the backend is called with, of those received.
async fn forwarded(manager: &PluginManager, tool: &str) -> Vec<(String, String)> {
    let mut permit = manager.authorize(operation(tool)).await.decision.allowed().unwrap();
    let by_hand = shown(permit.headers(received()));
    drop(permit);
    let sent = Mutex::new(Vec::new());
    let backend = |call: Call| {
        *sent.lock().unwrap() = shown(call.headers(received()));
        async { Ok::<_, Infallible>(Answer::structured(Json::Null)) }
    };
    let Ok(_) = manager.guard(operation(tool), backend).await;
    let guarded = sent.into_inner().unwrap();
    assert_eq!(guarded, by_hand);
    guarded
}

fn shown(headers: Vec<(String, cpex::cmf::Secret)>) -> Vec<(String, String)> {
    headers.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn trap_40_a_minted_credential_takes_the_place_of_any_header_of_its_name() {
    let manager = manager("x-bacKend", TOKEN).await;
    let expected = pairs(&[("Accept", "application/json"), ("x-bacKend", TOKEN)]);
    assert_eq!(forwarded(&manager, "get_pay").await, expected);
}

#[tokio::test]
async fn trap_40_the_credentials_of_the_caller_do_not_reach_the_backend_where_none_is_minted() {
    let manager = manager("Authorization", TOKEN).await;
    let rest = [("X-Backend", "of the caller"), ("Accept", "application/json")];
    assert_eq!(forwarded(&manager, "get_news").await, pairs(&rest));
    let unread = [[("x-user-TOKEN", "planted")].as_slice(), &rest].concat();
    assert_eq!(forwarded(&manager, "get_open").await, pairs(&unread), "nobody asked for that one as a credential");
}

#[tokio::test]
async fn trap_40_a_credential_that_could_end_its_header_is_refused() {
    for value in ["a\r\nX: b", "a\nb", "a\rb", "a\0b"] {
        let manager = manager("Authorization", value).await;
        let outcome = manager.authorize(operation("get_pay")).await;
        assert_eq!(outcome.report.code, Some("delegation.failed"), "{value:?}");
    }
    for header in ["", "X Y", "X:", "X\r\nY"] {
        let manager = manager(header, TOKEN).await;
        assert_eq!(manager.authorize(operation("get_pay")).await.report.code, Some("delegation.failed"), "{header:?}");
    }
}

/// An answer that repeats the credential wherever it may hold text.
fn echo() -> Answer {
    let resource = Resource { content: Some(TOKEN.to_owned()), ..Resource::new("call", TOKEN, "file") };
    let text = ContentPart::text(format!("you sent {{\"Authorization\": \"Bearer {}\"}}", TOKEN.replace('/', "\\/")));
    let parts =
        vec![text, ContentPart::Resource(Box::new(resource)), ContentPart::text("planted%2Fminted%2Btoken%3D%3D")];
    let content = json!({ "pay": 1, TOKEN: [{ "sent": format!("Bearer {TOKEN}") }] });
    let headers = [("X-Echo".to_owned(), format!("a {TOKEN} b"))];
    Answer::with_parts(content, parts).response_headers(headers.into())
}

#[tokio::test]
async fn trap_40_what_a_backend_sends_back_is_released_without_the_credential() {
    let manager = manager("Authorization", &format!("Bearer {TOKEN}")).await;
    let Ok(outcome) = manager.guard(operation("get_pay"), |_call| async { Ok::<_, Infallible>(echo()) }).await;
    let answer = outcome.decision.allowed().unwrap();
    let shown = format!("{answer:?}{:?}", outcome.report);
    assert!(!shown.contains("planted") && !shown.contains("minted+token"), "{shown}");
    assert_eq!(*answer.content(), json!({ "pay": 1, "[redacted]": [{ "sent": "[redacted]" }] }));
    assert_eq!(answer.parts().filter(|part| part.kind() == PartKind::Text).count(), 2);
    let note = "the answer held a credential that was minted for the backend, and is released without it";
    assert_eq!(outcome.report.errors, [note]);
}

#[tokio::test]
async fn trap_40_a_host_that_passes_texts_on_itself_has_them_redacted() {
    let manager = manager("Authorization", &format!("Bearer {TOKEN}")).await;
    let mut permit = manager.authorize(operation("get_pay")).await.decision.allowed().unwrap();
    let _taken = permit.credentials();
    assert_eq!(permit.redact(&format!("for {TOKEN}.")), "for [redacted].");
    assert_eq!(permit.redact("nothing"), "nothing");
    let answer = permit.complete(echo()).await.decision.allowed().unwrap();
    assert!(!format!("{answer:?}").contains("planted"));
}

#[tokio::test]
async fn trap_40_what_was_minted_for_one_operation_does_not_come_back_in_the_answer_to_another() {
    let manager = manager("Authorization", TOKEN).await;
    let calls = ["get_news", "get_pay"].map(|tool| ContentPart::ToolCall(ToolCall::new(tool, tool, Map::new())));
    let message = Message::new(Role::Assistant, calls.into());
    let sent = Credentials::none().with("x-user-token", "planted");
    let several = Operation::new(message).caller(Caller::Credentials(sent));
    let permit = manager.authorize(several).await.decision.allowed().unwrap();
    let result = |tool: &str| ContentPart::ToolResult(ToolResult::new(tool, tool, json!([TOKEN])));
    let answer = Answer::new(Message::new(Role::Tool, vec![result("get_news"), result("get_pay")]));
    let answer = permit.complete(answer).await.decision.allowed().unwrap();
    let shown = format!("{answer:?}");
    assert!(!shown.contains("planted"), "{shown}");
    assert_eq!(shown.matches("[redacted]").count(), 2, "{shown}");
}
