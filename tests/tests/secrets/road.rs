//! What operations leave behind: what hosts get, what is recorded, what is traced.

use std::convert::Infallible;
use std::fmt::Debug;
use std::fs;
use std::sync::{Arc, Mutex};

use cpex::cmf::{Capability, Credentials, Draft, ExtensionChange, Message, Principal, Role, Subject, View};
use cpex::prelude::*;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::delegation::{Delegator, MintError, MintRequest, Minted};
use cpex::sdk::testing::RecordingSink;
use cpex::sdk::{
    CmfToolPreInvoke, Factory, HookHandler, Host, IdentityResolver, Inbound, Instance, Plugin, PluginContext,
    PluginError, PluginInstance, PluginResult, Resolution, Verdict, async_trait,
};
use cpex::{OwnRequest, Request};
use cpex_cli::case::TestFile;
use serde_json::{Map, Value as Json, json};

use super::capture::capture;
use super::expect_none;
use super::values::{credentials, minted};

const DOCUMENT: &str = "
plugins:
  - name: jwt
    kind: identity/jwt
    config:
      trusted_issuers:
        - issuer: https://idp.example
          audiences: [agents]
          decoding_key: { kind: secret, secret: planted-secret-that-is-shared-with-the-issuer }
  - name: keys
    kind: identity/api-key
    config:
      keys: [ { hash: 'sha256:26f13efdebd93429a1ca9b353d4cd2f69a882dc28a280c63d34ba5b63fa859b8', subject: { id: a } } ]
  - { name: user, kind: test/user }
  - { name: panicking-user, kind: test/panicking-user }
  - { name: minter, kind: test/minter }
  - { name: failing, kind: test/failing }
  - { name: panicking, kind: test/panicking }
  - { name: biscuit, kind: delegator/biscuit, capabilities: [read_inbound_credentials], config: { root_public_key:
      { kind: hex, hex: 41e77e842e5c952a29233992dc8ebbedd2d83291a89bb0eec34457e723a69526 } } }
  - { name: log, kind: test/log }
