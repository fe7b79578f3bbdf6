//! Typed and CMF spellings of a hook are one point: a plugin on either is asked whichever the host invokes.

use std::sync::{Arc, Mutex};

use apl_cmf::{ContentPart, Draft, Message, MessagePayload, Role, ToolCall, View};
use cpex_core::{Invoked, PluginManager, Request};
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{
    AgentPostInvoke, AgentPreInvoke, AgentPreInvokePayload, CmfToolPostInvoke, CmfToolPreInvoke, Factory, Hook,
    HookHandler, HookPayload, Host, Instance, Plugin, PluginContext, PluginError, PluginInstance, PluginResult,
    PromptPostFetch, PromptPreFetch, PromptPreFetchPayload, ResourcePostFetch, ResourcePreFetch,
    ResourcePreFetchPayload, ToolPostInvoke, ToolPostInvokePayload, ToolPreInvoke, ToolPreInvokePayload, async_trait,
};
use serde_json::{Map, json};

use crate::support::{allowed, denied};

/// A plugin that handles typed hooks: it notes each payload, and turns every `1` of a tool's into a `2`.
#[derive(Clone, Default)]
struct Typed(Arc<Mutex<Vec<String>>>);

impl Plugin for Typed {}

macro_rules! notes {
    ($($hook:ident)+) => {
        $(
            #[async_trait]
            impl HookHandler<$hook> for Typed {
                async fn handle(
                    &self,
                    payload: &<$hook as Hook>::Payload,
                    _extensions: &View<'_>,
                    _context: &mut PluginContext,
                ) -> Result<PluginResult<<$hook as Hook>::Payload>, PluginError> {
                    self.0.lock().unwrap().push(serde_json::to_string(payload).unwrap());
                    Ok(PluginResult::allow())
                }
            }
        )+
    };
}

notes! { PromptPreFetch PromptPostFetch ResourcePreFetch ResourcePostFetch AgentPreInvoke AgentPostInvoke }

