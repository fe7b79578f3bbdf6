//! What becomes of answers, good and bad.

use cpex_sdk::delegation::Party;
use serde_json::{Value as Json, json};

use super::bench::{Bench, Step, issued, jwt};

#[tokio::test]
async fn what_was_granted_is_what_the_answer_says() {
    let bench = Bench::new(&json!({})).await;
    let step = Step { permissions: &["read", "write"], ..Step::default() };
    for (scope, granted) in [
        (json!("read"), vec!["read"]),
        (json!(""), vec![]),
        (json!("write other read"), vec!["write", "other", "read"]),
        (Json::Null, vec!["read", "write"]),
    ] {
        let mut answer = issued("minted");
        answer["scope"] = scope.clone();
        bench.peer.say_json("200 OK", &answer);
        let permissions = bench.mint(&step).await.unwrap().permissions;
        assert_eq!(permissions.iter().map(|scope| &**scope).collect::<Vec<_>>(), granted, "{scope}");
    }
}

#[tokio::test]
async fn an_actor_the_token_does_not_name_is_recorded_or_denied() {
    let acting = Step { actor: Some(Party::CallerWorkload), ..Step::default() };
    let named = jwt(&json!({ "sub": "ada", "act": { "sub": "spiffe://example.org/agent" } }));
    let unnamed = jwt(&json!({ "sub": "ada" }));
    let bench = Bench::new(&json!({})).await;
    let strict = Bench::new(&json!({ "require_act": true })).await;
    for (token, names) in [(named.as_str(), true), (&unnamed, false), ("opaque", false)] {
        bench.peer.say_json("200 OK", &issued(token));
        let (minted, notes) = bench.noted(&acting).await;
        assert!(minted.is_ok(), "{token}");
        let expected: &[&str] = if names { &[] } else { &["the minted token does not say who acts"] };
        assert_eq!(notes, expected, "{token}");
        strict.peer.say_json("200 OK", &issued(token));
        let denied = "the minted token does not say who acts, and `require_act` is set";
        let cause = strict.mint(&acting).await.err().map(|error| error.0);
        assert_eq!(cause.as_deref(), (!names).then_some(denied), "{token}");
    }
    strict.peer.say_json("200 OK", &issued("opaque"));
    let (minted, notes) = strict.noted(&Step::default()).await;
    assert!(minted.is_ok() && notes.is_empty(), "nobody was to act");
}

#[tokio::test]
async fn a_bad_answer_mints_nothing() {
    let bench = Bench::new(&json!({})).await;
    let step = Step::default();
    let unread = "the answer of the token endpoint is not that of RFC 6749";
    let elsewhere = format!("Location: http://{}/elsewhere\r\n", bench.peer.address);
    let good = issued("planted").to_string();
    for (status, head, body, cause) in [
        ("200 OK", "", "<html>planted</html>", unread),
        ("200 OK", "", "", unread),
        ("200 OK", "", r#"{"error":"invalid_grant","error_description":"planted"}"#, unread),
        ("400 Bad Request", "", r#"{"error":"invalid_scope"}"#, "the token endpoint refused: `invalid_scope`"),
        ("400 Bad Request", "", r#"{"error":"planted"}"#, "the token endpoint answered with status 400"),
        ("302 Found", elsewhere.as_str(), good.as_str(), "the token endpoint answered with status 302"),
        ("307 Temporary Redirect", elsewhere.as_str(), "", "the token endpoint answered with status 307"),
        ("503 Service Unavailable", "Retry-After: 0\r\n", "planted", "the token endpoint answered with status 503"),
        ("204 No Content", "", "", "the token endpoint answered with status 204"),
    ] {
        bench.peer.say(status, head, body);
        assert_eq!(bench.cause(&step).await, cause, "{status}");
    }
    assert_eq!(bench.peer.heard().len(), 9, "each was asked for once");
}

#[tokio::test]
async fn an_answer_is_read_up_to_64_kib() {
    let bench = Bench::new(&json!({})).await;
    let body = issued("minted").to_string();
    let filled = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len()));
    bench.peer.say("200 OK", "", &filled(64 * 1024));
    assert_eq!(bench.value(&Step::default()).await, "Bearer minted");
    bench.peer.say("200 OK", "", &filled(64 * 1024 + 1));
    let cause = format!("the token endpoint: {}: the answer is longer than 65536 bytes", bench.peer.address);
    assert_eq!(bench.cause(&Step::default()).await, cause);
}

#[tokio::test]
async fn trap_37_a_mint_whose_answer_is_lost_is_not_asked_for_again() {
    let bench = Bench::new(&json!({})).await;
    let cause = bench.cause(&Step::default()).await;
    assert_eq!(cause, format!("the token endpoint: {}: the connection was lost", bench.peer.address));
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_does_not_answer_is_waited_for_no_longer_than_its_timeout() {
    let bench = Bench::new(&json!({ "timeout_seconds": 2 })).await;
    bench.peer.hold();
    let cause = bench.cause(&Step::default()).await;
    assert_eq!(cause, format!("the token endpoint: {}: no answer in time", bench.peer.address));
}
