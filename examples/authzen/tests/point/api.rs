//! What the API says of requests, answers and errors.

use cpex::sdk::http::OutboundMethod;
use serde_json::{Value as Json, json};

use super::running::{BETH, JSON, MORTY, Running, TOKEN, text};

const ONE: &str = "/access/v1/evaluation";
const SEVERAL: &str = "/access/v1/evaluations";

fn question(name: &str) -> Json {
    let resource = json!({ "type": "todo", "id": "1", "properties": { "ownerID": "morty@the-citadel.com" } });
    json!({ "subject": { "type": "user", "id": MORTY }, "action": { "name": name }, "resource": resource })
}

#[tokio::test]
async fn a_denial_is_an_answer_with_a_reason() {
    let running = Running::new().await;
    let mut asked = question("can_create_todo");
    asked["subject"]["id"] = json!(BETH);
    let reason = json!({ "code": "policy.denied", "reason_user": { "en": "only admins and editors write todos" } });
    assert_eq!(running.asked(ONE, &asked).await, json!({ "decision": false, "context": reason }));
    for (pointer, value, code) in [
        ("/subject/id", json!("nobody"), "policy.denied"),
        ("/action/name", json!("can_fly"), "route.unmatched"),
        ("/resource/type", json!("user"), "args.invalid"),
    ] {
        let mut asked = question("can_create_todo");
        *asked.pointer_mut(pointer).unwrap() = value;
        let answer = running.asked(ONE, &asked).await;
        assert_eq!((&answer["decision"], &answer["context"]["code"]), (&json!(false), &json!(code)), "{pointer}");
    }
    let mut asked = question("can_create_todo");
    asked["subject"]["type"] = json!("starship");
    let error = json!({ "status": 400, "message": "subjects of this type are not known here" });
    assert_eq!(running.asked(ONE, &asked).await, json!({ "decision": false, "context": { "error": error } }));
}

#[tokio::test]
async fn members_that_the_api_does_not_name_are_ignored() {
    let running = Running::new().await;
    let mut asked = question("can_create_todo");
    asked["more"] = json!([1]);
    asked["subject"]["identity"] = json!("planted");
    asked["context"] = json!({ "time": "1985-10-26T01:22-07:00" });
    assert_eq!(running.asked(ONE, &asked).await, json!({ "decision": true }));
}

