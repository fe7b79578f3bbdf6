//! Secrets are planted wherever there are some, and must show up nowhere but on the wire.

use apl_cmf::PrincipalKind;
use cpex_delegator_oauth::{KIND, OAuthFactory};
use cpex_http::Hyper;
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::host;
use cpex_sdk::{Factory, Host};
use serde_json::json;

use super::bench::{Bench, SECRET, Step, issued, proofs};

#[tokio::test]
async fn trap_35_no_secret_is_in_an_error_or_what_is_printed() {
    let bench = Bench::new(&json!({ "cache": { "enabled": true } })).await;
    let step = Step { proofs: proofs(&[(PrincipalKind::Subject, "planted-token")]), ..Step::default() };
    let echo = format!(r#"{{"error":"planted","error_description":"planted-token {SECRET}"}}"#);
    bench.peer.say("400 planted", "X-Echo: planted\r\n", &echo);
    bench.peer.say("200 OK", "", &issued("planted token").to_string());
    bench.peer.say("200 OK", "", r#"{"access_token":"planted","token_type":"Bearer","expires_in":"planted"}"#);
    bench.peer.say("200 OK", "Content-Encoding: planted\r\n", "planted");
    let mut shown = Vec::new();
    for _ in 0..5 {
        let error = bench.mint(&step).await.unwrap_err();
        shown.push(format!("{error} {error:?}"));
    }
    bench.peer.say_json("200 OK", &issued("planted"));
    shown.push(format!("{:?}", bench.mint(&step).await.unwrap()));
    for text in &shown {
        assert!(!text.contains("planted"), "{text}");
    }
    assert_eq!(bench.peer.heard().len(), 6);
}

#[test]
fn trap_35_no_secret_is_in_what_building_says() {
    let host = Host { http: Some(std::sync::Arc::new(Hyper)), ..host() };
    for (endpoint, source) in [
        ("http://planted:planted@10.0.0.1/", json!({ "kind": "literal", "secret": "planted" })),
        ("https://idp.example/token", json!({ "kind": "literal", "secret": "planted", "name": "planted" })),
        ("https://idp.example/token", json!({ "kind": "literal", "secret": "planted" })),
    ] {
        let config = json!({
            "token_endpoint": endpoint, "client_id": "gateway", "client_secret_source": source,
        });
        let declaration = PluginConfig { config, ..PluginConfig::new("hr-oauth", KIND) };
        let built = format!("{:?} {declaration:?}", OAuthFactory.build(&declaration, &host));
        assert!(!built.contains("planted"), "{built}");
    }
}
