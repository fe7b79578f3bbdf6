//! The outline of a policy: what a trace could tell of it.

use std::collections::BTreeSet;

use cpex_core::{Answer, Operation, PluginManager, Viewer};
use serde_json::{Value as Json, json};

use crate::support::{Bench, eve};

const POLICY: &str = r#"
plugins:
  - { name: scan, kind: test/control, config: { do: allow } }
global: { policy: [ "taint(seen, message)" ] }
groups:
  joined: { policy: [ "require(role.hr)" ] }
  left: { policy: [ "require(role.nobody)" ] }
routes:
  - { tool: lookup, groups: joined, args: { id: "required | str" }, policy: [ "run(scan)", "args.no: deny" ] }
  - { tool: other, groups: joined, result: { ssn: "redact(!role.hr)" } }
"#;

/// The rules of an outline or a trace, each as its name and one of its steps by kind.
fn steps(rules: &Json) -> BTreeSet<(String, String)> {
    let rules = rules.as_array().unwrap().iter();
    let steps = |rule: &Json| {
        let id = rule["id"].as_str().unwrap().to_owned();
        let kinds = rule["steps"].as_array().unwrap().clone().into_iter();
        kinds.map(move |step| (id.clone(), step["kind"].as_str().unwrap().to_owned()))
    };
    rules.flat_map(steps).collect()
}

#[tokio::test]
async fn each_rule_that_an_operation_can_reach_is_outlined_once() {
    let bench = Bench::new(POLICY).await;
    let expected = json!([
        { "id": "global.policy[0]", "steps": [{ "kind": "taint", "label": "seen", "scope": "message" }] },
        { "id": "groups.joined.policy[0]", "steps": [{ "kind": "condition", "text": "require(role.hr)" }] },
        { "id": "routes[0].args.id", "steps": [{ "kind": "pipeline", "field": "id", "stages": [
            { "text": "required", "judges": true, "guarded": false },
            { "text": "str", "judges": true, "guarded": false },
        ] }] },
        { "id": "routes[0].policy[0]", "steps": [{ "kind": "run", "plugin": "scan" }] },
        { "id": "routes[0].policy[1]", "steps": [{ "kind": "condition", "text": "args.no" }] },
        { "id": "routes[1].result.ssn", "steps": [{ "kind": "pipeline", "field": "ssn", "stages": [
            { "text": "redact(!role.hr)", "judges": false, "guarded": true },
        ] }] },
    ]);
    let mut outline = bench.manager.outline();
    let rules = outline.as_array_mut().unwrap();
    assert!(rules.iter().all(|rule| rule["at"].as_str().unwrap().starts_with("<document>:")), "{rules:?}");
    rules.sort_by_key(|rule| rule["id"].as_str().unwrap().to_owned());
    rules.iter_mut().for_each(|rule| drop(rule.as_object_mut().unwrap().remove("at")));
    assert_eq!(outline, expected);
}

#[tokio::test]
async fn whatever_a_trace_tells_of_an_allowed_operation_is_in_the_outline() {
    let bench = Bench::new(POLICY).await;
    let outlined = steps(&bench.manager.outline());
    let mut told = BTreeSet::new();
    for tool in ["lookup", "other"] {
        let arguments = serde_json::Map::from_iter([("id".to_owned(), json!("7"))]);
        let operation = Operation::tool(tool, arguments).session("s1").caller(eve());
        let explanation = bench.manager.explain(operation, Some(Answer::structured(json!({ "ssn": "1" })))).await;
        for side in explanation.to_json(Viewer::Admin)["sides"].as_array().unwrap() {
            told.extend(steps(&side["rules"]));
        }
    }
    // The condition of a stage is told as a step and outlined with its stage.
    told.remove(&("routes[1].result.ssn".to_owned(), "condition".to_owned()));
    assert_eq!(told, outlined);
}

#[tokio::test]
async fn a_manager_without_a_document_has_an_empty_outline() {
    assert_eq!(PluginManager::default().outline(), json!([]));
}
