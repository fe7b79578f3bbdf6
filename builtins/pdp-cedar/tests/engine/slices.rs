//! Only policies that can apply are asked, and they answer as all of them would.

use std::collections::HashSet;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, RestrictedExpression,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::support::{Facts, answer, ask, engine};

const PRINCIPALS: [&str; 7] = [
    "principal",
    "principal == User::\"u1\"",
    "principal == Robot::\"u1\"",
    "principal in Group::\"g\"",
    "principal is User",
    "principal is Robot in Group::\"g\"",
    "principal in User::\"u1\"",
];

const ACTIONS: [&str; 6] = [
    "action",
    "action == Action::\"a\"",
    "action == Action::\"b\"",
    "action in Action::\"group\"",
    "action in [Action::\"b\", Action::\"outer\"]",
    "action in [Action::\"c\"]",
];

const RESOURCES: [&str; 7] = [
    "resource",
    "resource == Doc::\"d1\"",
    "resource == Book::\"d1\"",
    "resource in Folder::\"f\"",
    "resource is Book",
    "resource is Doc in Folder::\"f\"",
    "resource in Doc::\"d1\"",
];

const CONDITIONS: [&str; 9] = [
    "",
    "when { context.n > 2 }",
    "unless { context.absent == 1 }",
    "when { resource.size > 3 }",
    "when { principal.boss.rank > 3 }",
    "when { principal in Group::\"top\" || action in Action::\"outer\" }",
    "when { User::\"u2\".boss == principal }",
    "when { resource has owner && resource.owner.rank == 4 }",
    "unless { \"text\" == context.n }",
];

fn entities() -> Json {
    let uid = |of: &str, id: &str| json!({ "type": of, "id": id });
    let entity = |of: &str, id: &str, attributes: Json, parents: Vec<Json>| json!({ "uid": uid(of, id), "attrs": attributes, "parents": parents });
    let to = |of: &str, id: &str| json!({ "__entity": uid(of, id) });
    json!([
        entity("User", "u1", json!({ "boss": to("User", "u2") }), vec![uid("Group", "g")]),
        entity("User", "u2", json!({ "rank": 4, "boss": to("User", "u1") }), vec![]),
        entity("Robot", "u1", json!({}), vec![uid("Group", "g")]),
        entity("Group", "g", json!({}), vec![uid("Group", "top")]),
        entity("Doc", "d1", json!({ "owner": to("User", "u2") }), vec![uid("Folder", "f")]),
        entity("Doc", "d2", json!({}), vec![uid("Doc", "d1")]),
        entity("Action", "a", json!({}), vec![uid("Action", "group")]),
        entity("Action", "group", json!({}), vec![uid("Action", "outer")]),
    ])
}

fn policy() -> impl Strategy<Value = String> {
    let parts = (
        prop::sample::select(vec!["permit", "permit", "permit", "forbid"]),
        prop::sample::select(PRINCIPALS.to_vec()),
        prop::sample::select(ACTIONS.to_vec()),
        prop::sample::select(RESOURCES.to_vec()),
        prop::sample::select(CONDITIONS.to_vec()),
    );
    parts.prop_map(|(effect, principal, action, resource, condition)| {
        format!("{effect}({principal}, {action}, {resource}) {condition};")
    })
}

/// A request: the types and ids of principal and resource, the action, and what is written of them rather than filled in.
#[derive(Clone, Debug)]
struct Asked {
    principal: (&'static str, &'static str),
    action: &'static str,
    resource: (&'static str, &'static str),
    is_filled: [bool; 3],
}

fn asked() -> impl Strategy<Value = Asked> {
    let parts = (
        prop::sample::select(vec![("User", "u1"), ("User", "u2"), ("User", "u3"), ("Robot", "u1"), ("Group", "g")]),
        prop::sample::select(vec!["a", "b", "c", "group"]),
        prop::sample::select(vec![("Doc", "d1"), ("Doc", "d2"), ("Book", "d1"), ("Folder", "f")]),
        any::<[bool; 3]>(),
    );
    parts.prop_map(|(principal, action, resource, is_filled)| Asked { principal, action, resource, is_filled })
}

impl Asked {
    fn step(&self, is_filled: [bool; 3]) -> Json {
        let [principal, action, resource] = is_filled;
        let either = |filled: bool, id: &str| if filled { "${args.x}".to_owned() } else { id.to_owned() };
        json!({
            "principal": { "type": self.principal.0, "id": either(principal, self.principal.1) },
            "action": either(action, self.action),
            "resource": {
                "type": self.resource.0, "id": either(resource, self.resource.1), "attributes": { "size": 4 },
            },
            "context": { "n": 3 },
        })
    }

    /// What all policies say together, asked of Cedar itself. None where one of them failed and the rest permits.
    fn by_all(&self, policies: &str) -> Option<(bool, HashSet<String>)> {
        let policies: PolicySet = policies.parse().unwrap();
        let uid = |(of, id): (&str, &str)| -> EntityUid { format!("{of}::\"{id}\"").parse().unwrap() };
        let (principal, resource) = (uid(self.principal), uid(self.resource));
        let mut all: Vec<Entity> = Entities::from_json_value(entities(), None).unwrap().into_iter().collect();
        let place = all.iter().position(|entity| entity.uid() == resource);
        let known = place.map(|place| all.remove(place).into_inner());
        let (_, mut attributes, parents) =
            known.unwrap_or_else(|| (resource.clone(), Default::default(), HashSet::new()));
        attributes.insert("size".to_owned(), RestrictedExpression::new_long(4));
        all.push(Entity::new(resource.clone(), attributes, parents).unwrap());
        if all.iter().all(|entity| entity.uid() != principal) {
            all.push(Entity::with_uid(principal.clone()));
        }
        let all = Entities::from_entities(all, None).unwrap();
        let context = Context::from_pairs([("n".to_owned(), RestrictedExpression::new_long(3))]).unwrap();
        let action = format!("Action::\"{}\"", self.action).parse().unwrap();
        let request = Request::new(principal, action, resource, context, None).unwrap();
        let response = Authorizer::new().is_authorized(&request, &policies, &all);
        let permits = response.decision() == Decision::Allow;
        let has_failed = response.diagnostics().errors().next().is_some();
        let reason = response.diagnostics().reason().map(ToString::to_string).collect();
        (!permits || !has_failed).then_some((permits, reason))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_slice_answers_as_the_whole(written in prop::collection::vec(policy(), 0..12), asked in asked()) {
        let text = written.join("\n");
        let engine = engine(json!({ "policy_text": text, "entities": entities() }));
        let prepared = engine.prepare(&asked.step(asked.is_filled)).unwrap();
        let answer = ask(&prepared, &asked.step([false; 3]), &Facts::default());
        let answer = answer.ok().map(|verdict| (verdict.permits, verdict.policies.into_iter().collect()));
        prop_assert_eq!(answer, asked.by_all(&text), "{}", text);
    }
}

#[test]
fn determining_policies_are_told_as_they_are_written() {
    let text: String = (0..40).map(|_| "permit(principal, action, resource);\n").collect();
    let step = json!({ "action": "a", "resource": { "type": "Doc", "id": "d" } });
    let facts = Facts::of([("subject.id", json!("u"))]);
    let verdict = answer(&engine(json!({ "policy_text": text })), &step, &facts).unwrap();
    let expected: Vec<String> = (0..40).map(|number| format!("policy{number}")).collect();
    assert_eq!(verdict.policies, expected);
}