#[tokio::test]
async fn several_are_gone_through_as_is_said() {
    let running = Running::new().await;
    let defaults = question("can_read_todos");
    let decided = async |semantic: Option<&str>, names: &[&str]| {
        let mut asked = defaults.clone();
        asked["evaluations"] = names.iter().map(|name| json!({ "action": { "name": name } })).collect();
        if let Some(semantic) = semantic {
            asked["options"] = json!({ "evaluations_semantic": semantic });
        }
        let answer = running.asked(SEVERAL, &asked).await;
        assert_eq!(answer.get("decision"), None);
        let answers = answer["evaluations"].as_array().unwrap().clone();
        answers.iter().map(|answer| answer["decision"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    let (yes, no) = ("can_create_todo", "can_fly");
    assert_eq!(decided(None, &[yes, no, yes]).await, [true, false, true]);
    assert_eq!(decided(Some("execute_all"), &[no, no]).await, [false, false]);
    assert_eq!(decided(Some("deny_on_first_deny"), &[yes, no, yes]).await, [true, false]);
    assert_eq!(decided(Some("deny_on_first_deny"), &[yes, yes]).await, [true, true]);
    assert_eq!(decided(Some("permit_on_first_permit"), &[no, yes, no]).await, [false, true]);
    assert_eq!(decided(Some("permit_on_first_permit"), &[no, no]).await, [false, false]);
}

#[tokio::test]
async fn without_a_list_evaluations_are_one() {
    let running = Running::new().await;
    let mut asked = question("can_create_todo");
    assert_eq!(running.asked(SEVERAL, &asked).await, json!({ "decision": true }));
    asked["evaluations"] = json!([]);
    assert_eq!(running.asked(SEVERAL, &asked).await, json!({ "decision": true }));
}

#[tokio::test]
async fn one_of_several_that_is_malformed_is_denied_alone() {
    let running = Running::new().await;
    let mut asked = question("can_create_todo");
    asked["evaluations"] = json!([{}, { "action": { "name": 7 } }, "planted", { "context": [] }]);
    let error =
        |message: &str| json!({ "decision": false, "context": { "error": { "status": 400, "message": message } } });
    let answers = json!([
        { "decision": true },
        error("`name` of `action` is no text"),
        error("an element of `evaluations` is no object"),
        error("`context` is no object"),
    ]);
    assert_eq!(running.asked(SEVERAL, &asked).await, json!({ "evaluations": answers }));
}

#[tokio::test]
async fn a_malformed_request_is_a_400_that_says_what_is_wrong_and_repeats_nothing() {
    let running = Running::new().await;
    let without = |key: &str| {
        let mut asked = question("planted");
        asked.as_object_mut().unwrap().remove(key);
        asked.to_string()
    };
    let with = |pointer: &str, value: Json| {
        let mut asked = question("planted");
        *asked.pointer_mut(pointer).unwrap() = value;
        asked.to_string()
    };
    for (path, body, why) in [
        (ONE, String::new(), "the body is not a JSON object"),
        (ONE, "[]".to_owned(), "the body is not a JSON object"),
        (ONE, r#"{"subject":{"type":"user","type":"planted"}}"#.to_owned(), "the body states a member twice"),
        (ONE, without("subject"), "`subject` is missing"),
        (ONE, without("action"), "`action` is missing"),
        (ONE, without("resource"), "`resource` is missing"),
        (ONE, with("/subject", json!("planted")), "`type` of `subject` is no text"),
        (ONE, with("/subject/id", json!(7)), "`id` of `subject` is no text"),
        (ONE, with("/resource/type", json!(null)), "`type` of `resource` is no text"),
        (ONE, with("/resource/properties", json!([])), "`properties` of `resource` is no object"),
        (ONE, with("/action", json!({})), "`name` of `action` is no text"),
        (SEVERAL, r#"{"evaluations":{}}"#.to_owned(), "`evaluations` is no list"),
        (SEVERAL, r#"{"evaluations":[{}],"options":1}"#.to_owned(), "`options` is no object"),
        (
            SEVERAL,
            r#"{"evaluations":[{}],"options":{"evaluations_semantic":"planted"}}"#.to_owned(),
            "`evaluations_semantic` is none of the three",
        ),
    ] {
        assert_eq!(running.refused(path, &body).await, (400, why.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn calls_that_are_none_of_the_api_are_refused() {
    let running = Running::new().await;
    let token = format!("Bearer {TOKEN}");
    let asked = question("can_create_todo").to_string();
    for header in ["", "Bearer other", TOKEN, "Basic cGxhbnRlZA=="] {
        let answer = running.posted(ONE, &[("Authorization", header)], JSON, &asked).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{header}");
    }
    let headers = [("Authorization", token.as_str())];
    assert_eq!(running.posted(ONE, &headers, "text/plain", &asked).await.status, 400);
    assert_eq!(running.posted(ONE, &headers, "application/json; charset=utf-8", &asked).await.status, 200);
    assert_eq!(running.posted("/access/v1/search", &headers, JSON, &asked).await.status, 404);
    let get = running.sent(ONE, OutboundMethod::Get, &headers).await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    let long = format!("{asked}{}", " ".repeat(256 * 1024));
    assert_eq!(running.refused(ONE, &long).await, (413, "the body is larger than 256 KiB".to_owned()));
}

#[tokio::test]
async fn an_answer_has_the_identifier_of_its_request() {
    let running = Running::new().await;
    let token = format!("Bearer {TOKEN}");
    let asked = question("can_create_todo").to_string();
    for (headers, body, status) in [
        (vec![("Authorization", token.as_str()), ("X-Request-ID", "r-1")], asked.as_str(), 200),
        (vec![("Authorization", token.as_str()), ("X-Request-ID", "r-1")], "", 400),
        (vec![("X-Request-ID", "r-1")], "", 401),
    ] {
        let answer = running.posted(ONE, &headers, JSON, body).await;
        assert_eq!((answer.status, answer.header("x-request-id")), (status, Some("r-1")), "{}", text(&answer));
    }
    let answer = running.posted(ONE, &[("Authorization", token.as_str())], JSON, &asked).await;
    assert_eq!(answer.header("x-request-id"), None);
}

#[tokio::test]
async fn metadata_says_where_the_endpoints_are() {
    let running = Running::new().await;
    let answer = running.sent("/.well-known/authzen-configuration", OutboundMethod::Get, &[]).await;
    let metadata: Json = serde_json::from_slice(&answer.body).unwrap();
    let url = &running.url;
    let expected = json!({
        "policy_decision_point": url,
        "access_evaluation_endpoint": format!("{url}{ONE}"),
        "access_evaluations_endpoint": format!("{url}{SEVERAL}"),
    });
    assert_eq!((answer.status, metadata), (200, expected));
}