#[async_trait]
impl HookHandler<ToolPreInvoke> for Typed {
    async fn handle(
        &self,
        payload: &ToolPreInvokePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<ToolPreInvokePayload>, PluginError> {
        self.0.lock().unwrap().push(serde_json::to_string(payload).unwrap());
        let mut changed = payload.clone();
        if payload.args.contains_key("rename") {
            changed.name = "wire_money".into();
        }
        changed.args.values_mut().filter(|value| **value == 1).for_each(|value| *value = json!(2));
        Ok(PluginResult::modify_payload(changed))
    }
}

#[async_trait]
impl HookHandler<ToolPostInvoke> for Typed {
    async fn handle(
        &self,
        payload: &ToolPostInvokePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<ToolPostInvokePayload>, PluginError> {
        let parts = payload.parts.iter().filter(|part| !matches!(part, ContentPart::Text(_))).cloned().collect();
        Ok(PluginResult::modify_payload(ToolPostInvokePayload { result: json!(2), parts, ..payload.clone() }))
    }
}

impl Factory for Typed {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let tools = PluginInstance::of(self.clone()).on::<ToolPreInvoke>().on::<ToolPostInvoke>();
        let prompts = tools.on::<PromptPreFetch>().on::<PromptPostFetch>();
        let resources = prompts.on::<ResourcePreFetch>().on::<ResourcePostFetch>();
        Ok(Instance::Plugin(resources.on::<AgentPreInvoke>().on::<AgentPostInvoke>().build()))
    }
}

/// A manager with that plugin on all hooks it handles, in that spelling.
async fn manager(prefix: &str) -> (PluginManager, Typed) {
    let manager = PluginManager::default();
    let plugin = Typed::default();
    manager.register_factory("test/typed", Arc::new(plugin.clone()));
    let hooks = [
        "tool_pre_invoke",
        "tool_post_invoke",
        "prompt_pre_fetch",
        "prompt_post_fetch",
        "resource_pre_fetch",
        "resource_post_fetch",
        "agent_pre_invoke",
        "agent_post_invoke",
    ];
    let hooks = hooks.map(|hook| format!("{prefix}{hook}")).join(", ");
    let document = format!("plugins: [ {{ name: p, kind: test/typed, hooks: [{hooks}] }} ]");
    manager.load_config_yaml(&document).unwrap();
    manager.initialize().await.unwrap();
    (manager, plugin)
}

fn call(args: serde_json::Value) -> ToolPreInvokePayload {
    ToolPreInvokePayload { name: "lookup".into(), args: serde_json::from_value(args).unwrap() }
}

#[tokio::test]
async fn a_typed_plugin_is_asked_whichever_spelling_the_host_and_the_document_use() {
    for prefix in ["", "cmf."] {
        let (manager, plugin) = manager(prefix).await;
        let typed = manager.invoke::<ToolPreInvoke>(Request::of(call(json!({ "a": 1, "b": 3 })))).await;
        assert_eq!(allowed(typed).payload, call(json!({ "a": 2, "b": 3 })));
        let cmf = manager.invoke::<CmfToolPreInvoke>(Request::of(call(json!({ "a": 1 })))).await;
        let message = allowed(cmf).payload.message;
        assert_eq!(message.tool_calls().next().unwrap().arguments["a"], 2);
        for name in ["tool_pre_invoke", "cmf.tool_pre_invoke"] {
            let named = manager.invoke_by_name(name, Request::of(call(json!({ "a": 1 })))).await;
            assert_eq!(allowed(named).payload.message.tool_calls().next().unwrap().arguments["a"], 2, "{name}");
        }
        assert_eq!(plugin.0.lock().unwrap().len(), 4, "{prefix}");
    }
}

#[tokio::test]
async fn what_a_typed_payload_shows_of_an_answer_is_put_back_in_its_place() {
    let (manager, _) = manager("").await;
    let text = |text: &str| ContentPart::text(text);
    let picture = ContentPart::Other(Map::from_iter([("content_type".to_owned(), json!("picture"))]));
    let answer = ToolPostInvokePayload {
        name: "lookup".into(),
        result: json!(1),
        parts: vec![text("secret"), picture.clone(), text("secret")],
    };
    let invoked = allowed(manager.invoke::<CmfToolPostInvoke>(Request::of(answer.clone())).await);
    let parts = invoked.payload.message.content;
    assert!(matches!(&parts[0], ContentPart::ToolResult(result) if result.content == 2), "{parts:?}");
    assert_eq!(parts[1..], *std::slice::from_ref(&picture));
    let typed = allowed(manager.invoke::<ToolPostInvoke>(Request::of(answer)).await);
    let expected = ToolPostInvokePayload { name: "lookup".into(), result: json!(2), parts: vec![picture] };
    assert_eq!(typed.payload, expected);
}

#[tokio::test]
async fn a_typed_plugin_cannot_make_the_operation_one_on_another_tool() {
    let (manager, _) = manager("").await;
    let outcome = manager.invoke::<ToolPreInvoke>(Request::of(call(json!({ "rename": true })))).await;
    assert_eq!(denied(&outcome), "plugin.error");
}

#[tokio::test]
async fn every_typed_hook_gets_the_payload_of_its_shape() {
    let (manager, plugin) = manager("").await;
    let args = Map::from_iter([("q".to_owned(), json!("x"))]);
    let prompt = PromptPreFetchPayload { prompt_id: "greet".into(), args };
    assert_eq!(allowed(manager.invoke::<PromptPreFetch>(Request::of(prompt.clone())).await).payload, prompt);
    let metadata =
        Map::from_iter([("resource_request_id".to_owned(), json!("1")), ("resource_type".to_owned(), json!("file"))]);
    let resource = ResourcePreFetchPayload { uri: "file:///a".into(), metadata };
    assert_eq!(allowed(manager.invoke::<ResourcePreFetch>(Request::of(resource.clone())).await).payload, resource);
    let agent = AgentPreInvokePayload {
        agent_id: "writer".into(),
        messages: vec![json!({ "role": "user", "content": "hi" })],
        tools: vec![json!("search")],
        model: Some("m".into()),
        system_prompt: Some("be brief".into()),
        parameters: Map::from_iter([("temperature".to_owned(), json!(0))]),
    };
    let Invoked { payload, contexts, .. } = allowed(manager.invoke::<AgentPreInvoke>(Request::of(agent.clone())).await);
    assert_eq!(payload, agent);
    let said = ContentPart::text("done");
    let asked = ToolCall::new("1", "search", Map::new());
    let answer = Message::new(Role::Assistant, vec![said.clone(), ContentPart::ToolCall(asked.clone())]);
    let mut request = Request::new(Draft::new(answer));
    request.contexts = Some(contexts);
    let answered = allowed(manager.invoke::<AgentPostInvoke>(request).await).payload;
    assert_eq!(
        (answered.agent_id.as_str(), answered.messages, answered.tool_calls),
        ("writer", vec![said], vec![asked])
    );
    assert_eq!(plugin.0.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_message_that_holds_no_payload_of_the_hook_is_denied_and_recorded() {
    let (manager, plugin) = manager("").await;
    let empty = || Request::new(Draft::new(Message::new(Role::User, Vec::new())));
    assert_eq!(denied(&manager.invoke::<ToolPreInvoke>(empty()).await), "payload.invalid");
    assert_eq!(denied(&manager.invoke::<AgentPreInvoke>(Request::of(call(json!({})))).await), "payload.invalid");
    assert!(plugin.0.lock().unwrap().is_empty());
    let passed = manager.invoke_named::<ToolPreInvoke>("prompt_pre_fetch", Request::of(call(json!({})))).await;
    assert_eq!(denied(&passed), "hook.unknown");
}

#[test]
fn what_is_read_out_of_a_message_is_written_back_to_the_same_message() {
    let mut message = call(json!({ "a": [1, { "b": null }] })).into_message();
    message.message.content.insert(0, ContentPart::text("calling"));
    let before: MessagePayload = message.clone();
    ToolPreInvokePayload::read(&message, "lookup").unwrap().write(&mut message).unwrap();
    assert_eq!(message, before);
    let other = ToolPreInvokePayload { name: "other".into(), args: Map::new() };
    assert!(other.write(&mut message).is_err());
    assert_eq!(message, before);
}
