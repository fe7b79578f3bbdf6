//! What becomes of what people and providers answer.

use std::time::Duration;

use cpex_sdk::elicitation::Status;
use serde_json::{Value as Json, json};

use super::bench::{Bench, Step, approved, error, signed_in};

const BAD: &str = "400 Bad Request";

#[tokio::test]
async fn who_signed_in_is_who_answered_and_is_not_asked_for_twice() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    assert_eq!(bench.told("200 OK", &signed_in("eve")).await, approved("eve"));
    for _ in 0..2 {
        assert_eq!(bench.check().await, approved("eve"));
        bench.clock.advance(Duration::from_secs(200));
    }
    assert_eq!(bench.peer.heard().len(), 2);
}

#[tokio::test]
async fn approvers_are_named_by_the_claim_of_the_config() {
    let bench = Bench::new(&json!({ "approver_claim": "email" })).await;
    bench.asked().await;
    assert_eq!(bench.told("200 OK", &signed_in("bob")).await, approved("bob@acme.example"));
}

#[tokio::test]
async fn a_refusal_is_that_of_who_was_asked() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    let denied = Ok(Status::Denied { by: "bob".to_owned() });
    assert_eq!(bench.told(BAD, &error("access_denied")).await, denied);
    assert_eq!(bench.check().await, denied);
    assert_eq!(bench.peer.heard().len(), 2);
}

#[tokio::test]
async fn a_request_expires_where_the_provider_says_so_and_where_its_time_is_over() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    assert_eq!(bench.told(BAD, &error("expired_token")).await, Ok(Status::Expired));
    assert_eq!(bench.check().await, Ok(Status::Expired));
    assert_eq!(bench.peer.heard().len(), 2);
    let silent = Bench::new(&json!({})).await;
    silent.asked().await;
    silent.clock.advance(Duration::from_secs(115));
    assert_eq!(silent.check().await, Ok(Status::Expired));
    assert_eq!(silent.peer.heard().len(), 1, "a request that is over is not polled");
}

#[tokio::test]
async fn a_token_that_says_not_who_answered_is_forged_for_good() {
    for id_token in [Json::Null, json!("planted"), signed_in("")["id_token"].clone()] {
        let bench = Bench::new(&json!({})).await;
        bench.asked().await;
        let mut answer = signed_in("bob");
        answer["id_token"] = id_token;
        assert_eq!(bench.told("200 OK", &answer).await, Ok(Status::Forged), "{answer}");
        assert_eq!(bench.told("200 OK", &signed_in("bob")).await, Ok(Status::Forged));
    }
    let elsewhere = Bench::new(&json!({ "issuer": "https://other.example" })).await;
    elsewhere.asked().await;
    assert_eq!(elsewhere.told("200 OK", &signed_in("bob")).await, Ok(Status::Forged));
    let other_client = Bench::new(&json!({ "client_id": "other" })).await;
    other_client.asked().await;
    assert_eq!(other_client.told("200 OK", &signed_in("bob")).await, Ok(Status::Forged));
}

#[tokio::test]
async fn a_request_the_provider_does_not_know_is_not_polled_again() {
    for code in ["invalid_grant", "invalid_request"] {
        let bench = Bench::new(&json!({})).await;
        bench.asked().await;
        let cause = Err(format!("the token endpoint refused: `{code}`"));
        assert_eq!(bench.told(BAD, &error(code)).await, cause);
        bench.clock.advance(Duration::from_secs(60));
        assert_eq!(bench.told("200 OK", &signed_in("bob")).await, cause);
        assert_eq!(bench.peer.heard().len(), 2);
    }
}

#[tokio::test]
async fn what_may_pass_is_polled_again() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    let lost = format!("the token endpoint: {}: the connection was lost", bench.peer.address);
    bench.peer.hang_up();
    assert_eq!(bench.check().await, Err(lost));
    for (status, body, cause) in [
        ("401 Unauthorized", error("invalid_client"), "the token endpoint refused: `invalid_client`"),
        ("400 Bad Request", error("planted"), "the token endpoint answered with status 400"),
        ("500 Internal Server Error", error("access_denied"), "the token endpoint answered with status 500"),
        ("200 OK", json!("planted"), "the answer of the token endpoint is not that of OpenID Connect"),
    ] {
        bench.clock.advance(Duration::from_secs(5));
        assert_eq!(bench.told(status, &body).await, Err(cause.to_owned()), "{body}");
    }
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.told("200 OK", &signed_in("bob")).await, approved("bob"));
}

#[tokio::test]
async fn what_was_not_asked_or_is_over_has_no_answer() {
    let bench = Bench::new(&json!({})).await;
    let over = Err("the question was not asked, or is over".to_owned());
    assert_eq!(bench.check().await, over);
    bench.asked().await;
    assert_eq!(bench.told("200 OK", &signed_in("bob")).await, approved("bob"));
    bench.clock.advance(Step::default().timeout + Duration::from_secs(60));
    assert_eq!(bench.check().await, over);
}
