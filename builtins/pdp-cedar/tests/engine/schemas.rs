//! A schema checks policies, entities and requests.

use std::sync::Arc;

use cpex_sdk::engine::DecisionEngine;
use cpex_sdk::testing::FixedFiles;
use serde_json::{Value as Json, json};

use super::support::{Facts, answer, ask, built, engine, reads, refused, refused_step};

const SCHEMA: &str = r#"
    type Claims = { clearance: Long, department?: String };
    entity Group;
    entity User in [Group] { roles: Set<String>, tenant?: String, claims: Claims };
    entity Doc { owner: User, level?: Long };
    action reading;
    action view in [reading] appliesTo { principal: User, resource: Doc, context: { from?: String } };
    action edit appliesTo { principal: User, resource: Doc };
"#;

const POLICIES: &str = r#"
    @id("reading") permit(principal, action in Action::"reading", resource) when { principal.claims.clearance > 2 };
    @id("owner") permit(principal, action, resource) when { resource.owner == principal };
    @id("abroad") forbid(principal, action == Action::"view", resource) when { context has from && context.from == "abroad" };
"#;

fn checked() -> Arc<dyn DecisionEngine> {
    engine(json!({ "policy_text": POLICIES, "schema": SCHEMA }))
}

fn doc(owner: &str) -> Json {
    json!({ "type": "Doc", "id": "d", "attributes": { "owner": { "__entity": { "type": "User", "id": owner } } } })
}

fn cleared(clearance: Json) -> Facts {
    Facts::of([
        ("subject.id", json!("alice")),
        ("subject.roles", json!(["hr"])),
        ("subject.teams", json!(["x"])),
        ("claim['clearance']", clearance),
        ("claim['department']", json!("pay")),
    ])
}

#[test]
fn a_policy_that_goes_against_it_is_refused_at_its_place() {
    for (text, at, says) in [
        ("permit(principal is Usr, action, resource);", 20, "unrecognized entity type `Usr`"),
        ("permit(principal, action == Action::\"read\", resource);", 28, "unrecognized action `Action::\"read\"`"),
        ("permit(principal, action, resource) when { principal.level > 1 };", 43, "attribute `level`"),
        ("permit(principal, action, resource) when { principal.tenant == \"x\" };", 43, "unable to guarantee safety"),
        ("permit(principal, action, resource) when { principal.roles > 1 };", 43, "unexpected type"),
    ] {
        let found = refused(json!({ "policy_text": text, "schema": SCHEMA })).join("; ");
        assert!(found.starts_with(&format!("policy_text@{at}: ")) && found.contains(says), "{found}");
    }
}

#[test]
fn a_subject_is_read_as_the_schema_has_it() {
    let prepared = checked().prepare(&json!({ "action": "view", "resource": doc("bob") })).unwrap();
    assert_eq!(reads(&prepared), ["subject.id", "subject.roles", "claim['clearance']"]);
    let step = json!({ "action": "view", "resource": doc("bob") });
    let verdict = ask(&prepared, &step, &cleared(json!(3))).unwrap();
    assert_eq!((verdict.permits, verdict.policies), (true, vec!["reading".to_owned()]));
    assert!(!ask(&prepared, &step, &cleared(json!(2))).unwrap().permits);
}

#[test]
fn what_of_a_request_goes_against_it_is_no_permit() {
    let ask = |step: Json, facts: &Facts| answer(&checked(), &step, facts).unwrap_err();
    let view = |resource: Json, context: Json| json!({ "action": "view", "resource": resource, "context": context });
    let unfit = "the principal or the resource does not fit the schema";
    assert_eq!(ask(view(doc("alice"), json!({})), &cleared(json!("high"))), unfit);
    assert_eq!(ask(view(json!({ "type": "Doc", "id": "d" }), json!({})), &cleared(json!(3))), unfit);
    let more = json!({ "type": "Doc", "id": "d", "attributes": { "owner": "alice" } });
    assert_eq!(ask(view(more, json!({})), &cleared(json!(3))), unfit);
    assert_eq!(
        ask(view(doc("alice"), json!({ "from": 1 })), &cleared(json!(3))),
        "the context does not fit the schema"
    );
    assert_eq!(
        ask(view(doc("alice"), json!({ "form": "x" })), &cleared(json!(3))),
        "the context does not fit the schema"
    );
}

