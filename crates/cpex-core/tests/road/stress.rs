//! Reloads, registrations and operations all at once: each operation sees one document whole, from its first stage to its last.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use apl_cmf::{ContentPart, MessagePayload, View};
use cpex_core::{Answer, Call, Operation};
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{
    CmfLlmInput, CmfToolPostInvoke, CmfToolPreInvoke, Factory, Hook, HookHandler, Host, Instance, Plugin,
    PluginContext, PluginError, PluginInstance, PluginResult, async_trait,
};
use serde_json::{Map, Value as Json, json};
use tokio::task::{JoinSet, yield_now};

use crate::registration::{Scripted, declared};
use crate::support::{Bench, allowed};

const CALLERS: usize = 8;
const CALLS: usize = 60;
const RELOADS: usize = 40;

/// A document whose plugin, rules and pipelines all say that letter, and deny where one of another says another.
fn document(letter: &str) -> String {
    format!(
        r#"
plugins:
  - {{ name: log, kind: audit/test }}
  - name: marker
    kind: test/marker
    hooks: [cmf.tool_pre_invoke, cmf.tool_post_invoke]
    config: {{ letter: {letter} }}
routes:
  - tool: work
    policy: [ "args.mark != '{letter}': deny('another document', 'mixed')" ]
    post_policy: [ "result.mark != '{letter}': deny('another document', 'mixed')" ]
    result: {{ {letter}: redact }}
"#
    )
}

/// Marks what goes out and what comes back with its letter, and fails once it was stopped.
struct Marker {
    letter: String,
    is_on: AtomicBool,
    on: Arc<AtomicUsize>,
}

#[async_trait]
impl Plugin for Marker {
    async fn initialize(&self) -> Result<(), PluginError> {
        self.is_on.store(true, Ordering::SeqCst);
        self.on.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn shutdown(&self) {
        assert!(self.is_on.swap(false, Ordering::SeqCst), "it is stopped once");
        self.on.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl<H: Hook<Payload = MessagePayload>> HookHandler<H> for Marker {
    async fn handle(
        &self,
        payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        yield_now().await;
        if !self.is_on.load(Ordering::SeqCst) {
            return Err(PluginError("it is asked and does not run".to_owned()));
        }
        let mut payload = payload.clone();
        for part in &mut payload.message.content {
            match part {
                ContentPart::ToolCall(call) => drop(call.arguments.insert("mark".to_owned(), json!(self.letter))),
                ContentPart::ToolResult(result) => result.content["mark"] = json!(self.letter),
                _ => {}
            }
        }
        Ok(PluginResult::modify_payload(payload))
    }
}

/// Makes markers, and knows how many run.
#[derive(Clone, Default)]
struct Markers(Arc<AtomicUsize>);

impl Factory for Markers {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let letter = declaration.config["letter"].as_str().unwrap().to_owned();
        let marker = Marker { letter, is_on: AtomicBool::new(false), on: Arc::clone(&self.0) };
        let hooked = PluginInstance::of(marker).on::<CmfToolPreInvoke>().on::<CmfToolPostInvoke>();
        Ok(Instance::Plugin(hooked.on::<CmfLlmInput>().build()))
    }
}

/// One operation; every third has another document put in force while its backend works. Gives the letter it saw.
async fn call(bench: &Bench, number: usize) -> String {
    let mut sent = Json::Null;
    let backend = async |call: Call| {
        sent = call.arguments().unwrap()["mark"].clone();
        if number.is_multiple_of(3) {
            let letter = if number.is_multiple_of(2) { "a" } else { "b" };
            bench.manager.reload_yaml(&document(letter)).await.unwrap();
        }
        yield_now().await;
        Ok::<_, std::convert::Infallible>(Answer::structured(json!({ "a": "plain", "b": "plain" })))
    };
    let Ok(outcome) = bench.manager.guard(Operation::tool("work", Map::new()), backend).await;
    let content = allowed(outcome).content().clone();
    let (letter, other) = if sent == "a" { ("a", "b") } else { ("b", "a") };
    assert_eq!((&content["mark"], &sent), (&json!(letter), &json!(letter)));
    assert_eq!((&content[letter], &content[other]), (&json!("[REDACTED]"), &json!("plain")));
    letter.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_operation_sees_one_document_whole_while_documents_and_plugins_come_and_go() {
    let bench = Arc::new(Bench::new("routes: []").await);
    let markers = Markers::default();
    bench.manager.register_factory("test/marker", Arc::new(markers.clone()));
    bench.manager.reload_yaml(&document("a")).await.unwrap();
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let bench = Arc::clone(&bench);
        tasks.spawn(async move {
            for number in 0..CALLS {
                call(&bench, caller + number).await;
            }
        });
    }
    let others = Arc::clone(&bench);
    tasks.spawn(async move {
        for number in 0..RELOADS {
            others.manager.reload_yaml(&document(if number.is_multiple_of(2) { "b" } else { "a" })).await.unwrap();
            assert!(others.manager.reload_yaml("routes: [ {").await.is_err());
            let plugin = Scripted::allowing();
            let name = format!("extra{number}");
            others.manager.register_handler::<CmfToolPreInvoke, _>(plugin, declared(&name)).await.unwrap();
            yield_now().await;
            others.manager.unregister(&name).await.unwrap();
        }
    });
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    for letter in ["a", "b"] {
        bench.manager.reload_yaml(&document(letter)).await.unwrap();
        assert_eq!(call(&bench, 1).await, letter);
    }
    records_are_of_one_document_each(&bench);
    bench.manager.shutdown().await;
    assert_eq!(markers.0.load(Ordering::SeqCst), 0, "all that were started are stopped");
}

/// The records before and after an operation name one document.
fn records_are_of_one_document_each(bench: &Bench) {
    let mut digests = BTreeMap::<String, Vec<Json>>::new();
    for record in bench.records() {
        digests.entry(record["operation"].to_string()).or_default().push(record["policy"].clone());
    }
    assert_eq!(digests.len(), CALLERS * CALLS + 2);
    assert!(digests.values().all(|pair| pair.len() == 2 && pair[0] == pair[1]), "{digests:?}");
}
