//! What the decision point is sent.

use cpex_sdk::testing::host;
use serde_json::json;

use super::bench::{Bench, SECRET, ada, read};

#[tokio::test]
async fn one_action_on_one_resource_is_an_evaluation() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &json!({ "decision": true }));
    let context = json!({ "ip": "192.0.2.7" });
    let mut map = read("7");
    map["context"] = context.clone();
    assert_eq!(bench.asked(&map).await, "permit");
    assert_eq!(
        bench.sent(),
        json!({
            "subject": { "type": "user", "id": "ada", "properties": { "roles": ["hr"], "permissions": [], "teams": ["a", "b"] } },
            "action": { "name": "read" },
            "resource": { "type": "doc", "id": "7" },
            "context": context,
        })
    );
    let heard = bench.peer.heard();
    assert!(heard[0].head.starts_with("POST /access/v1/evaluation HTTP/1.1\r\n"), "{}", heard[0].head);
    assert_eq!(heard[0].header("content-type"), Some("application/json"));
    assert_eq!(heard[0].header("accept"), Some("application/json"));
    assert_eq!(heard[0].header("authorization"), None);
}

#[tokio::test]
async fn a_list_is_evaluations_that_stop_at_the_first_denial() {
    let bench = Bench::new(&json!({})).await;
    let both = json!({ "evaluations": [{ "decision": true }, { "decision": true }] });
    let ada = json!({ "type": "agent", "id": "ada" });
    let options = json!({ "evaluations_semantic": "deny_on_first_deny" });
    let doc = |id: &str| json!({ "type": "doc", "id": id });

    bench.peer.say_json("200 OK", &both);
    let map = json!({ "subject": ada, "action": "read", "resource": [doc("1"), doc("2")], "context": {} });
    assert_eq!(bench.asked(&map).await, "permit");
    let evaluations = json!([{ "resource": doc("1") }, { "resource": doc("2") }]);
    let expected = json!({
        "subject": ada, "action": { "name": "read" }, "context": {}, "evaluations": evaluations, "options": options,
    });
    assert_eq!(bench.sent(), expected);

    bench.peer.say_json("200 OK", &both);
    let share = json!({ "name": "share", "properties": { "with": "bob" } });
    let map = json!({ "subject": ada, "action": ["read", share], "resource": doc("1") });
    assert_eq!(bench.asked(&map).await, "permit");
    let evaluations = json!([{ "action": { "name": "read" } }, { "action": share }]);
    let expected = json!({ "subject": ada, "resource": doc("1"), "evaluations": evaluations, "options": options });
    assert_eq!(bench.sent(), expected);
    assert!(bench.peer.heard().iter().all(|heard| heard.path() == "/access/v1/evaluations"));

    bench.peer.say_json("200 OK", &json!({ "evaluations": [{ "decision": true }] }));
    let map = json!({ "subject": ada, "action": ["read"], "resource": doc("1") });
    assert_eq!(bench.asked(&map).await, "permit", "a list of one is a list");
}

#[tokio::test]
async fn a_decision_point_that_stops_nowhere_is_not_told_to() {
    let bench = Bench::new(&json!({ "evaluations_semantic": "execute_all" })).await;
    let map = json!({ "action": ["read", "write"], "resource": { "type": "doc", "id": "7" } });
    bench.peer.say_json("200 OK", &json!({ "evaluations": [{ "decision": false }, { "decision": true }] }));
    assert_eq!(bench.asked(&map).await, "deny");
    assert_eq!(bench.sent()["options"], json!({ "evaluations_semantic": "execute_all" }));
}

#[tokio::test]
async fn the_endpoint_may_have_a_path_of_its_own() {
    let other = Bench::new(&json!({})).await;
    let endpoint = format!("http://{}/tenants/acme/", other.peer.address);
    let bench = Bench::new(&json!({ "endpoint": endpoint })).await;
    other.peer.say_json("200 OK", &json!({ "decision": false }));
    assert_eq!(bench.asked(&read("7")).await, "deny");
    assert_eq!(other.peer.heard()[0].path(), "/tenants/acme/access/v1/evaluation");
}

