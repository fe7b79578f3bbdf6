//! Secrets are planted wherever there are some, and must show up nowhere but on the wire and in the store.

use std::time::Duration;

use cpex_approval::{CIBA_KIND, CibaFactory};
use cpex_http::Hyper;
use cpex_sdk::config::PluginConfig;
use cpex_sdk::elicitation::StoreKey;
use cpex_sdk::testing::host;
use cpex_sdk::{Factory, Host};
use serde_json::json;

use super::bench::{Bench, QUESTION, SECRET, Step, accepted, error, signed_in};

#[tokio::test]
async fn trap_35_no_secret_of_an_approval_is_in_an_error_or_what_is_printed() {
    let bench = Bench::new(&json!({})).await;
    let echo = json!({ "error": "planted", "error_description": format!("planted {SECRET}") });
    let mut shown = Vec::new();
    for body in [echo.clone(), json!("planted"), json!({ "auth_req_id": "planted", "expires_in": "planted" })] {
        bench.peer.say_json("400 planted", &body);
        shown.push(format!("{:?}", bench.ask(&Step::default()).await));
        bench.peer.say_json("200 OK", &body);
        shown.push(format!("{:?}", bench.ask(&Step::default()).await));
    }
    bench.asked().await;
    for (status, body) in [
        ("400 planted", echo),
        ("200 OK", json!("planted")),
        ("400 planted", error("authorization_pending")),
        ("200 OK", signed_in("bob")),
    ] {
        shown.push(format!("{:?}", bench.told(status, &body).await));
        bench.clock.advance(Duration::from_secs(5));
    }
    for text in &shown {
        assert!(!text.contains("planted"), "{text}");
    }
    assert_eq!(bench.peer.heard().len(), 11);
}

#[tokio::test]
async fn no_more_is_kept_than_polling_and_telling_need() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &accepted());
    bench.ask(&Step { purpose: Some("a purpose"), ..Step::default() }).await.unwrap();
    let kept = async |sort| {
        let value = bench.store.get(&StoreKey { sort, digest: QUESTION.0 }).await.unwrap();
        value.map(|value| String::from_utf8(value.to_vec()).unwrap())
    };
    let request = r#"[1,{"id":"planted-request","approver":"bob","interval":5,"due_ms":1767225605000,"expires_ms":1767225720000,"until_ms":1767226260000}]"#;
    assert_eq!(kept("ciba.request").await.as_deref(), Some(request));
    bench.clock.advance(Duration::from_secs(5));
    bench.told("200 OK", &signed_in("bob")).await.unwrap();
    assert_eq!(kept("ciba.request").await, None);
    assert_eq!(kept("ciba.turn").await, None);
    assert_eq!(kept("ciba.verdict").await.as_deref(), Some(r#"[1,{"approved":{"by":"bob"}}]"#));
}

#[test]
fn trap_35_no_secret_of_an_approval_is_in_what_building_says() {
    let host = Host { http: Some(std::sync::Arc::new(Hyper)), ..host() };
    for (endpoint, source) in [
        ("http://planted:planted@10.0.0.1/", json!({ "kind": "literal", "secret": "planted" })),
        ("https://idp.example/token", json!({ "kind": "literal", "secret": "planted", "name": "planted" })),
        ("https://idp.example/token", json!({ "kind": "literal", "secret": "planted" })),
    ] {
        let config = json!({
            "backchannel_endpoint": endpoint, "token_endpoint": endpoint, "client_id": "gateway",
            "client_secret_source": source,
        });
        let declaration = PluginConfig { config, ..PluginConfig::new("managers", CIBA_KIND) };
        let built = format!("{:?} {declaration:?}", CibaFactory.build(&declaration, &host));
        assert!(!built.contains("planted"), "{built}");
    }
}
