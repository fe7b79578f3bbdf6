//! What is asked of a subject and a step, and what is answered.

use cpex_sdk::engine::Verdict;
use serde_json::{Value as Json, json};

use super::support::{Facts, alice, answer, ask, policies, reads, refused_step};

fn view(resource: &Json) -> Json {
    json!({ "action": "view", "resource": resource })
}

fn doc() -> Json {
    json!({ "type": "Doc", "id": "d" })
}

#[test]
fn a_subject_is_read_as_far_as_policies_look_at_it() {
    let read = |condition: &str| {
        let text = format!(
            "permit(principal, action == Action::\"view\", resource) when {{ {condition} }};
             permit(principal, action == Action::\"edit\", resource) when {{ principal.roles == [] }};"
        );
        let prepared = policies(&text).prepare(&view(&doc())).unwrap();
        reads(&prepared).join(" ")
    };
    assert_eq!(read("true"), "subject.id");
    assert_eq!(
        read("principal.teams.contains(\"x\") && principal has tenant && principal.permissions == []"),
        "subject.id subject.permissions subject.teams subject.tenant"
    );
    assert_eq!(
        read(r#"principal.claims["it's \\ odd"] == 1 && principal.claims.a.b == 2"#),
        r"subject.id claim['a'] claim['it\'s \\ odd']"
    );
}

#[test]
fn what_a_subject_lacks_is_absent() {
    let engine = policies(
        "@id(\"tenant\") permit(principal, action, resource) when { principal has tenant };
         @id(\"claims\") permit(principal, action, resource) when { principal.claims has a };
         @id(\"map\") permit(principal, action, resource) when { principal.claims has m && principal.claims.m.x == [1] };",
    );
    let by = |facts: &[(&'static str, Json)]| {
        let facts = facts.iter().cloned().chain([("subject.id", json!("alice"))]);
        answer(&engine, &view(&doc()), &Facts::of(facts)).unwrap().policies
    };
    assert!(by(&[]).is_empty());
    assert_eq!(by(&[("subject.tenant", json!("acme")), ("claim['a']", Json::Null)]), ["tenant"]);
    assert_eq!(by(&[("claim['a']", json!(false)), ("claim['m']", json!({ "x": [1, 1] }))]), ["claims", "map"]);
    let facts = Facts::of([("subject.id", json!("alice")), ("claim['a']", json!(0.5))]);
    let error = answer(&engine, &view(&doc()), &facts).unwrap_err();
    assert_eq!(error, "`principal.claims.a` is or holds a number that is no whole number of 64 bits");
}

#[test]
fn claims_are_not_taken_as_a_whole() {
    let engine = policies("permit(principal, action, resource) when { principal.claims == {} };");
    let expected = ": a policy takes `claims` as a whole; let it name the claim, as in `principal.claims.department`";
    assert_eq!(refused_step(&engine, &view(&doc())), [expected]);
    let other = json!({ "action": "view", "resource": doc(), "principal": { "type": "Robot", "id": "r" } });
    assert!(refused_step(&engine, &other).is_empty());
}

#[test]
fn a_permit_beside_a_policy_that_failed_is_none() {
    let engine = policies(
        "@id(\"open\") permit(principal, action, resource);
         @id(\"sealed\") forbid(principal, action, resource is Doc) when { resource.sealed };
         @id(\"never\") forbid(principal, action, resource is Secret);
         @id(\"odd\") permit(principal, action, resource is Secret) when { resource.absent };",
    );
    let error = answer(&engine, &view(&doc()), &alice()).unwrap_err();
    assert_eq!(error, "the policy `sealed` failed: it looks at an attribute that is absent");
    let sealed = json!({ "type": "Doc", "id": "d", "attributes": { "sealed": false } });
    assert_eq!(answer(&engine, &view(&sealed), &alice()), Ok(Verdict::permit(vec!["open".to_owned()])));
    let secret = json!({ "type": "Secret", "id": "s" });
    assert_eq!(answer(&engine, &view(&secret), &alice()), Ok(Verdict::deny(vec!["never".to_owned()])));
}

#[test]
fn a_failure_names_the_policy_and_no_value() {
    for (condition, why) in [
        ("resource.size > context.text", "a value is of another type than it takes"),
        ("9223372036854775807 + resource.size > 0", "a number is out of range"),
        ("ip(context.text).isIpv4()", "an extension refuses a value"),
        ("User::\"nobody\".name == 1", "it looks into an entity that is not there"),
        ("context.absent == 1", "it looks at an attribute that is absent"),
    ] {
        let text =
            format!("permit(principal, action, resource); forbid(principal, action, resource) when {{ {condition} }};");
        let resource = json!({ "type": "Doc", "id": "d", "attributes": { "size": 7 } });
        let step = json!({ "action": "view", "resource": resource, "context": { "text": "planted" } });
        assert_eq!(answer(&policies(&text), &step, &alice()), Err(format!("the policy `policy1` failed: {why}")));
    }
}

#[test]
fn an_action_is_written_short_or_in_full() {
    let engine = policies(
        "@id(\"short\") permit(principal, action == Action::\"a b\", resource);
         @id(\"full\") permit(principal, action == Ns::Action::\"a\\\"b\", resource);",
    );
    let asked = |written: &str, filled: &str| {
        let step = |action: &str| json!({ "action": action, "resource": doc() });
        let prepared = engine.prepare(&step(written)).unwrap();
        ask(&prepared, &step(filled), &alice()).unwrap().policies
    };
    assert_eq!(asked("a b", "a b"), ["short"]);
    assert_eq!(asked("Action::\"a b\"", "Action::\"a b\""), ["short"]);
    assert_eq!(asked("Ns::Action::\"a\\\"b\"", "Ns::Action::\"a\\\"b\""), ["full"]);
    assert_eq!(asked("${args.action}", "a b"), ["short"]);
    assert_eq!(asked("Ns::Action::\"${args.action}\"", "Ns::Action::\"a\"b\""), ["full"]);
    assert!(asked("${args.action}", "Ns::Action::\"a\\\"b\"").is_empty());
}

#[test]
fn values_are_those_of_cedar() {
    let engine = policies(
        r#"permit(principal, action, resource) when {
            context.text == "t" && context.yes && context.n == -3 && context.list.containsAll([2, 1]) &&
            context.record == {a: {b: []}} && context.who == User::"7" && context.ip.isLoopback() &&
            context.part.lessThan(decimal("1.5")) && context.whole has x
        };"#,
    );
    let context = |n: Json, id: &str, ip: &str| {
        json!({
            "text": "t", "yes": true, "n": n, "list": [1, 2, 2], "record": { "a": { "b": [] } },
            "who": { "__entity": { "type": "User", "id": id } }, "ip": { "__extn": { "fn": "ip", "arg": ip } },
            "part": { "__extn": { "fn": "decimal", "arg": "1.4" } }, "whole": { "x": 1 },
        })
    };
    let step = |context: Json| json!({ "action": "view", "resource": doc(), "context": context });
    let mut written = context(json!("${args.n}"), "${args.id}", "${args.ip}");
    if let Some(whole) = written.get_mut("whole") {
        *whole = json!("${args}");
    }
    let prepared = engine.prepare(&step(written)).unwrap();
    let asked = |context: Json| ask(&prepared, &step(context), &alice()).map_err(|error| error.0);
    let whole = |id: Json| {
        let mut context = context(json!(-3), "7", "127.0.0.1");
        if let Some(who) = context.pointer_mut("/who/__entity/id") {
            *who = id;
        }
        context
    };
    assert!(asked(whole(json!("7"))).unwrap().permits);
    assert!(asked(whole(json!(7))).unwrap().permits);
    assert_eq!(
        asked(whole(json!(7.0))),
        Err("`context.who` has an id that is neither text nor a whole number".to_owned())
    );
    let unfit = "`context.n` is or holds a number that is no whole number of 64 bits";
    assert_eq!(asked(context(json!(-3.0), "7", "::1")), Err(unfit.to_owned()));
    assert_eq!(
        asked(context(json!([null]), "7", "::1")),
        Err("`context.n` is or holds null, which Cedar has none of".to_owned())
    );
    assert_eq!(
        asked(context(json!(-3), "7", "x")),
        Err("in the context, an extension value cannot be read".to_owned())
    );
    assert!(!asked(context(json!(-4), "7", "::1")).unwrap().permits);
}

#[test]
fn a_principal_that_is_the_resource_is_one_entity() {
    let engine = policies(
        "permit(principal, action, resource) when { principal == resource && resource.roles.contains(\"hr\") };",
    );
    let facts = Facts::of([("subject.id", json!("alice")), ("subject.roles", json!(["hr"]))]);
    let own = json!({ "type": "User", "id": "alice" });
    assert!(answer(&engine, &view(&own), &facts).unwrap().permits);
    let other = json!({ "type": "User", "id": "bob", "attributes": { "roles": ["hr"] } });
    assert!(!answer(&engine, &view(&other), &facts).unwrap().permits);
    let forged = json!({ "type": "User", "id": "alice", "attributes": { "roles": ["hr"] } });
    let error = answer(&engine, &view(&forged), &alice()).unwrap_err();
    assert_eq!(error, "the resource is the principal, whose attributes are not the resource's to give");
}
