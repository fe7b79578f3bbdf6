//! Explanations: the decision of the road, with all of why for whoever runs the policy and nothing of it for the caller.

use std::collections::{BTreeMap, BTreeSet};

use apl_cmf::{HttpContext, Identity, NameSet, Subject};
use cpex_core::{Answer, Caller, Decision, Explanation, Operation, Pending, PluginManager, Viewer};
use cpex_sdk::code;
use serde_json::{Value as Json, json};

use crate::support::{Bench, denied, eve, lookup, vouched};

const POLICY: &str = r#"
plugins:
  - { name: scan, kind: test/control, config: { do: { set: { note: clean } } } }
  - { name: gate, kind: test/control, config: { do: deny } }
  - { name: log, kind: audit/test }
routes:
  - tool: lookup
    args: { id: "required | str" }
    policy:
      - "require(role.hr | role.payroll)"
      - { id: amounts, when: "exists(args.amount)", do: [ "args.amount > args.limits[subject.id]: deny('too much', 'limit')" ] }
      - "args.scan: run(scan)"
      - "args.gate: run(gate)"
      - "taint(seen, session)"
    result: { ssn: "str | redact(!perm.view_ssn) | mask(2)" }
    post_policy: [ "session.labels contains 'never' | claim.level == 3: deny" ]
"#;

/// A policy of every effect that `POLICY` has none of.
const EFFECTS: &str = r#"
plugins:
  - { name: fields, kind: test/fields }
  - { name: tokens, kind: test/tokens }
  - { name: people, kind: test/people }
global:
  pdp: [ { kind: test.relations } ]
routes:
  - tool: lookup
    args: { note: "run(fields)" }
    policy:
      - { parallel: [ { test.relations: { user: "${subject.id}" } }, "role.nobody: deny" ] }
      - "confirm(people)"
      - "delegate(tokens, target: api, permissions: [read])"
      - "declassify(draft, reason: 'done')"
      - { restrict: { allow_models: [ small ] } }
"#;

async fn bench() -> Bench {
    Bench::new(POLICY).await
}

fn operation(arguments: Json) -> Operation {
    let Json::Object(arguments) = arguments else { panic!("not an object: {arguments}") };
    Operation::tool("lookup", arguments).session("s1").caller(eve())
}

fn answer() -> Option<Answer> {
    Some(Answer::structured(json!({ "ssn": "555-12-3456", "salary": 1 })))
}

async fn explained(manager: &PluginManager, arguments: Json) -> Explanation {
    manager.explain(operation(arguments), answer()).await
}

/// The rules of a side, by name, each with its steps.
fn rules(admin: &Json, side: usize) -> Vec<(String, Json)> {
    let rules = admin["sides"][side]["rules"].as_array().unwrap();
    rules.iter().map(|rule| (rule["id"].as_str().unwrap().to_owned(), rule["steps"].clone())).collect()
}

#[tokio::test]
async fn a_denial_is_explained_by_what_was_read_up_to_where_it_stopped() {
    let bench = bench().await;
    let explanation = explained(&bench.manager, json!({ "id": "7", "amount": 5, "limits": { "eve": 4 } })).await;
    assert_eq!(explanation.decision(), "deny");
    let admin = explanation.to_json(Viewer::Admin);
    assert_eq!(admin["entity"], json!({ "type": "tool", "name": "lookup", "server": null }));
    let side = &admin["sides"][0];
    assert_eq!(
        (&side["code"], &side["own_code"], &side["route"]),
        (&json!("policy.denied"), &json!("limit"), &json!("routes[0]"))
    );
    assert_eq!(side["rule"], json!({ "id": "amounts", "at": "<document>:11:9" }));
    assert_eq!(admin["sides"].as_array().unwrap().len(), 1);
    let read = |attribute: &str, value: Json| json!({ "attribute": attribute, "state": "present", "value": value });
    let test = |predicate: &str, holds: bool, reads: Json| json!({ "predicate": predicate, "holds": holds, "fault": null, "reads": reads });
    let condition = |text: &str, holds: bool, tests: Json| json!({ "kind": "condition", "text": text, "holds": holds, "fault": null, "tests": tests });
    let passed =
        |text: &str| json!({ "text": text, "active": true, "passed": true, "changed": false, "refused": false });
    let stages = json!([passed("required"), passed("str")]);
    let limits = [read("subject.id", json!("eve")), read("args.limits[subject.id]", json!(4))];
    let over = "args.amount > args.limits[subject.id]";
    let expected = [
        (
            "routes[0].args.id",
            json!([{ "kind": "pipeline", "field": "id", "stages": stages, "reply": "performed", "code": null, "changed": false }]),
        ),
        (
            "routes[0].policy[0]",
            json!([condition(
                "require(role.hr | role.payroll)",
                true,
                json!([test("role.hr", true, json!([read("role.hr", json!(true))]))])
            )]),
        ),
        (
            "amounts",
            json!([
                condition("exists(args.amount)", true, json!([test("exists(args.amount)", true, json!([read("args.amount", json!(5))]))])),
                condition(over, true, json!([test(over, true, json!([read("args.amount", json!(5)), limits[0], limits[1]]))])),
                { "kind": "deny", "code": "policy.denied", "own_code": "limit", "reason": "too much" },
            ]),
        ),
    ];
    assert_eq!(rules(&admin, 0), expected.map(|(id, steps)| (id.to_owned(), steps)));
}

