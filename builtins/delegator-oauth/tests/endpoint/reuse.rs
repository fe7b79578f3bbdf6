//! Tokens that serve again.

use std::time::Duration;

use apl_cmf::PrincipalKind::{CallerWorkload, Client, Subject};
use cpex_sdk::delegation::Party;
use serde_json::{Value as Json, json};

use super::bench::{Bench, Step, issued, jwt, proofs};

fn cached() -> Json {
    json!({ "cache": { "enabled": true, "ttl_ceiling_seconds": 120 } })
}

#[tokio::test]
async fn without_a_cache_every_operation_gets_a_token_of_its_own() {
    let bench = Bench::new(&json!({})).await;
    for token in ["a", "b"] {
        bench.peer.say_json("200 OK", &issued(token));
        assert_eq!(bench.value(&Step::default()).await, format!("Bearer {token}"));
    }
}

#[tokio::test]
async fn a_token_serves_again_until_the_ceiling() {
    let bench = Bench::new(&cached()).await;
    for token in ["a", "b"] {
        bench.peer.say_json("200 OK", &issued(token));
    }
    assert_eq!(bench.value(&Step::default()).await, "Bearer a");
    bench.clock.advance(Duration::from_secs(119));
    assert_eq!(bench.value(&Step::default()).await, "Bearer a");
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.value(&Step::default()).await, "Bearer b");
    assert_eq!(bench.peer.heard().len(), 2);
}

#[tokio::test]
async fn trap_38_whatever_makes_a_token_tells_it_from_others() {
    let bench = Bench::new(&cached()).await;
    let all = |user, workload| proofs(&[(Subject, user), (Client, "client-token"), (CallerWorkload, workload)]);
    let step = Step { proofs: all("user-token", "workload-token"), ..Step::default() };
    let same = proofs(&[(Subject, "other-token"), (Client, "user-token")]);
    let acting = Step { actor: Some(Party::CallerWorkload), ..step.clone() };
    let steps = [
        step.clone(),
        Step { proofs: all("other-token", "workload-token"), ..step.clone() },
        Step { subject: Party::Client, ..step.clone() },
        Step { subject: Party::Client, proofs: same, ..step.clone() },
        Step { subject: Party::ThisWorkload, ..step.clone() },
        acting.clone(),
        Step { actor: Some(Party::Client), ..step.clone() },
        Step { proofs: all("user-token", "other-workload"), ..acting },
        Step { audience: "other-api", ..step.clone() },
        Step { target: Some("https://api.example"), ..step.clone() },
        Step { permissions: &["write"], ..step.clone() },
        Step { permissions: &["read", "write"], ..step.clone() },
        Step { permissions: &[], ..step },
    ];
    for number in 0..steps.len() {
        bench.peer.say_json("200 OK", &issued(&format!("t{number}")));
    }
    for _ in 0..2 {
        for (number, step) in steps.iter().enumerate() {
            assert_eq!(bench.value(step).await, format!("Bearer t{number}"), "{number}");
        }
    }
    assert_eq!(bench.peer.heard().len(), steps.len());
}

#[tokio::test]
async fn what_the_cache_serves_is_granted_and_noted_like_what_was_minted() {
    let bench = Bench::new(&cached()).await;
    let mut answer = issued(&jwt(&json!({ "sub": "ada" })));
    answer["scope"] = json!("less");
    bench.peer.say_json("200 OK", &answer);
    let step = Step { actor: Some(Party::CallerWorkload), ..Step::default() };
    for _ in 0..2 {
        let (minted, notes) = bench.noted(&step).await;
        assert_eq!(minted.unwrap().permissions, ["less".into()]);
        assert_eq!(notes, ["the minted token does not say who acts"]);
    }
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test]
async fn a_failure_is_not_kept() {
    let bench = Bench::new(&cached()).await;
    bench.peer.say("400 Bad Request", "", r#"{"error":"invalid_grant"}"#);
    bench.peer.say_json("200 OK", &issued("a"));
    assert_eq!(bench.cause(&Step::default()).await, "the token endpoint refused: `invalid_grant`");
    assert_eq!(bench.value(&Step::default()).await, "Bearer a");
}

#[tokio::test]
async fn operations_at_once_wait_for_one_mint() {
    let bench = Bench::new(&cached()).await;
    bench.peer.hold();
    bench.peer.say_json("200 OK", &issued("a"));
    let step = Step::default();
    let (a, b, c, ()) = tokio::join!(bench.value(&step), bench.value(&step), bench.value(&step), bench.let_go());
    assert_eq!([a, b, c], ["Bearer a", "Bearer a", "Bearer a"]);
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test]
async fn operations_at_once_fail_with_one_mint() {
    let bench = Bench::new(&cached()).await;
    bench.peer.hold();
    bench.peer.say("400 Bad Request", "", r#"{"error":"invalid_grant"}"#);
    let step = Step::default();
    let (a, b, ()) = tokio::join!(bench.cause(&step), bench.cause(&step), bench.let_go());
    assert_eq!(a, "the token endpoint refused: `invalid_grant`");
    assert_eq!(b, a);
    assert_eq!(bench.peer.heard().len(), 1);
}
