//! Decisions that serve again.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::bench::{Bench, ada, read};

async fn caching() -> Bench {
    Bench::new(&json!({ "cache": { "ttl_seconds": 60 } })).await
}

/// Has the next answer be that.
fn say(bench: &Bench, decision: bool) {
    bench.peer.say_json("200 OK", &json!({ "decision": decision }));
}

#[tokio::test]
async fn without_a_cache_every_operation_asks() {
    let bench = Bench::new(&json!({})).await;
    for (decision, end) in [(true, "permit"), (false, "deny")] {
        say(&bench, decision);
        assert_eq!(bench.asked(&read("7")).await, end);
    }
}

#[tokio::test]
async fn permits_and_denials_serve_for_their_time() {
    let bench = caching().await;
    for (id, decision, end) in [("7", true, "permit"), ("8", false, "deny")] {
        say(&bench, decision);
        for _ in 0..3 {
            assert_eq!(bench.asked(&read(id)).await, end);
        }
    }
    assert_eq!(bench.peer.heard().len(), 2);
    bench.clock.advance(Duration::from_secs(60));
    say(&bench, false);
    assert_eq!(bench.asked(&read("7")).await, "deny");
}

#[tokio::test]
async fn an_error_is_not_kept() {
    let bench = caching().await;
    bench.peer.say("500 Internal Server Error", "", "");
    assert_eq!(bench.asked(&read("7")).await, "the decision point answered with status 500");
    say(&bench, true);
    assert_eq!(bench.asked(&read("7")).await, "permit");
}

#[tokio::test]
async fn a_decision_serves_what_was_asked_and_nothing_else() {
    let bench = caching().await;
    let over = |path: &str, value: Json| {
        let mut map = read("7");
        map[path] = value;
        map
    };
    let mut others = vec![
        (read("8"), ada()),
        (over("action", json!("write")), ada()),
        (over("action", json!({ "name": "read", "properties": {} })), ada()),
        (over("resource", json!({ "type": "page", "id": "7" })), ada()),
        (over("resource", json!({ "type": "doc", "id": "7", "properties": { "owner": "ada" } })), ada()),
        (over("context", json!({})), ada()),
        (over("subject", json!({ "type": "user", "id": "ada" })), ada()),
    ];
    for (attribute, value) in [
        ("subject.id", json!("bob")),
        ("subject.type", json!("service")),
        ("subject.roles", json!([])),
        ("subject.tenant", json!("a")),
    ] {
        let mut other = ada();
        other[attribute] = value;
        others.push((read("7"), other));
    }
    say(&bench, true);
    assert_eq!(bench.asked(&read("7")).await, "permit");
    for (map, attributes) in &others {
        say(&bench, false);
        assert_eq!(bench.asked_by(map, attributes).await, "deny", "{map} {attributes}");
    }
    assert_eq!(bench.peer.heard().len(), 1 + others.len());
    assert_eq!(bench.asked(&read("7")).await, "permit");
}

#[tokio::test]
async fn one_and_a_list_of_one_are_different_questions() {
    let bench = caching().await;
    say(&bench, true);
    assert_eq!(bench.asked(&read("7")).await, "permit");
    bench.peer.say_json("200 OK", &json!({ "evaluations": [{ "decision": false }] }));
    let list = json!({ "action": ["read"], "resource": { "type": "doc", "id": "7" } });
    assert_eq!(bench.asked(&list).await, "deny");
}

#[tokio::test]
async fn who_asks_the_same_meanwhile_waits_for_one_answer() {
    let bench = caching().await;
    say(&bench, true);
    bench.peer.hold();
    let let_go = async {
        bench.peer.is_asked().await;
        bench.peer.let_go();
    };
    let map = read("7");
    let (first, second, ()) = tokio::join!(bench.asked(&map), bench.asked(&map), let_go);
    assert_eq!((first.as_str(), second.as_str()), ("permit", "permit"));
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test]
async fn another_engine_knows_nothing_of_it() {
    let bench = caching().await;
    say(&bench, true);
    assert_eq!(bench.asked(&read("7")).await, "permit");
    let endpoint = format!("http://{}", bench.peer.address);
    let reloaded = Bench::new(&json!({ "endpoint": endpoint, "cache": { "ttl_seconds": 60 } })).await;
    say(&bench, false);
    assert_eq!(reloaded.asked(&read("7")).await, "deny");
}