#[test]
fn a_step_that_it_has_no_request_for_is_refused() {
    let help = "(write the action and the types as the schema does; without `principal` it is a `User`)";
    for (step, expected) in [
        (
            json!({ "action": "veiw", "resource": doc("a") }),
            format!(": by the schema, no `User` may ask for `Action::\"veiw\"` on a `Doc` {help}"),
        ),
        (
            json!({ "action": "${args.action}", "resource": { "type": "Dcc", "id": "d" } }),
            format!(": by the schema, no `User` may ask for any action on a `Dcc` {help}"),
        ),
        (
            json!({ "action": "view", "principal": { "type": "Group", "id": "g" }, "resource": doc("a") }),
            format!(": by the schema, no `Group` may ask for `Action::\"view\"` on a `Doc` {help}"),
        ),
    ] {
        assert_eq!(refused_step(&checked(), &step), [expected]);
    }
    let wanting = SCHEMA.replace("tenant?", "badge: Long, tenant?");
    let wanting = engine(json!({ "policy_text": "", "schema": wanting }));
    let step = json!({ "action": "view", "resource": doc("a") });
    let expected = ": the schema wants `badge` of a `User`, which no subject has; write a `principal`, or `badge?`";
    assert_eq!(refused_step(&wanting, &step), [expected]);
}

#[test]
fn an_action_that_is_filled_in_must_be_one_of_it() {
    let step = json!({ "action": "${args.action}", "resource": doc("alice") });
    let prepared = checked().prepare(&step).unwrap();
    let filled = |action: &str| json!({ "action": action, "resource": doc("alice") });
    let facts = cleared(json!(3));
    assert_eq!(ask(&prepared, &filled("view"), &facts).unwrap().policies, ["reading", "owner"]);
    assert_eq!(ask(&prepared, &filled("edit"), &facts).unwrap().policies, ["owner"]);
    assert_eq!(ask(&prepared, &filled("drop"), &facts).unwrap_err().0, "the schema has no such action");
}

#[test]
fn entities_are_checked_too() {
    let entities = json!([{ "uid": { "type": "Grp", "id": "g" }, "attrs": {}, "parents": [] }]);
    let found = refused(json!({ "policy_text": "", "schema": SCHEMA, "entities": entities })).join("; ");
    assert!(found.starts_with("entities: ") && found.contains("`Grp`"), "{found}");
}

#[test]
fn a_schema_is_text_or_json_or_a_file_of_either() {
    let json = json!({ "": {
        "entityTypes": { "User": {}, "Doc": { "shape": { "type": "Record", "attributes": {} } } },
        "actions": { "view": { "appliesTo": { "principalTypes": ["User"], "resourceTypes": ["Doc"] } } },
    } });
    let text = "entity User, Doc; action view appliesTo { principal: User, resource: Doc };";
    let files = FixedFiles::default().with("s.json", json.to_string()).with("s.cedarschema", text);
    let policies = "permit(principal, action, resource);";
    for schema in [
        json!(text),
        json.clone(),
        json!(json.to_string()),
        json!({ "file": "s.json" }),
        json!({ "file": "s.cedarschema" }),
    ] {
        let engine = built(json!({ "policy_text": policies, "schema": schema }), files.clone()).unwrap();
        let step = json!({ "action": "view", "resource": { "type": "Doc", "id": "d" } });
        assert!(answer(&engine, &step, &cleared(json!(1))).unwrap().permits);
    }
    let found = refused(json!({ "policy_text": "", "schema": "entity User { a: Strng };\nentity" })).join("; ");
    assert!(found.starts_with("schema@"), "{found}");
    let found = refused(json!({ "policy_text": "", "schema": { "": { "entityTypes": 1 } } })).join("; ");
    assert!(found.starts_with("schema: "), "{found}");
}
