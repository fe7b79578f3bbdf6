//! What plugins ask to be changed beside the payload: all of it is done or nothing, and a credential is shown to those who
//! may read it.

use std::sync::Mutex;

use apl_cmf::{Capability, ContentPart, Credentials, ExtensionChange, MessagePayload, View};
use cpex_core::Caller;
use cpex_sdk::config::{OnError, PluginConfig};
use cpex_sdk::delegation::Minted;
use cpex_sdk::{
    CmfToolPreInvoke, HookHandler, Plugin, PluginContext, PluginError, PluginResult, PluginViolation, async_trait,
};
use serde_json::json;

use crate::support::{Bench, allowed, denied, eve, lookup};

type Script = fn(&MessagePayload, &View<'_>) -> PluginResult<MessagePayload>;

/// A plugin that answers what its script says.
struct Scripted(Script);

impl Plugin for Scripted {}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for Scripted {
    async fn handle(
        &self,
        payload: &MessagePayload,
        extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        Ok((self.0)(payload, extensions))
    }
}

const DOCUMENT: &str = "
    plugins: [ { name: log, kind: audit/test } ]
    routes: [ { tool: lookup, policy: [ allow ] } ]";

async fn bench(document: &str, script: Script, capabilities: &[Capability], on_error: OnError) -> Bench {
    let bench = Bench::new(document).await;
    let capabilities = capabilities.iter().copied().collect();
    let hooks = vec!["cmf.tool_pre_invoke".to_owned()];
    let config = PluginConfig { hooks, capabilities, on_error, ..PluginConfig::new("p", "host/scripted") };
    bench.manager.register_handler::<CmfToolPreInvoke, _>(Scripted(script), config).await.unwrap();
    bench
}

fn token(header: &str, value: &str) -> ExtensionChange {
    ExtensionChange::DelegatedToken(Minted {
        header: header.to_owned(),
        value: value.into(),
        audience: "backend".into(),
        permissions: Vec::new(),
    })
}

#[tokio::test]
async fn a_payload_is_not_changed_by_an_answer_of_which_a_part_is_refused() {
    let script: Script = |payload, _| {
        let mut changed = payload.clone();
        if let Some(ContentPart::ToolCall(call)) = changed.message.content.first_mut() {
            call.arguments.insert("id".into(), json!("8"));
        }
        let forged = ExtensionChange::Custom("a".into(), None);
        PluginResult::modify_payload(changed).modify_extensions([forged])
    };
    let bench = bench(DOCUMENT, script, &[], OnError::Ignore).await;
    let permit = allowed(bench.manager.authorize(lookup()).await);
    assert_eq!(permit.message().unwrap().tool_calls().next().unwrap().arguments["id"], "7");
    drop(permit);
    let record = &bench.records()[0];
    assert_eq!(
        (&record["controls"][0]["requested"], &record["controls"][0]["effective"]),
        (&json!("modify"), &json!("allow"))
    );
    assert_eq!(record["errors"].as_array().unwrap().len(), 1);
    assert!(record.get("changes").is_none_or(|changes| *changes == json!([])), "{record}");
}

#[tokio::test]
async fn a_denial_stands_although_what_else_the_plugin_asks_for_is_refused() {
    let script: Script = |_, _| {
        let forged = ExtensionChange::RequestHeader("x-a".into(), Some("1".into()));
        PluginResult::deny(PluginViolation::new("not today", "scan.hit")).modify_extensions([forged])
    };
    for on_error in [OnError::Fail, OnError::Ignore, OnError::Disable] {
        let bench = bench(DOCUMENT, script, &[], on_error).await;
        for _ in 0..2 {
            assert_eq!(denied(&bench.manager.authorize(lookup()).await), "plugin.denied", "{on_error:?}");
        }
        let record = &bench.records()[1];
        assert_eq!((&record["control"], &record["controls"][0]["effective"]), (&json!("p"), &json!("deny")));
        assert!(record["errors"][0].as_str().unwrap().contains("http"), "{record}");
    }
}

#[tokio::test]
async fn the_tokens_of_the_caller_are_shown_to_those_who_may_read_them() {
    static SEEN: Mutex<Vec<Option<String>>> = Mutex::new(Vec::new());
    let script: Script = |_, extensions| {
        let inbound = extensions.inbound_credentials();
        let token = inbound.and_then(|inbound| inbound.values("authorization").next());
        SEEN.lock().unwrap().push(token.map(str::to_owned));
        PluginResult::allow()
    };
    for capabilities in [&[][..], &[Capability::ReadInboundCredentials]] {
        let bench = bench(DOCUMENT, script, capabilities, OnError::Fail).await;
        let operation = lookup().caller(Caller::Credentials(Credentials::bearer("planted")));
        drop(allowed(bench.manager.authorize(operation).await));
        assert!(!format!("{:?}", bench.records()).contains("planted"));
    }
    assert_eq!(*SEEN.lock().unwrap(), [None, Some("Bearer planted".to_owned())]);
}

#[tokio::test]
async fn a_plugin_adds_a_credential_for_the_backend_with_its_capability_and_never_for_one_that_policy_minted() {
    let script: Script = |_, extensions| {
        let seen = extensions.delegated_tokens().count();
        let header = if seen == 0 { "x-token" } else { "authorization" };
        PluginResult::allow().modify_extensions([token(header, "planted-by-plugin")])
    };
    let able = [Capability::WriteDelegatedTokens, Capability::ReadDelegatedTokens];
    let bench = bench(DOCUMENT, script, &able, OnError::Fail).await;
    let mut permit = allowed(bench.manager.authorize(lookup()).await);
    let minted = permit.credentials();
    assert_eq!((minted.len(), minted[0].header.as_str()), (1, "x-token"));
    assert_eq!(minted[0].value.expose(), "planted-by-plugin");
    drop(permit);
    let record = &bench.records()[0];
    let change = json!({ "author": "p", "slot": "raw_credentials", "path": "x-token", "kind": "append" });
    assert_eq!(record["changes"], json!([change]));
    assert!(!record.to_string().contains("planted"), "{record}");

    let placed = "
        plugins: [ { name: tokens, kind: test/tokens }, { name: log, kind: audit/test } ]
        routes: [ { tool: lookup, policy: [ 'delegate(tokens, target: backend)', 'run(p)' ] } ]";
    bench.manager.load_config_yaml(placed).unwrap();
    bench.manager.initialize().await.unwrap();
    let operation = lookup().caller(eve());
    assert_eq!(denied(&bench.manager.authorize(operation).await), "plugin.error");
}
