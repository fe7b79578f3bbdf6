//! What a plugin can do about what policy hid, and what comes of a payload that it empties.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use apl_cmf::{ContentPart, MessagePayload, TextPart, ToolResult, View};
use cpex_core::{Answer, Outcome, PluginManager};
use cpex_sdk::config::{PluginConfig, PluginMode};
use cpex_sdk::{
    Field, FieldPayload, HookHandler, Plugin, PluginContext, PluginError, PluginInstance, PluginResult, async_trait,
};
use serde_json::{Value as Json, json};

use crate::doing::{declared, doing, manager};
use crate::support::{allowed, denied, lookup};

/// The modes that may modify.
const MODIFYING: [PluginMode; 2] = [PluginMode::Sequential, PluginMode::Transform];

/// What a plugin was handed, in order.
type Seen = Arc<Mutex<Vec<Json>>>;

#[tokio::test]
async fn trap_20_a_plugin_stage_works_on_what_the_stages_before_it_left() {
    for mode in MODIFYING {
        for (stages, left) in [("redact", "[REDACTED]"), ("mask(2)", "*********56"), ("omit | redact", "")] {
            let seen = Seen::default();
            let stage = PluginInstance::of(Marking(Arc::clone(&seen))).on_fields().build();
            let document =
                json!({ "routes": [{ "tool": "lookup", "result": { "ssn": format!("{stages} | run(p)") } }] });
            let config = PluginConfig { on_demand: true, mode, ..PluginConfig::new("p", "host/marking") };
            let manager = manager([(stage, config)], &document.to_string()).await;
            let (seen_of_each, marked) = match left {
                "" => (vec![], Json::Null),
                left => (vec![json!(left); 2], json!(format!("{left}!"))),
            };
            for form in forms(&released(&manager).await) {
                assert_eq!(form["ssn"], marked, "{mode:?}: {stages}");
            }
            assert_eq!(*seen.lock().unwrap(), seen_of_each, "{mode:?}: {stages}");
        }
    }
}

#[tokio::test]
async fn trap_20_a_plugin_that_policy_places_after_a_mask_is_handed_the_mask_and_nothing_else() {
    for mode in MODIFYING {
        let seen = Seen::default();
        let document = "routes: [ { tool: lookup, args: { id: 'mask(1)' }, policy: [ 'run(p)' ], \
                        result: { ssn: redact }, post_policy: [ 'run(p)' ] } ]";
        let manager = manager([(noting(&seen), declared("p", mode))], document).await;
        for form in forms(&released(&manager).await) {
            assert_eq!(form, json!({ "ssn": "[REDACTED]", "note": "checked" }), "{mode:?}");
        }
        let handed = seen.lock().unwrap().clone();
        let masked = json!({ "ssn": "[REDACTED]" });
        assert_eq!(handed, [json!({ "id": "*" }), masked.clone(), masked], "{mode:?}");
    }
}

#[tokio::test]
async fn trap_20_what_a_hooked_plugin_puts_back_is_masked_after_it() {
    for mode in MODIFYING {
        let seen = Seen::default();
        let document = "routes: [ { tool: lookup, args: { id: 'mask(1)' }, result: { ssn: redact } } ]";
        let manager = manager([(noting(&seen), declared("p", mode))], document).await;
        for form in forms(&released(&manager).await) {
            assert_eq!(form, json!({ "ssn": "[REDACTED]", "note": "checked" }), "{mode:?}");
        }
        assert_eq!(*seen.lock().unwrap(), [json!({ "id": "7" }), raw(), raw()], "it runs before policy, {mode:?}");
    }
}

#[tokio::test]
async fn trap_20_plugins_that_only_look_are_handed_what_policy_left() {
    for mode in [PluginMode::Audit, PluginMode::Concurrent] {
        let seen = Seen::default();
        let document = "routes: [ { tool: lookup, args: { id: 'mask(1)' }, result: { ssn: redact } } ]";
        let manager = manager([(noting(&seen), declared("p", mode))], document).await;
        let masked = json!({ "ssn": "[REDACTED]" });
        for form in forms(&released(&manager).await) {
            assert_eq!(form, masked, "{mode:?}");
        }
        assert_eq!(*seen.lock().unwrap(), [json!({ "id": "*" }), masked.clone(), masked], "{mode:?}");
    }
}

#[tokio::test]
async fn trap_25_a_payload_that_a_plugin_empties_is_empty() {
    for mode in MODIFYING {
        for policy in ["", ", policy: [ 'run(p)' ], post_policy: [ 'run(p)' ]"] {
            for (what, emptied) in EMPTYING {
                let plugin = doing(move |payload| async move { PluginResult::modify_payload(emptied(payload)) });
                let document = format!("routes: [ {{ tool: lookup{policy} }} ]");
                let manager = manager([(plugin, declared("p", mode))], &document).await;
                let (forwarded, outcome) = guarded(&manager).await;
                let effective: Vec<&str> = outcome.report.controls.iter().map(|control| control.effective).collect();
                assert_eq!((effective, &outcome.report.errors), (vec!["modify"], &vec![]), "{mode:?}{policy}: {what}");
                let answer = allowed(outcome);
                assert_eq!(forwarded, json!({}), "{mode:?}{policy}: {what}");
                assert_eq!((answer.content(), answer.parts().count()), (&Json::Null, 0), "{mode:?}{policy}: {what}");
            }
        }
    }
}

