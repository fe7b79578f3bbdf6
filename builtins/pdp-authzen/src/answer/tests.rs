use super::*;

/// What is made of a body.
fn of(asks: Asks, status: u16, id: &[(&str, &str)], body: &str) -> Result<bool, String> {
    let headers = id.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let response = OutboundResponse { status, headers, body: body.as_bytes().to_vec().into() };
    read(&response, asks, "7").map_err(|error| error.0)
}

fn one(body: &str) -> Result<bool, String> {
    of(Asks::One, 200, &[], body)
}

#[test]
fn a_decision_is_a_boolean_and_nothing_that_looks_like_one() {
    assert_eq!(one(r#"{"decision":true}"#), Ok(true));
    assert_eq!(one(r#" {"context":{"reason":"planted"},"decision":false,"more":[1]} "#), Ok(false));
    let none = Err("the answer of the decision point has no `decision` that is a boolean".to_owned());
    for body in [
        "{}",
        r#"{"decision":"true"}"#,
        r#"{"decision":1}"#,
        r#"{"decision":null}"#,
        r#"{"decision":[true]}"#,
        r#"{"decision":{"decision":true}}"#,
        r#"{"Decision":true}"#,
        r#"{"evaluations":[{"decision":true}]}"#,
    ] {
        assert_eq!(one(body), none, "{body}");
    }
}

#[test]
fn a_body_that_is_not_one_object_with_each_member_once_is_refused() {
    for (body, why) in [
        ("", "is not a JSON object"),
        ("true", "is not a JSON object"),
        (r#"[{"decision":true}]"#, "is not a JSON object"),
        (r#"{"decision":true} {"decision":false}"#, "is not a JSON object"),
        (r#"{"decision":false,"decision":true}"#, "states a member twice"),
        (r#"{"decision":false,"\u0064ecision":true}"#, "states a member twice"),
        (r#"{"decision":true,"context":{"a":1,"a":2}}"#, "states a member twice"),
    ] {
        assert_eq!(one(body), Err(format!("the answer of the decision point {why}")), "{body}");
    }
    let deep = format!(r#"{{"decision":true,"context":{{"a":{}{}}}}}"#, "[".repeat(64), "]".repeat(64));
    assert_eq!(one(&deep), Err("the answer of the decision point nests deeper than 32".to_owned()));
}

#[test]
fn another_status_than_200_is_no_answer_whatever_the_body_says() {
    for status in [201, 204, 302, 400, 401, 403, 404, 500, 503] {
        let refused = format!("the decision point answered with status {status}");
        assert_eq!(of(Asks::One, status, &[], r#"{"decision":true}"#), Err(refused));
    }
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let permits = r#"{"decision":true}"#;
    assert_eq!(of(Asks::One, 200, &[("x-request-id", "7")], permits), Ok(true));
    for id in ["8", "", "07"] {
        let refused = Err("the answer of the decision point is to another request".to_owned());
        assert_eq!(of(Asks::One, 200, &[("x-request-id", id)], permits), refused, "{id:?}");
    }
}

#[test]
fn several_are_permitted_where_each_of_them_is() {
    let by = |semantic, count, decisions: &[bool]| {
        let evaluations: Vec<_> =
            decisions.iter().map(|decision| serde_json::json!({ "decision": decision })).collect();
        of(Asks::All(count, semantic), 200, &[], &serde_json::json!({ "evaluations": evaluations }).to_string())
    };
    let of = |count, decisions: &[bool]| by(Semantic::DenyOnFirstDeny, count, decisions);
    assert_eq!(of(2, &[true, true]), Ok(true));
    assert_eq!(of(2, &[false, true]), Ok(false), "one that goes on after a denial");
    assert_eq!(of(3, &[true, false]), Ok(false), "one that stops at it");
    assert_eq!(of(1, &[false]), Ok(false));
    for (count, decisions) in [(2, &[true][..]), (2, &[]), (1, &[true, true]), (3, &[false, true]), (1, &[true, false])]
    {
        let answered = decisions.len();
        let refused = format!("the decision point answered {answered} of {count} evaluations");
        assert_eq!(of(count, decisions), Err(refused), "{decisions:?}");
    }
    assert_eq!(by(Semantic::ExecuteAll, 2, &[false, true]), Ok(false));
    let stopped = "the decision point answered 2 of 3 evaluations".to_owned();
    assert_eq!(by(Semantic::ExecuteAll, 3, &[true, false]), Err(stopped), "it was not told to stop");
}

#[test]
fn an_answer_to_several_has_a_list_of_decisions() {
    let no_list = "the answer of the decision point has no list `evaluations`";
    let no_decision = "the answer of the decision point has no `decision` that is a boolean";
    for (body, why) in [
        (r#"{"decision":true}"#, no_list),
        (r#"{"evaluations":{"decision":true}}"#, no_list),
        (r#"{"evaluations":[true]}"#, "an evaluation of the decision point is no object"),
        (r#"{"evaluations":[{"decision":true},{"decision":"true"}]}"#, no_decision),
        (r#"{"evaluations":[{"decision":false},{}]}"#, no_decision),
    ] {
        assert_eq!(of(Asks::All(2, Semantic::ExecuteAll), 200, &[], body), Err(why.to_owned()), "{body}");
    }
}
