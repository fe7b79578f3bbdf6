//! What stands on the records of some sinks alone: keyed digests, and what it takes to decide an operation again.

use std::sync::Arc;

use apl_cmf::{Credentials, HttpContext};
use cpex_core::{Answer, Caller, ManagerConfig, Operation, PluginManager};
use cpex_sdk::testing::FixedSecrets;
use serde_json::{Map, Value as Json, json};

use crate::support::{Bench, allowed, denied, eve, lookup};

const KEY: &str = "plugin_settings: { audit_key: { kind: env_var, name: KEY } }\n";
const ROUTE: &str = "routes: [ { tool: lookup, args: { note: omit }, result: { ssn: redact } } ]\n";

fn ports() -> ManagerConfig {
    let secrets = FixedSecrets::default().with("KEY", "Jefe");
    ManagerConfig { secrets: Some(Arc::new(secrets)), ..ManagerConfig::default() }
}

/// A document with sinks of these configs.
fn with_sinks(rest: &str, configs: &[&str]) -> String {
    let sink =
        |(index, config): (usize, &&str)| format!("  - {{ name: log{index}, kind: audit/test, config: {config} }}\n");
    let sinks: String = configs.iter().enumerate().map(sink).collect();
    format!("plugins:\n{sinks}{rest}")
}

fn refused(document: &str) -> String {
    let manager = PluginManager::new(ports());
    manager.register_factory("audit/test", Arc::new(crate::support::sinks()));
    match manager.load_config_yaml(document) {
        Ok(warnings) => warnings.to_string(),
        Err(error) => error.to_string(),
    }
}

fn noted() -> Operation {
    let arguments = json!({ "id": 7, "note": "planted-note", "nested": { "kept": 1, "left": "planted-nested" } });
    Operation::tool("lookup", arguments.as_object().unwrap().clone()).caller(eve())
}

#[tokio::test]
async fn digests_are_those_of_what_each_side_passes_on() {
    let document = with_sinks(&format!("{KEY}{ROUTE}"), &["{ digests: [args, result] }"]);
    let bench = Bench::with(&document, ports()).await;
    allowed(bench.guard_answering(noted(), json!({ "salary": 1e2, "ssn": "555-12-3456" })).await);
    let records = bench.records.lock().unwrap().clone();
    let key = apl_core::compile::HashKey::new(b"Jefe").unwrap();
    // Policy leaves the note out, and redacts the number: that is what the backend and the caller receive.
    let args = key.of_json(&json!({ "nested": { "left": "planted-nested", "kept": 1 }, "id": 7 })).unwrap();
    let result = key.of_json(&json!({ "ssn": "[REDACTED]", "salary": 100 })).unwrap();
    assert_eq!(records[0]["digests"], json!({ "args": args, "result": null }));
    assert_eq!(records[1]["digests"], json!({ "args": null, "result": result }));
}

#[tokio::test]
async fn a_result_nobody_receives_has_no_digest() {
    let policy = "routes: [ { tool: lookup, post_policy: [ deny ] } ]\n";
    let bench = Bench::with(&with_sinks(&format!("{KEY}{policy}"), &["{ digests: [result] }"]), ports()).await;
    denied(&bench.guard(noted()).await);
    let records = bench.records.lock().unwrap().clone();
    assert_eq!(records[1]["digests"], json!({ "args": null, "result": null }));
}

#[test]
fn digests_take_a_key_and_a_key_takes_digests() {
    let shown = refused(&with_sinks(ROUTE, &["{}", "{ digests: [args] }"]));
    assert!(shown.starts_with("<document>:3:13: error[document.missing_key]: plugin `log1` writes digests"), "{shown}");
    let shown = refused(&with_sinks(&format!("{KEY}{ROUTE}"), &["{}"]));
    assert!(shown.contains("<document>:3:20: warning[document.unused_secret]: nothing is hashed"), "{shown}");
    for config in ["{ digests: [result] }", "{ replay: {} }"] {
        assert_eq!(refused(&with_sinks(&format!("{KEY}{ROUTE}"), &[config])), "0 warnings", "{config}");
    }
}

#[tokio::test]
async fn trap_42_a_sink_sees_no_value_that_another_lists() {
    let configs = [
        "{ replay: { values: [args, result] } }",
        "{}",
        "{ replay: { values: [args.nested.kept] } }",
        "{ digests: [args] }",
    ];
    let bench = Bench::with(&with_sinks(&format!("{KEY}{ROUTE}"), &configs), ports()).await;
    allowed(bench.guard_answering(noted(), json!({ "ssn": "planted-ssn", "salary": 1 })).await);
    let records = bench.records.lock().unwrap().clone();
    let texts: Vec<String> = records.iter().map(Json::to_string).collect();
    for (index, text) in texts.iter().enumerate() {
        let holds = ["planted-note", "planted-nested", "planted-ssn"].map(|value| text.contains(value));
        let expected = match index {
            0 => [true, true, false],
            4 => [false, false, true],
            _ => [false; 3],
        };
        assert_eq!(holds, expected, "{text}");
    }
    assert_eq!(records[2]["inputs"]["call"]["args"], json!({ "nested": { "kept": 1 } }));
    let has = |name: &str| records.iter().map(|record| record.get(name).is_some()).collect::<Vec<_>>();
    assert_eq!(has("inputs"), [true, false, true, false, true, false, true, false]);
    assert_eq!(has("digests"), [false, false, false, true, false, false, false, true]);
}