#[tokio::test]
async fn trap_25_what_is_left_of_an_emptied_answer_is_judged() {
    let emptying = || doing(|payload| async { PluginResult::modify_payload((EMPTYING[1].1)(payload)) });
    let document = |pipeline: &str| format!("routes: [ {{ tool: lookup, result: {{ ssn: '{pipeline}' }} }} ]");
    let redacting = manager([(emptying(), declared("p", PluginMode::Transform))], &document("redact")).await;
    assert!(released(&redacting).await.content().is_null());
    let requiring = manager([(emptying(), declared("p", PluginMode::Transform))], &document("required")).await;
    assert_eq!(denied(&guarded(&requiring).await.1), "result.invalid");
}

#[tokio::test]
async fn a_plugin_neither_answers_for_another_call_nor_twice() {
    for id in ["call", "another"] {
        let plugin = doing(move |mut payload| async move {
            if !payload.message.tool_calls().any(|_| true) {
                payload.message.content.push(ContentPart::ToolResult(ToolResult::new(id, "", json!("more"))));
            }
            PluginResult::modify_payload(payload)
        });
        let manager = manager([(plugin, declared("p", PluginMode::Sequential))], "routes: [ { tool: lookup } ]").await;
        assert_eq!(denied(&guarded(&manager).await.1), "plugin.error", "{id}");
    }
}

type Emptying = fn(MessagePayload) -> MessagePayload;

/// Ways to leave nothing of a payload. What is asked for is the host's to state, so that of a request the arguments go.
const EMPTYING: [(&str, Emptying); 2] = [
    ("the value of each part", |mut payload| {
        payload.message.content.retain(|part| !matches!(part, ContentPart::Text(_)));
        for part in &mut payload.message.content {
            match part {
                ContentPart::ToolCall(call) => call.arguments.clear(),
                ContentPart::ToolResult(result) => result.content = Json::Null,
                _ => {}
            }
        }
        payload
    }),
    ("all parts of the answer", |mut payload| {
        payload.message.content.retain(|part| matches!(part, ContentPart::ToolCall(_)));
        for part in &mut payload.message.content {
            if let ContentPart::ToolCall(call) = part {
                call.arguments.clear();
            }
        }
        payload
    }),
];

/// Keeps every value it is handed, and marks it.
struct Marking(Seen);

impl Plugin for Marking {}

#[async_trait]
impl HookHandler<Field> for Marking {
    async fn handle(
        &self,
        payload: &FieldPayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<FieldPayload>, PluginError> {
        self.0.lock().unwrap().extend(payload.values.iter().cloned());
        let marked = |value: &Json| json!(format!("{}!", value.as_str().unwrap()));
        let values = payload.values.iter().map(marked).collect();
        Ok(PluginResult::modify_payload(FieldPayload { values, ..payload.clone() }))
    }
}

/// Keeps every form it is handed, and answers with it, with a note of its own.
fn noting(seen: &Seen) -> PluginInstance {
    let seen = Arc::clone(seen);
    doing(move |mut payload| {
        let note = |map: &mut serde_json::Map<String, Json>| {
            seen.lock().unwrap().push(map.clone().into());
            map.insert("note".to_owned(), "checked".into());
        };
        for part in &mut payload.message.content {
            match part {
                ContentPart::ToolCall(call) => note(&mut call.arguments),
                ContentPart::ToolResult(result) => note(result.content.as_object_mut().unwrap()),
                ContentPart::Text(TextPart { text, .. }) => {
                    let mut map = serde_json::from_str(text).unwrap();
                    note(&mut map);
                    *text = Json::from(map).to_string();
                }
                _ => {}
            }
        }
        async { PluginResult::modify_payload(payload) }
    })
}

fn raw() -> Json {
    json!({ "ssn": "555-12-3456" })
}

async fn released(manager: &PluginManager) -> Answer {
    allowed(guarded(manager).await.1)
}

/// What the backend got of an operation, and what came of it; the backend answers in two forms.
async fn guarded(manager: &PluginManager) -> (Json, Outcome<Answer>) {
    let mut forwarded = Json::Null;
    let backend = |call: cpex_core::Call| {
        forwarded = call.arguments().cloned().unwrap_or_default().into();
        async { Ok::<_, Infallible>(Answer::with_parts(raw(), vec![ContentPart::text(raw().to_string())])) }
    };
    let Ok(outcome) = manager.guard(lookup(), backend).await;
    (forwarded, outcome)
}

/// The two forms of an answer.
fn forms(answer: &Answer) -> [Json; 2] {
    let texts: Vec<Json> = answer
        .parts()
        .map(|part| match part {
            ContentPart::Text(TextPart { text, .. }) => serde_json::from_str(text).unwrap(),
            other => panic!("{other:?}"),
        })
        .collect();
    let [text] = texts.try_into().unwrap();
    [answer.content().clone(), text]
}
