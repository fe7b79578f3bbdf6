//! What `input` is.

use cpex_sdk::engine::{AttributeReader, DecisionEngine, Inquiry};
use cpex_sdk::testing::block_on;
use serde_json::{Value as Json, json};

use super::bench::{ask, build, engine, misasked, permits, put};

fn reads(policy: &str) -> Vec<String> {
    read(&*engine(policy))
}

fn read(engine: &dyn DecisionEngine) -> Vec<String> {
    let prepared = engine.prepare(&json!({ "query": "data.t.allow" })).unwrap();
    prepared.reads.into_iter().map(|read| read.path).collect()
}

#[test]
fn only_what_the_rule_depends_on_is_read() {
    let policy = r#"package t

import data.lib.who as caller
import input.subject

allow if {
	caller.is_known
	subject.tenant == "acme"
	input["role"].hr
	input.args.path == "x"
	input.claim.groups[_] == "g"
	ok(input.http.request_headers["x-team"])
}

ok(team) if team == input.subject.teams[0]

other if input.session.labels
"#;
    let files = [("a", policy), ("b", "package lib.who\nis_known if input.client.id\nis_new if input.meta.tags")];
    let config = json!({ "policy_files": ["a", "b"] });
    let engine = build(config, &files).unwrap();
    assert_eq!(
        read(&*engine),
        [
            "args",
            "claim.groups",
            "client.id",
            "http.request_headers.x-team",
            "role.hr",
            "subject.teams",
            "subject.tenant",
        ]
    );
}

#[test]
fn what_is_computed_reads_all_that_can_be_listed() {
    assert_eq!(reads("package t\nallow if { some x in [\"id\"]; input.subject[x] == \"eve\" }").len(), 7);
    let all = reads("package t\nallow if { some x in [\"subject\"]; input[x].id == \"eve\" }");
    assert!(all.len() > 60 && all.contains(&"session.labels".to_owned()), "{all:?}");
    assert_eq!(all, reads("package t\nallow if { everything := input; everything.subject }"));
    // A path of rules that is computed depends on every rule below it.
    let rules =
        "package t\nallow if { some x in [\"a\"]; data.t.rules[x] }\nrules.a if input.tool.name\nb if input.result";
    assert_eq!(reads(rules), ["tool.name"]);
}

#[test]
fn a_local_name_that_is_a_rule_too_hides_nothing() {
    let policy = "package t\nallow if is_one(1)\nis_one(user) if user == 1\nuser if input.authenticated";
    assert_eq!(reads(policy), ["authenticated"]);
}

#[test]
fn the_arguments_are_as_they_were_sent() {
    let policy = "package t\nallow if {\n\tinput.args.a == null\n\tinput.args.b[1].c == 1.5\n\tinput.args.d == {}\n}";
    assert!(permits(policy, json!({ "args": { "a": null, "b": [0, { "c": 1.5 }], "d": {} } })));
    assert!(!permits(policy, json!({ "args": { "b": [0, { "c": 1.5 }], "d": {} } })));
}

#[test]
fn what_stands_in_another_attribute_is_put_into_it() {
    let policy = "package t\nallow if {\n\tinput.delegation.granted\n\tinput.delegation.granted.audience == \"hr\"\n}";
    assert_eq!(reads(policy), ["delegation.granted", "delegation.granted.audience"]);
    let prepared = engine(policy).prepare(&json!({ "query": "data.t.allow" })).unwrap();
    struct Granted;
    impl AttributeReader for Granted {
        fn read(&self, index: usize) -> Option<Json> {
            [json!(true), json!("hr")].get(index).cloned()
        }
    }
    let inquiry = Inquiry { map: &json!({}), attributes: &Granted };
    assert!(block_on(prepared.question.ask(&inquiry)).unwrap().permits);
}

#[test]
fn a_mention_that_leads_to_no_attribute_is_a_mistake_of_the_step() {
    let engine = engine("package t\n\nallow if input.subjcet.id == \"eve\"\n\nelsewhere if input.nothing.at.all");
    let faults = misasked(&*engine, &json!({ "query": "data.t.allow" }));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].text, "`input.subjcet.id` is no attribute, which policy_text line 3 reads");
    assert_eq!(faults[0].help.as_deref(), Some("did you mean `input.subject.id`?"));
}

#[test]
fn a_step_may_bring_an_input_of_its_own() {
    let engine = engine("package t\nallow if {\n\tinput.user == \"eve\"\n\tinput.item.owner == input.user\n}");
    let step = json!({ "query": "data.t.allow", "input": { "user": "${subject.id}", "item": "${args.item}" } });
    let prepared = engine.prepare(&step).unwrap();
    assert_eq!(prepared.reads, []);
    let filled = |owner: &str| json!({ "input": { "user": "eve", "item": { "owner": owner } } });
    assert!(put(&prepared, &filled("eve"), json!({})).unwrap().permits);
    assert!(!put(&prepared, &filled("bob"), json!({})).unwrap().permits);

    let step = json!({ "query": "data.t.allow", "input": { "usr": "${subject.id}", "item": { "name": "x" } } });
    let faults = misasked(&*engine, &step);
    let texts: Vec<&str> = faults.iter().map(|fault| fault.text.as_str()).collect();
    assert!(texts.contains(&"there is no `user` here, and policy_text line 3 reads `input.user`"), "{texts:?}");
    assert!(texts.contains(&"there is no `owner` here, and policy_text line 4 reads `input.item.owner`"), "{texts:?}");
    assert_eq!(faults[0].help.as_deref(), Some("did you mean `usr`?"));
    // What a template brings is known when it is asked only.
    assert!(engine.prepare(&json!({ "query": "data.t.allow", "input": "${args}" })).is_ok());
}

#[test]
fn what_is_absent_is_undefined() {
    let policy = "package t\nallow if not input.subject.tenant";
    assert!(permits(policy, json!({ "subject": {} })));
    assert_eq!(ask(policy, json!({ "subject": { "tenant": "acme" } })).map(|verdict| verdict.permits), Ok(false));
}