#[tokio::test]
async fn credentials_are_in_no_input_whatever_is_listed() {
    let everything = "{ replay: { values: [args, result, custom, llm, framework, agent.input] } }";
    let identity = "  - { name: ids, kind: test/identity, config: { yield: eve } }\n";
    let document = with_sinks(&format!("{identity}global: {{ authentication: [ids] }}\n{ROUTE}"), &[everything]);
    let bench = Bench::new(&document).await;
    let headers = [("Authorization", "Bearer planted"), ("Cookie", "sid=planted"), ("X-Trace", "t1")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let http = HttpContext { request_headers: headers.into_iter().collect(), ..HttpContext::default() };
    let credentials = Credentials::bearer("planted").with_parameter("access_token", "planted");
    let operation = lookup().carried_by(http).session("planted-session").caller(Caller::Credentials(credentials));
    allowed(bench.guard(operation).await);
    let records = bench.records.lock().unwrap().clone();
    let text = records.iter().map(Json::to_string).collect::<String>();
    assert!(!text.contains("planted"), "{text}");
    assert_eq!(records[0]["inputs"]["context"]["http"]["request_headers"], json!({ "x-trace": "t1" }));
    let session = records[0]["inputs"]["session"].as_str().unwrap();
    assert_eq!(session.len(), 32);
}

#[tokio::test]
async fn headers_of_an_operation_that_names_nothing_are_in_no_input() {
    // Which route's authenticator would have read one of them cannot be told.
    let bench = Bench::with(&with_sinks(ROUTE, &["{ replay: {} }"]), ports()).await;
    let headers = [("x-company-key".to_owned(), "planted-key".to_owned())];
    let http = HttpContext { request_headers: headers.into_iter().collect(), ..HttpContext::default() };
    let nameless = Operation::tool("", Map::new()).carried_by(http).caller(eve());
    assert_eq!(denied(&bench.guard(nameless).await), "request.unidentified");
    let text = bench.records()[0].to_string();
    assert!(text.contains("inputs") && !text.contains("planted-key"), "{text}");
}

#[tokio::test]
async fn inputs_hold_what_was_received_and_what_each_who_was_asked_said() {
    let document = with_sinks(
        "  - { name: mask, kind: test/control, hooks: [tool_pre_invoke], config: { do: { set: { id: 8, other: planted } } } }\nroutes: [ { tool: lookup } ]\n",
        &["{ replay: { values: [args.id] } }"],
    );
    let bench = Bench::new(&document).await;
    allowed(bench.guard(Operation::tool("lookup", Map::from_iter([("id".to_owned(), json!(7))])).caller(eve())).await);
    let records = bench.records.lock().unwrap().clone();
    let inputs = &records[0]["inputs"];
    assert_eq!(inputs["values"], json!(["args.id"]));
    assert_eq!(inputs["call"], json!({ "tool": "lookup", "args": { "id": 7 } }));
    assert_eq!(inputs["vouched"], true);
    assert_eq!(inputs["caller"]["id"], "eve");
    assert_eq!(inputs["replies"][0]["plugin"], "mask");
    assert_eq!(inputs["replies"][0]["answer"], "modify");
    assert_eq!(inputs["replies"][0]["args"], json!({ "id": 8 }));
    assert!(!inputs.to_string().contains("planted"));
    let after = &records[1]["inputs"];
    assert_eq!((after.get("call"), after.get("caller")), (None, None), "the side before says it");
    assert_eq!(after["is_error"], false);
}

#[tokio::test]
async fn a_result_in_several_forms_is_kept_whole_or_not_at_all() {
    let document = with_sinks(
        "routes: [ { tool: lookup } ]\n",
        &["{ replay: { values: [result.ssn] } }", "{ replay: { values: [result] } }"],
    );
    let bench = Bench::new(&document).await;
    let text = apl_cmf::ContentPart::text("planted");
    let backend =
        |_call| async { Ok::<_, std::convert::Infallible>(Answer::with_parts(json!({ "ssn": 1 }), vec![text])) };
    allowed(bench.manager.guard(lookup().caller(eve()), backend).await.unwrap());
    let records = bench.records.lock().unwrap().clone();
    let [listed, whole] = [&records[2]["inputs"], &records[3]["inputs"]];
    assert_eq!((listed.get("result"), &listed["lost"]), (None, &json!(["result"])));
    assert_eq!((whole["result_parts"].as_array().unwrap().len(), &whole["lost"]), (2, &json!([])));
    assert!(!listed.to_string().contains("planted"));
}
