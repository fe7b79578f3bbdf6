//! The patterns at work, each under the document that `docs/plugins.md` shows for it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::sync::Arc;

use cpex::prelude::*;
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance, PluginInstance, ToolPostInvoke, ToolPreInvoke};
use custom_plugin::ToolAllowListFactory;
use plugin_patterns::guardrail::CardGuardrail;
use plugin_patterns::telemetry::CallCounter;
use serde_json::{Map, Value as Json, json};

const LAYERED: &str = r#"
plugins:
  # Hard enforcement first: what is not listed is not called.
  - name: allow-list
    kind: example/tool-allow-list
    mode: sequential
    priority: 10
    hooks: [tool_pre_invoke]
    config: { allowed_tools: [web_search, pay] }

  # Transformation next: cards are taken out on both sides, and nothing is blocked by accident.
  - name: cards
    kind: example/card-guardrail
    mode: transform
    priority: 30
    hooks: [tool_pre_invoke, tool_post_invoke]

  # Telemetry last: nobody waits for it.
  - name: counter
    kind: example/call-counter
    mode: fire_and_forget
    hooks: [tool_pre_invoke]
"#;

const ROLLOUT: &str = r#"
plugins:
  - name: allow-list-v2
    kind: example/tool-allow-list
    mode: audit          # it only says what it would deny; `sequential` enforces it
    priority: 15
    hooks: [tool_pre_invoke]
    config: { allowed_tools: [web_search] }
"#;

/// Makes the plugins of this crate.
struct Patterns(CallCounter);

impl Factory for Patterns {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Plugin(match declaration.kind.as_str() {
            "example/call-counter" => PluginInstance::of(self.0.clone()).on::<ToolPreInvoke>().build(),
            _ => PluginInstance::of(CardGuardrail).on::<ToolPreInvoke>().on::<ToolPostInvoke>().build(),
        }))
    }
}

async fn manager(document: &str) -> (PluginManager, CallCounter) {
    let counter = CallCounter::default();
    let patterns = Arc::new(Patterns(counter.clone()));
    let manager = PluginManager::default();
    manager.register_factory("example/tool-allow-list", Arc::new(ToolAllowListFactory));
    manager.register_factory("example/card-guardrail", Arc::clone(&patterns) as _);
    manager.register_factory("example/call-counter", patterns);
    manager.load_config_yaml(document).unwrap();
    manager.initialize().await.unwrap();
    (manager, counter)
}

/// Calls a tool that answers what it was asked.
async fn call(manager: &PluginManager, tool: &str, text: &str) -> Outcome<Answer> {
    let operation = Operation::tool(tool, Map::from_iter([("text".to_owned(), json!(text))]));
    let echo = |call: Call| async move {
        let arguments = call.arguments().cloned().unwrap_or_default();
        assert!(!arguments["text"].to_string().contains("4111"), "the tool was handed a card");
        Ok::<_, std::convert::Infallible>(Answer::structured(Json::Object(arguments)))
    };
    let Ok(outcome) = manager.guard(operation, echo).await;
    outcome
}

#[tokio::test]
async fn each_layer_does_what_its_mode_lets_it() {
    let (manager, counter) = manager(LAYERED).await;
    let paid = call(&manager, "pay", "to 4111 1111 1111 1111").await.decision.allowed().unwrap();
    assert_eq!(paid.content(), &json!({ "text": "to [CARD]" }));
    let Decision::Deny(violation) = call(&manager, "wire_money", "all of it").await.decision else {
        panic!("it is not listed");
    };
    assert_eq!(&*violation.code, "tool.not_listed");
    manager.background_ended().await;
    assert_eq!(counter.counts()["pay"], 1);
}

#[tokio::test]
async fn a_new_policy_is_watched_before_it_is_enforced() {
    let (shadow, _) = manager(ROLLOUT).await;
    let outcome = shadow.authorize(Operation::tool("pay", Map::new())).await;
    let watched = &outcome.report.controls[0];
    assert_eq!((watched.requested, watched.effective, watched.code), ("deny", "allow", Some("plugin.denied")));
    assert!(call(&shadow, "pay", "now").await.decision.allowed().is_some());
    let (enforced, _) = manager(&ROLLOUT.replace("mode: audit", "mode: sequential")).await;
    assert!(call(&enforced, "pay", "now").await.decision.allowed().is_none());
}

#[tokio::test]
async fn a_config_with_a_fault_is_refused_where_the_fault_is() {
    let refused = PluginManager::default();
    refused.register_factory("example/tool-allow-list", Arc::new(ToolAllowListFactory));
    let document = ROLLOUT.replace("allowed_tools", "alowed_tools");
    let error = refused.load_config_yaml(&document).unwrap_err().to_string();
    assert!(error.contains("did you mean `allowed_tools`?"), "{error}");
}
