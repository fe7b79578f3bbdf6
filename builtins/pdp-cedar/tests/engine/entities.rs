//! Entities that a config gives.

use std::sync::Arc;

use cpex_sdk::engine::DecisionEngine;
use cpex_sdk::testing::FixedFiles;
use serde_json::{Value as Json, json};

use super::support::{alice, answer, built, engine, refused, told};

const POLICIES: &str = r#"
    @id("staff") permit(principal in Group::"staff", action in Action::"reading", resource in Folder::"open");
    @id("managed") permit(principal, action, resource is Report) when { resource.author.manager == principal };
    @id("vip") permit(principal, action, resource is Show) when { principal.level > 3 && resource.getTag("age") < 18 };
    @id("boss") permit(principal, action, resource is Plan) when { User::"carol".deputy == principal };
"#;

fn entities() -> Json {
    json!([
        { "uid": { "type": "User", "id": "alice" }, "attrs": { "level": 4 }, "parents": [{ "type": "Group", "id": "team" }] },
        { "uid": { "type": "Group", "id": "team" }, "attrs": {}, "parents": [{ "type": "Group", "id": "staff" }] },
        { "uid": { "type": "Doc", "id": "d" }, "attrs": {}, "parents": [{ "type": "Folder", "id": "open" }] },
        { "uid": { "type": "Action", "id": "view" }, "attrs": {}, "parents": [{ "type": "Action", "id": "reading" }] },
        {
            "uid": { "type": "User", "id": "bob" }, "parents": [],
            "attrs": { "manager": { "__entity": { "type": "User", "id": "alice" } } },
        },
        { "uid": { "type": "Show", "id": "s" }, "attrs": {}, "parents": [], "tags": { "age": 12 } },
        {
            "uid": { "type": "User", "id": "carol" }, "parents": [],
            "attrs": { "deputy": { "__entity": { "type": "User", "id": "alice" } } },
        },
    ])
}

fn known() -> Arc<dyn DecisionEngine> {
    engine(json!({ "policy_text": POLICIES, "entities": entities() }))
}

/// The policies that permit; none where it is denied.
fn permitting(step: &Json) -> Vec<String> {
    let verdict = answer(&known(), step, &alice()).unwrap();
    if verdict.permits { verdict.policies } else { Vec::new() }
}

#[test]
fn what_is_above_an_entity_is_known_however_far() {
    let view = |action: &str, id: &str| json!({ "action": action, "resource": { "type": "Doc", "id": id } });
    assert_eq!(permitting(&view("view", "d")), ["staff"]);
    assert!(permitting(&view("view", "e")).is_empty());
    assert!(permitting(&view("edit", "d")).is_empty());
}

#[test]
fn an_attribute_leads_to_an_entity_and_on() {
    let report = |author: &str| {
        let author = json!({ "__entity": { "type": "User", "id": author } });
        json!({ "action": "view", "resource": { "type": "Report", "id": "r", "attributes": { "author": author } } })
    };
    assert_eq!(permitting(&report("bob")), ["managed"]);
    let alone = answer(&known(), &report("carol"), &alice()).unwrap();
    assert!(!alone.permits, "the policy failed, and nothing else permits");
}

#[test]
fn attributes_and_tags_of_known_entities_are_there() {
    assert_eq!(permitting(&json!({ "action": "view", "resource": { "type": "Show", "id": "s" } })), ["vip"]);
    let rated = json!({ "action": "view", "resource": { "type": "Show", "id": "s", "attributes": { "rating": 5 } } });
    assert_eq!(permitting(&rated), ["vip"]);
    assert_eq!(permitting(&json!({ "action": "view", "resource": { "type": "Plan", "id": "p" } })), ["boss"]);
}

#[test]
fn a_request_gives_no_attribute_that_the_config_gives() {
    let principal = json!({ "type": "User", "id": "alice", "attributes": { "level": 9 } });
    let step = json!({ "action": "view", "principal": principal, "resource": { "type": "Show", "id": "s" } });
    let error = answer(&known(), &step, &alice()).unwrap_err();
    assert_eq!(error, "of the principal, an attribute `level` is in `entities` too");
}

#[test]
fn a_mistake_in_entities_is_told() {
    let found = |entities: Json| refused(json!({ "policy_text": "", "entities": entities })).join("; ");
    let entity = |attributes: Json| json!([{ "uid": { "type": "A", "id": "a" }, "attrs": attributes, "parents": [] }]);
    assert_eq!(
        found(entity(json!({ "rates": [1, 0.5] }))),
        "entities.0.attrs.rates.1: `entities.attrs.rates` is or holds a number that is no whole number of 64 bits \
         (write a whole number, text or `{ __extn: { fn: decimal, arg: '0.5' } }`)"
    );
    assert!(found(entity(json!({ "a": null }))).contains("found a `null`"), "{}", found(entity(json!({ "a": null }))));
    assert!(found(json!([{ "id": "a" }])).starts_with("entities: "));
    assert_eq!(
        found(json!({ "path": "x" })),
        "entities.path: unknown key `path` (the keys here are `file`); entities: the key `file` is missing"
    );
}

#[test]
fn entities_stand_in_a_file_too() {
    let config = json!({ "policy_text": POLICIES, "entities": { "file": "entities.json" } });
    let files = |text: String| FixedFiles::default().with("entities.json", text);
    let engine = built(config.clone(), files(entities().to_string())).unwrap();
    let step = json!({ "action": "view", "resource": { "type": "Doc", "id": "d" } });
    assert!(answer(&engine, &step, &alice()).unwrap().permits);
    let faults = built(config, files("[\n1,\n x]".to_owned())).err().unwrap();
    let found = told(&faults);
    assert!(found.iter().all(|found| *found == "entities.file[entities.json]@6: no JSON: expected value"), "{found:?}");
}