#[tokio::test]
async fn what_is_absent_and_what_has_no_truth_value_is_said() {
    let bench = bench().await;
    let absent = explained(&bench.manager, json!({ "id": "7" })).await.to_json(Viewer::Admin);
    let amounts = &absent["sides"][0]["rules"][2]["steps"][0];
    assert_eq!(amounts["holds"], false);
    assert_eq!(amounts["tests"][0]["reads"], json!([{ "attribute": "args.amount", "state": "absent", "value": null }]));
    let fault = explained(&bench.manager, json!({ "id": "7", "scan": "yes" })).await.to_json(Viewer::Admin);
    let (_, steps) = rules(&fault, 0).pop().unwrap();
    assert_eq!((&steps[0]["holds"], &steps[0]["fault"]), (&Json::Null, &json!("policy.type_error")));
    assert_eq!(steps[0]["tests"][0]["fault"], "policy.type_error");
    assert_eq!((&steps[1]["kind"], &steps[1]["code"]), (&json!("deny"), &json!("policy.type_error")));
    let anonymous = bench.manager.explain(lookup(), answer()).await.to_json(Viewer::Admin);
    let (id, steps) = rules(&anonymous, 0).pop().unwrap();
    assert_eq!((id.as_str(), &steps[0]["holds"]), ("routes[0].policy[0]", &json!(false)));
    assert_eq!(steps[0]["tests"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn effects_are_explained_with_their_replies_and_whether_they_changed_something() {
    let bench = bench().await;
    let explanation = explained(&bench.manager, json!({ "id": "7", "scan": true })).await;
    assert_eq!(explanation.decision(), "allow");
    let admin = explanation.to_json(Viewer::Admin);
    let before = rules(&admin, 0).into_iter().collect::<BTreeMap<_, _>>();
    let scan = json!({ "kind": "run", "plugin": "scan", "reply": "performed", "code": null, "changed": true });
    assert_eq!(before["routes[0].policy[2]"][1], scan);
    let taint = json!({ "kind": "taint", "label": "seen", "scope": "session", "reply": "performed", "code": null, "changed": true });
    assert_eq!(before["routes[0].policy[4]"][0], taint);
    assert_eq!(admin["sides"][0]["controls"][0]["name"], "scan");
    let after = rules(&admin, 1);
    let pipeline = &after[0].1;
    assert_eq!((&pipeline[0]["text"], &pipeline[0]["holds"]), (&json!("!perm.view_ssn"), &json!(true)));
    let stage = |text: &str, changed: bool| json!({ "text": text, "active": true, "passed": !changed, "changed": changed, "refused": false });
    let stages = [stage("str", false), stage("redact(!perm.view_ssn)", true), stage("mask(2)", true)];
    assert_eq!(pipeline[1]["stages"], json!(stages));
    assert_eq!((&pipeline[1]["reply"], &pipeline[1]["changed"]), (&json!("performed"), &json!(true)));
    let labels = &after[1].1[0]["tests"][0]["reads"][0];
    assert_eq!(*labels, json!({ "attribute": "session.labels", "state": "present", "value": ["seen"] }));
    let refused = explained(&bench.manager, json!({ "id": "7", "gate": true })).await.to_json(Viewer::Admin);
    let (_, steps) = rules(&refused, 0).pop().unwrap();
    assert_eq!((&steps[1]["reply"], &steps[1]["code"]), (&json!("refused"), &json!("plugin.denied")));
    assert_eq!((&refused["sides"][0]["control"], &steps[2]["own_code"]), (&json!("gate"), &json!("scan.hit")));
}

#[tokio::test]
async fn a_stage_that_is_not_in_force_and_a_field_that_stays_are_said() {
    let bench = bench().await;
    let subject = Subject {
        id: "root".into(),
        roles: NameSet::from_iter(["hr"]),
        permissions: NameSet::from_iter(["view_ssn"]),
        ..Subject::default()
    };
    let root = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    let answer = Some(Answer::structured(json!({ "salary": 1 })));
    let admin =
        bench.manager.explain(operation(json!({ "id": "7" })).caller(root), answer).await.to_json(Viewer::Admin);
    let pipeline = &rules(&admin, 1)[0].1[1];
    let idle = |text: &str, active: bool| json!({ "text": text, "active": active, "passed": false, "changed": false, "refused": false });
    let stages = [idle("str", true), idle("redact(!perm.view_ssn)", false), idle("mask(2)", true)];
    assert_eq!(pipeline["stages"], json!(stages));
    assert_eq!(pipeline["changed"], false);
}

#[tokio::test]
async fn an_explained_operation_is_an_operation_like_any_other() {
    for arguments in
        [json!({ "id": "7", "scan": true }), json!({ "id": "7", "gate": true }), json!({ "id": 7 }), json!({})]
    {
        let (explaining, guarding) = (bench().await, bench().await);
        let explanation = explained(&explaining.manager, arguments.clone()).await;
        let outcome =
            guarding.guard_answering(operation(arguments.clone()), json!({ "ssn": "555-12-3456", "salary": 1 })).await;
        assert_eq!(explanation.decision(), outcome.decision.name(), "{arguments}");
        let last = explanation.after.as_ref().map_or(&explanation.before.report, |after| &after.report);
        assert_eq!((last.code, &last.rule), (outcome.report.code, &outcome.report.rule), "{arguments}");
        assert_eq!(explaining.calls(), guarding.calls(), "{arguments}");
        assert_eq!(
            explaining.records().iter().map(kept).collect::<Vec<_>>(),
            guarding.records().iter().map(kept).collect::<Vec<_>>()
        );
        if let Some(explained) = explanation.after.and_then(|after| after.decision.allowed()) {
            assert_eq!(explained.content(), &json!({ "ssn": "********D]", "salary": 1 }), "{arguments}");
            assert_eq!(Some(explained), outcome.decision.allowed());
        }
    }
}

/// What of a record does not differ from one run to the next.
fn kept(record: &Json) -> Json {
    let mut record = record.clone();
    for differing in ["id", "operation", "time_ms", "controls"] {
        record.as_object_mut().unwrap().remove(differing);
    }
    record
}

#[tokio::test]
async fn without_an_answer_a_permitted_operation_is_recorded_as_abandoned() {
    let bench = bench().await;
    let explanation = bench.manager.explain(operation(json!({ "id": "7" })), None).await;
    assert_eq!((explanation.decision(), explanation.after.is_none()), ("allow", true));
    let codes: Vec<Json> = bench.records().iter().map(|record| record["code"].clone()).collect();
    assert_eq!(codes, [Json::Null, json!(code::OPERATION_ABANDONED)]);
}

#[tokio::test]
async fn the_caller_sees_of_it_what_a_denied_caller_is_told() {
    let bench = bench().await;
    let denied = explained(&bench.manager, json!({ "id": "7", "amount": 5, "limits": { "eve": 4 } })).await;
    let side = json!({ "phase": "pre", "decision": "deny", "code": "limit", "reason": "too much", "details": null });
    assert_eq!(denied.to_json(Viewer::Agent), json!({ "view": "agent", "decision": "deny", "sides": [side] }));
    let allowed = explained(&bench.manager, json!({ "id": "7", "scan": true })).await;
    let side =
        |phase: &str| json!({ "phase": phase, "decision": "allow", "code": null, "reason": null, "details": null });
    let expected = json!({ "view": "agent", "decision": "allow", "sides": [side("pre"), side("post")] });
    assert_eq!(allowed.to_json(Viewer::Agent), expected);
}

#[tokio::test]
async fn what_a_pipeline_treats_is_in_neither_view() {
    let bench = bench().await;
    let explanation = explained(&bench.manager, json!({ "id": "secret-id" })).await;
    for viewer in [Viewer::Admin, Viewer::Agent] {
        let shown = explanation.to_json(viewer).to_string();
        assert!(!shown.contains("secret-id") && !shown.contains("555-12-3456"), "{shown}");
    }
}

#[tokio::test]
async fn credentials_in_headers_are_withheld() {
    let policy = "{ routes: [ { tool: lookup, policy: [ \"http.request_headers.authorization contains 'x': deny\", \
                  \"args[http.request_headers.cookie] == http.request_headers.accept: deny\" ] } ] }";
    let bench = Bench::new(policy).await;
    let headers = ["authorization", "cookie"].map(|name| (name.to_owned(), "planted-secret".to_owned()));
    let headers = headers.into_iter().chain([("accept".to_owned(), "text/html".to_owned())]).collect();
    let http = HttpContext { request_headers: headers, ..HttpContext::default() };
    let admin = bench.manager.explain(lookup().carried_by(http), answer()).await.to_json(Viewer::Admin);
    let withheld = |attribute: &str| json!({ "attribute": attribute, "state": "withheld", "value": null });
    let reads = |rule: usize| admin["sides"][0]["rules"][rule]["steps"][0]["tests"][0]["reads"].clone();
    assert_eq!(reads(0), json!([withheld("http.request_headers.authorization")]));
    assert_eq!(reads(1)[0], withheld("http.request_headers.cookie"));
    assert_eq!(reads(1)[2]["value"], "text/html");
    assert!(!admin.to_string().contains("planted-secret"), "{admin}");
}

#[tokio::test]
async fn what_ends_before_policy_has_no_rules() {
    let bench = bench().await;
    let elsewhere = bench.manager.explain(Operation::tool("other", serde_json::Map::new()), None).await;
    let admin = elsewhere.to_json(Viewer::Admin);
    let side = &admin["sides"][0];
    assert_eq!((&side["code"], &side["route"], &side["rules"]), (&json!("route.unmatched"), &Json::Null, &json!([])));
    let idle = PluginManager::default();
    let explanation = idle.explain(lookup(), answer()).await;
    assert_eq!(denied(&explanation.before), code::ENGINE_SHUTDOWN);
    assert_eq!(explanation.to_json(Viewer::Admin)["sides"][0]["rules"], json!([]));
}

/// The names of the table under a heading of `docs/trace.md`.
fn names_of_page(heading: &str) -> BTreeSet<String> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/trace.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(name, _)| name.to_owned()).collect()
}

/// The names of the members of an explanation, each with the way to it.
fn names(path: &str, json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(members) => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                found.insert(path.clone());
                // Values and details are of any shape.
                if !["value", "details"].contains(&name.as_str()) {
                    names(&path, member, found);
                }
            }
        }
        Json::Array(elements) => {
            for element in elements {
                names(&format!("{path}[{}]", element["kind"].as_str().unwrap_or_default()), element, found);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_page_names_every_member_and_no_other() {
    let bench = bench().await;
    let effects = Bench::new(EFFECTS).await;
    let pending = explained(&effects.manager, json!({ "note": "x" })).await;
    let Decision::Pending(Pending { elicitation }) = &pending.before.decision else { panic!("{pending:?}") };
    let resumed =
        effects.manager.explain(operation(json!({ "note": "x" })).resume(elicitation.as_str()), answer()).await;
    let shown = resumed.to_json(Viewer::Admin).to_string();
    assert!(resumed.after.is_some() && !shown.contains("planted-token"), "{shown}");
    let explanations = [
        pending,
        resumed,
        explained(&bench.manager, json!({ "id": "7", "scan": true })).await,
        explained(&bench.manager, json!({ "id": "7", "amount": 5, "limits": { "eve": 4 } })).await,
        bench.manager.explain(operation(json!({ "id": "7" })).caller(vouched("bob", &[])), None).await,
    ];
    for (viewer, heading) in [(Viewer::Admin, "The admin view"), (Viewer::Agent, "The agent view")] {
        let mut found = BTreeSet::new();
        for explanation in &explanations {
            names("", &explanation.to_json(viewer), &mut found);
        }
        assert_eq!(found, names_of_page(heading));
    }
}