#[tokio::test]
async fn this_process_authenticates_as_configured() {
    let secret = json!({ "kind": "env_var", "name": "SECRET" });
    for (auth, header, value) in [
        (json!({ "kind": "bearer", "token": secret }), "authorization", format!("Bearer {SECRET}")),
        (
            json!({ "kind": "basic", "username": "cpex", "password": secret }),
            "authorization",
            "Basic Y3BleDpwbGFudGVkLXNlY3JldC8r".to_owned(),
        ),
        (json!({ "kind": "api_key", "header": "X-API-Key", "key": secret }), "x-api-key", SECRET.to_owned()),
    ] {
        let bench = Bench::new(&json!({ "auth": auth })).await;
        bench.peer.say_json("200 OK", &json!({ "decision": true }));
        assert_eq!(bench.asked(&read("7")).await, "permit");
        assert_eq!(bench.peer.heard()[0].header(header), Some(value.as_str()));
    }
}

#[tokio::test]
async fn every_request_has_an_identifier_of_its_own() {
    let bench = Bench::new(&json!({})).await;
    for _ in 0..2 {
        bench.peer.say_json("200 OK", &json!({ "decision": true }));
        assert_eq!(bench.asked(&read("7")).await, "permit");
    }
    let first = host().ids.next();
    let heard = bench.peer.heard();
    let ids: Vec<_> = heard.iter().map(|heard| heard.header("x-request-id").unwrap()).collect();
    assert_eq!(ids, [format!("{first:032x}"), format!("{:032x}", first + 1)]);
}

#[tokio::test]
async fn what_the_api_does_not_take_is_not_sent() {
    let bench = Bench::new(&json!({})).await;
    let with = |path: &str, value: serde_json::Value| {
        let mut map = json!({
            "subject": { "type": "user", "id": "ada", "properties": {} },
            "action": { "name": "read", "properties": {} },
            "resource": { "type": "doc", "id": "7", "properties": {} },
            "context": {},
        });
        *map.pointer_mut(path).unwrap() = value;
        map
    };
    for (path, value, why) in [
        ("/resource/id", json!(7), "`id` of `resource` is no text"),
        ("/resource/id", json!(""), "`id` of `resource` is empty"),
        ("/resource/type", json!(true), "`type` of `resource` is no text"),
        ("/resource/properties", json!([1]), "`properties` of `resource` is no map"),
        ("/subject/id", json!(["ada"]), "`id` of `subject` is no text"),
        ("/action/name", json!(1), "`name` of `action` is no text"),
        ("/action/properties", json!("x"), "`properties` of `action` is no map"),
        ("/action", json!(["read"]), "`name` of `action` is no text"),
        ("/context", json!("x"), "`context` is no map"),
    ] {
        let filled = with(path, value);
        let written = with("/context", json!({}));
        assert_eq!(bench.filled(&written, &filled, &ada()).await, why, "{path}");
    }
    assert!(bench.peer.heard().is_empty());
}

#[tokio::test]
async fn without_a_verified_subject_one_must_be_named() {
    let bench = Bench::new(&json!({})).await;
    let nobody = json!({ "subject.roles": [], "subject.permissions": [], "subject.teams": [] });
    let why = "no subject was verified, and the step names none";
    assert_eq!(bench.asked_by(&read("7"), &nobody).await, why);
    assert!(bench.peer.heard().is_empty());

    bench.peer.say_json("200 OK", &json!({ "decision": true }));
    let mut named = read("7");
    named["subject"] = json!({ "type": "client", "id": "assistant" });
    assert_eq!(bench.asked_by(&named, &nobody).await, "permit");
    assert_eq!(bench.sent()["subject"], json!({ "type": "client", "id": "assistant" }));
}