routes:
  - { tool: by_jwt, authentication: [jwt], policy: [\"args.x == 'no': deny('no')\"] }
  - { tool: by_key, authentication: [keys], policy: [\"args.x == 'no': deny('no')\"] }
  - { tool: by_panic, authentication: [panicking-user], policy: [\"args.x == 'no': deny('no')\"] }
  - { tool: get_pay, authentication: [user], policy: ['delegate(minter, target: pay)'] }
  - { tool: get_failed, authentication: [user], policy: ['delegate(failing, target: pay)'] }
  - { tool: get_panicked, authentication: [user], policy: ['delegate(panicking, target: pay)'] }
  - { tool: get_narrowed, authentication: [user], policy: ['delegate(biscuit, target: pay)'] }
";

const INBOX: &str = "
plugins:
  - { name: user, kind: test/user }
  - { name: managers, kind: elicitation/inbox, capabilities: [read_subject], config: { expiry: 1h } }
global: { authentication: [user] }
routes: [ { tool: wire, policy: ['confirm(managers)'] } ]
";

/// Takes whoever asks for ada, by their token; or panics with that token.
struct User {
    panics: bool,
}

#[async_trait]
impl IdentityResolver for User {
    async fn resolve(&self, inbound: Inbound<'_>) -> Resolution {
        let token = inbound.credentials.values("authorization").next().unwrap_or_default();
        assert!(!self.panics, "{token}");
        Resolution::by_token(
            Principal::Subject(Subject {
                id: "ada".to_owned(),
                issuer: Some("https://idp.example".to_owned()),
                ..Subject::default()
            }),
            token,
        )
    }
}

/// Mints, or ends otherwise.
enum Mints {
    Minted,
    Unsendable,
    Panic,
}

#[async_trait]
impl Delegator for Mints {
    async fn mint(&self, request: &MintRequest<'_>) -> Result<Minted, MintError> {
        let value = match self {
            Self::Minted => "planted-minted",
            Self::Unsendable => "planted\r\n",
            Self::Panic => panic!("{:?} planted", request),
        };
        Ok(Minted { value: value.into(), ..minted() })
    }
}

/// Adds a credential of its own.
struct Adds;

impl Plugin for Adds {}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for Adds {
    async fn handle(
        &self,
        _payload: &cpex::cmf::MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<cpex::cmf::MessagePayload>, PluginError> {
        let changes = vec![ExtensionChange::DelegatedToken(Minted { header: "X-Own".to_owned(), ..minted() })];
        Ok(PluginResult { verdict: Verdict::Allow, changes, metadata: Map::new() })
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

async fn manager(document: &str, sink: &Arc<RecordingSink>) -> PluginManager {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    let kinds = [
        ("test/user", Instance::Identity(Arc::new(User { panics: false }))),
        ("test/panicking-user", Instance::Identity(Arc::new(User { panics: true }))),
        ("test/minter", Instance::Delegator(Arc::new(Mints::Minted))),
        ("test/failing", Instance::Delegator(Arc::new(Mints::Unsendable))),
        ("test/panicking", Instance::Delegator(Arc::new(Mints::Panic))),
        ("test/log", Instance::Sink(Arc::clone(sink) as Arc<_>)),
        ("test/adds", Instance::Plugin(PluginInstance::of(Adds).on::<CmfToolPreInvoke>().build())),
    ];
    for (kind, instance) in kinds {
        manager.register_factory(kind, Arc::new(Makes(instance)));
    }
    manager.load_config_yaml(document).unwrap_or_else(|refused| panic!("{refused}"));
    manager.initialize().await.unwrap();
    manager
}

fn operation(tool: &str, credentials: Credentials) -> Operation {
    Operation::tool(tool, Map::new()).caller(Caller::Credentials(credentials))
}

fn show(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

/// The types that only an operation makes, with a secret in each, as they print.
pub(super) fn of_operations() -> Vec<(&'static str, String)> {
    let (shown, _) = capture(async {
        let sink = Arc::default();
        let manager = manager(DOCUMENT, &sink).await;
        manager.register_json_hook("host.own").unwrap();
        let adds = PluginConfig {
            hooks: vec!["cmf.tool_pre_invoke".to_owned()],
            capabilities: [Capability::WriteDelegatedTokens].into_iter().collect(),
            ..PluginConfig::new("adds", "host/adds")
        };
        manager.register_handler::<CmfToolPreInvoke, _>(Adds, adds).await.unwrap();
        let pay = || operation("get_pay", credentials());
        let mut shown = vec![("cpex-core::PluginManager", show(&manager))];
        shown.push(("cpex-core::Permit", show(&manager.authorize(pay()).await)));
        let permit = manager.authorize(pay()).await.decision.allowed().unwrap();
        shown.push(("cpex-core::ResultStream", show(&permit.stream())));
        shown.push(("cpex-core::Explanation", show(&manager.explain(pay(), Some(answer())).await)));
        let call = Mutex::new(String::new());
        let backend = |given: Call| {
            assert_eq!(given.credentials().len(), 2);
            *call.lock().unwrap() = show(&given);
            async { Ok::<_, Infallible>(answer()) }
        };
        let Ok(outcome) = manager.guard(pay(), backend).await;
        expect_none(&show(&outcome), "the outcome");
        shown.push(("cpex-core::Call", call.into_inner().unwrap()));
        let request = || Request { caller: Caller::Credentials(credentials()), ..Request::new(draft()) };
        let invoked = manager.invoke_by_name("cmf.tool_pre_invoke", request()).await.decision.allowed().unwrap();
        shown.push(("cpex-core::Invoked", show(&invoked)));
        shown.push(("cpex-core::Contexts", show(&invoked.contexts)));
        let consulted = manager.invoke_plugin("adds", "cmf.tool_pre_invoke", request()).await.unwrap();
        shown.push(("cpex-core::Consulted", show(&consulted)));
        let own = OwnRequest { caller: Caller::Credentials(credentials()), ..OwnRequest::new(Json::Null) };
        let own = manager.invoke_json("host.own", OwnRequest { contexts: invoked.contexts, ..own }).await;
        shown.push(("cpex-core::InvokedOwn", show(&own)));
        let inbox = super::road::manager(INBOX, &Arc::default()).await;
        let inbox = inbox.inbox("managers", Caller::Credentials(credentials())).await.unwrap();
        shown.push(("cpex-core::Inbox", show(&inbox)));
        shown
    });
    shown.into_iter().chain([("cpex-cli::TestFile", show(&test_file()))]).collect()
}

fn draft() -> Draft {
    let call = cpex::cmf::ToolCall::new("call", "get_pay", Map::new());
    Draft::new(Message::new(Role::Assistant, vec![cpex::cmf::ContentPart::ToolCall(call)]))
}

/// An answer that repeats what was minted.
fn answer() -> Answer {
    Answer::structured(json!({ "sent": "planted-minted and planted-secret" }))
}

fn test_file() -> TestFile {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.test.yaml");
    let text = "
policy_text: 'routes: [ { tool: get_pay, policy: [ allow ] } ]'
cases: [ { name: one, call: { tool: get_pay, headers: { authorization: Bearer planted } }, expect: { decision: allow } } ]";
    fs::write(&path, text).unwrap();
    TestFile::read(&path).unwrap_or_else(|refused| panic!("{refused}"))
}

/// Every way in which credentials may fail, each with something planted.
fn sent() -> Vec<Credentials> {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJwbGFudGVkIn0.cGxhbnRlZA";
    let mut sent: Vec<Credentials> = ["planted", "planted.planted.planted", jwt, "planted planted", ""]
        .into_iter()
        .map(|token| Credentials::bearer(token).with("x-api-key", format!("planted{token}")))
        .collect();
    sent.push(credentials());
    sent.push(credentials().with("authorization", "Bearer planted").with("x-api-key", "planted"));
    sent.push(Credentials::none().with("authorization", "Basic planted").with("x-api-key", ""));
    sent
}

#[test]
fn trap_35_nothing_an_operation_leaves_behind_holds_a_secret() {
    let (left, traced) = capture(async {
        let sink = Arc::<RecordingSink>::default();
        let manager = manager(DOCUMENT, &sink).await;
        let mut left = Vec::new();
        let tools =
            ["by_jwt", "by_key", "by_panic", "get_pay", "get_failed", "get_panicked", "get_narrowed", "no_route"];
        for tool in tools {
            for credentials in sent() {
                let backend = |_call| async { Ok::<_, Infallible>(answer_of_minted()) };
                let Ok(outcome) = manager.guard(operation(tool, credentials), backend).await;
                left.push((tool, show(&outcome)));
            }
        }
        left.push(("the records", sink.records().iter().map(Json::to_string).collect()));
        left.push(("the manager", show(&manager.status()) + &show(&manager)));
        left
    });
    let allowed = left.iter().filter(|(tool, shown)| *tool == "get_pay" && shown.contains("Allow(")).count();
    assert!(allowed > 3 && traced.contains("cpex.invocation"), "{allowed} were allowed");
    assert!(left.iter().any(|(_, shown)| shown.contains("it panicked")));
    for (of, shown) in &left {
        expect_none(shown, of);
    }
    expect_none(&traced, "what is traced");
}

fn answer_of_minted() -> Answer {
    Answer::structured(json!({ "sent": "planted-minted" }))
}
