//! What becomes of answers, good and bad. What a body may say is tested beside its reader.

use serde_json::json;

use super::bench::{Bench, SECRET, read};

#[tokio::test]
async fn a_denial_is_an_answer() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &json!({ "decision": false, "context": { "reason_user": { "en": "planted" } } }));
    assert_eq!(bench.asked(&read("7")).await, "deny");
}

#[tokio::test]
async fn a_bad_answer_decides_nothing_and_is_repeated_nowhere() {
    let bench =
        Bench::new(&json!({ "auth": { "kind": "bearer", "token": { "kind": "env_var", "name": "SECRET" } } })).await;
    let elsewhere = format!("Location: http://{}/elsewhere\r\n", bench.peer.address);
    let good = r#"{"decision":true}"#;
    for (status, head, body, why) in [
        ("200 OK", "", "<html>planted</html>", "the answer of the decision point is not a JSON object"),
        ("200 OK", "X-Request-ID: planted\r\n", good, "the answer of the decision point is to another request"),
        ("302 Found", elsewhere.as_str(), good, "the decision point answered with status 302"),
        ("307 Temporary Redirect", elsewhere.as_str(), "", "the decision point answered with status 307"),
        ("401 Unauthorized", "", r#""planted""#, "the decision point answered with status 401"),
        ("503 Service Unavailable", "Retry-After: 0\r\n", "planted", "the decision point answered with status 503"),
    ] {
        bench.peer.say(status, head, body);
        let said = bench.asked(&read("planted")).await;
        assert_eq!(said, why, "{status}");
        assert!(!said.contains("planted") && !said.contains(SECRET));
    }
    assert_eq!(bench.peer.heard().len(), 6, "each was asked once");
}

#[tokio::test]
async fn an_answer_is_read_up_to_64_kib() {
    let bench = Bench::new(&json!({})).await;
    let body = json!({ "decision": true }).to_string();
    let filled = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len()));
    bench.peer.say("200 OK", "", &filled(64 * 1024));
    assert_eq!(bench.asked(&read("7")).await, "permit");
    bench.peer.say("200 OK", "", &filled(64 * 1024 + 1));
    let why = format!("the decision point: {}: the answer is longer than 65536 bytes", bench.peer.address);
    assert_eq!(bench.asked(&read("7")).await, why);
}

#[tokio::test]
async fn a_question_whose_answer_is_lost_is_not_asked_again() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.hang_up();
    let why = format!("the decision point: {}: the connection was lost", bench.peer.address);
    assert_eq!(bench.asked(&read("7")).await, why);
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_decision_point_that_does_not_answer_is_waited_for_no_longer_than_its_timeout() {
    let bench = Bench::new(&json!({ "timeout_ms": 250 })).await;
    bench.peer.hold();
    let why = format!("the decision point: {}: no answer in time", bench.peer.address);
    assert_eq!(bench.asked(&read("7")).await, why);
}
