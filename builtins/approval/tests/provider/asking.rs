//! What is posted, and when.

use std::time::Duration;

use cpex_sdk::elicitation::Status;
use serde_json::{Value as Json, json};

use super::bench::{Bench, Step, accepted, error, pairs};

/// `gate way` and the secret, each encoded as in a form, joined, in base64.
const BASIC: &str = "Basic Z2F0ZSt3YXk6cGxhbnRlZC1zZWNyZXQlMkYlMkI=";

const BAD: &str = "400 Bad Request";

#[tokio::test]
async fn the_approver_is_asked_by_a_hint_and_the_answer_polled_by_the_request() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &accepted());
    bench.ask(&Step { approver: "bob & co", purpose: Some("Raise the pay"), ..Step::default() }).await.unwrap();
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.told(BAD, &error("authorization_pending")).await, Ok(Status::Pending));
    let heard = bench.peer.heard();
    assert_eq!(heard.iter().map(|request| request.path()).collect::<Vec<_>>(), ["/backchannel", "/token"]);
    let asked = [
        ("scope", "openid"),
        ("login_hint", "bob & co"),
        ("binding_message", "Raise-the-pay"),
        ("requested_expiry", "600"),
    ];
    assert_eq!(heard[0].form(), pairs(&asked));
    let polled = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", "planted-request")];
    assert_eq!(heard[1].form(), pairs(&polled));
    for request in &heard {
        assert!(request.head.starts_with("POST "), "{}", request.head);
        assert_eq!(request.header("Authorization"), Some(BASIC));
        assert_eq!(request.header("Content-Type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(request.header("Accept"), Some("application/json"));
    }
}

#[tokio::test]
async fn what_is_asked_for_is_that_of_the_config() {
    let over = json!({
        "scope": "openid approvals", "binding_message_length": 5, "default_requested_expiry_seconds": 90,
    });
    let bench = Bench::new(&over).await;
    for (purpose, timeout, rest) in [
        (Some("Raise the pay"), 600, vec![("binding_message", "Raise"), ("requested_expiry", "90")]),
        (Some("支払い"), 60, vec![("requested_expiry", "60")]),
        (None, 0, vec![("requested_expiry", "1")]),
    ] {
        bench.peer.say_json(BAD, &error("unknown_user_id"));
        let step = Step { purpose, timeout: Duration::from_secs(timeout), ..Step::default() };
        assert!(bench.ask(&step).await.is_err());
        let form = bench.peer.heard().last().unwrap().form();
        assert_eq!(form[0], ("scope".to_owned(), "openid approvals".to_owned()));
        assert_eq!(form[2..], pairs(&rest));
    }
}

#[tokio::test]
async fn a_hint_names_the_issuer_where_the_config_says_so() {
    let bench = Bench::new(&json!({ "login_hint_format": "iss_sub" })).await;
    bench.peer.say_json("200 OK", &accepted());
    bench.ask(&Step::default()).await.unwrap();
    let hint = r#"{"format":"iss_sub","iss":"https://idp.example","sub":"bob"}"#;
    assert_eq!(bench.peer.heard()[0].form()[1], ("login_hint".to_owned(), hint.to_owned()));
}

#[tokio::test]
async fn only_callers_of_admitted_issuers_name_people_of_the_provider() {
    let partner = "https://partner.example";
    let step = Step { issuer: Some(partner), ..Step::default() };
    let alone = Bench::new(&json!({})).await;
    let cause = "callers of `https://partner.example` name nobody here unless `caller_issuers` lists it";
    assert_eq!(alone.ask(&step).await.unwrap_err().0, cause);
    assert!(alone.peer.heard().is_empty());
    let listing = json!({ "caller_issuers": ["https://other.example", partner] });
    for (over, issuer) in [(json!({}), "https://idp.example"), (json!({ "issuer": null }), partner), (listing, partner)]
    {
        let bench = Bench::new(&over).await;
        bench.peer.say_json("200 OK", &accepted());
        assert_eq!(bench.ask(&Step { issuer: Some(issuer), ..Step::default() }).await, Ok(()), "{over}");
    }
}

#[tokio::test]
async fn a_question_that_was_asked_is_not_asked_again() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    assert_eq!(bench.ask(&Step::default()).await, Ok(()));
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test]
async fn trap_37_an_ask_whose_answer_is_lost_is_not_sent_again_and_has_no_answer() {
    let bench = Bench::new(&json!({})).await;
    let lost = format!("the backchannel endpoint: {}: the connection was lost", bench.peer.address);
    assert_eq!(bench.ask(&Step::default()).await.unwrap_err().0, lost);
    assert_eq!(bench.check().await, Err("the question was not asked, or is over".to_owned()));
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test]
async fn a_person_who_cannot_be_asked_is_not_asked() {
    let bench = Bench::new(&json!({})).await;
    for (status, body, cause) in [
        (BAD, error("unknown_user_id"), "the backchannel endpoint refused: `unknown_user_id`"),
        (BAD, error("planted"), "the backchannel endpoint answered with status 400"),
        ("403 Forbidden", error("access_denied"), "the backchannel endpoint refused: `access_denied`"),
        ("503 Service Unavailable", Json::Null, "the backchannel endpoint answered with status 503"),
        ("200 OK", json!("planted"), "the answer of the backchannel endpoint is not that of CIBA"),
    ] {
        bench.peer.say_json(status, &body);
        assert_eq!(bench.ask(&Step::default()).await.unwrap_err().0, cause, "{body}");
        assert_eq!(bench.check().await, Err("the question was not asked, or is over".to_owned()));
    }
    assert_eq!(bench.peer.heard().len(), 5);
}

#[tokio::test]
async fn polls_are_an_interval_apart_and_further_once_the_provider_says_so() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &json!({ "auth_req_id": "r", "expires_in": 120, "interval": 7 }));
    bench.ask(&Step::default()).await.unwrap();
    // The seconds until each poll, and what it is told.
    for (polls, (wait, code)) in
        [(7, "authorization_pending"), (7, "slow_down"), (12, "slow_down"), (17, "authorization_pending")]
            .into_iter()
            .enumerate()
    {
        bench.clock.advance(Duration::from_millis(wait * 1000 - 1));
        assert_eq!(bench.check().await, Ok(Status::Pending));
        assert_eq!(bench.peer.heard().len(), polls + 1, "{code}: too early");
        bench.clock.advance(Duration::from_millis(1));
        assert_eq!(bench.told(BAD, &error(code)).await, Ok(Status::Pending));
        assert_eq!(bench.peer.heard().len(), polls + 2, "{code}");
    }
}

#[tokio::test]
async fn a_poll_that_fails_is_an_interval_before_the_next_too() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    assert!(bench.told("503 Service Unavailable", &Json::Null).await.is_err());
    assert_eq!(bench.check().await, Ok(Status::Pending));
    assert_eq!(bench.peer.heard().len(), 2);
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.told(BAD, &error("authorization_pending")).await, Ok(Status::Pending));
}
