//! Policies may nest as deep as their author likes.

use std::thread;

use serde_json::{Value as Json, json};

use super::support::{alice, answer, ask, policies, refused};

const LEVELS: usize = 10_000;

fn step() -> Json {
    json!({ "action": "view", "resource": { "type": "Doc", "id": "d" }, "context": { "a": 1 } })
}

/// A policy with that condition decides, on a thread that has little stack, and is dropped there.
fn permits(condition: &str) -> Result<bool, String> {
    let text = format!("permit(principal, action, resource) when {{ {condition} }};");
    let small = thread::Builder::new().stack_size(1 << 20);
    let asked = small.spawn(move || answer(&policies(&text), &step(), &alice()).map(|verdict| verdict.permits));
    asked.unwrap().join().unwrap()
}

#[test]
fn brackets_nest_deep() {
    assert_eq!(permits(&format!("{}true{}", "(".repeat(LEVELS), ")".repeat(LEVELS))), Ok(true));
}

#[test]
fn operators_stand_in_long_rows() {
    assert_eq!(permits(&format!("true{}", " && true".repeat(LEVELS))), Ok(true));
    assert_eq!(permits(&format!("1{} > {LEVELS}", " + 1".repeat(LEVELS))), Ok(true));
}

#[test]
fn conditions_and_sets_nest_deep() {
    assert_eq!(permits(&format!("{}true{}", "if true then ".repeat(LEVELS), " else false".repeat(LEVELS))), Ok(true));
    assert_eq!(permits(&format!("{}1{} == context.a", "[".repeat(LEVELS), "]".repeat(LEVELS))), Ok(false));
}

#[test]
fn one_condition_after_another_is_deep_too() {
    let more = " } when { true".repeat(LEVELS / 2);
    assert_eq!(permits(&format!("true{more}")), Ok(true));
}

#[test]
fn there_is_an_end_to_it() {
    let text = format!("permit(principal, action, resource) when {{ {}true }};", "(".repeat(20_000));
    let found = refused(json!({ "policy_text": text }));
    let expected = "policy_text: a policy may nest more than 20000 levels \
                    (write several policies; brackets count, and operators in a row)";
    assert_eq!(found, [expected]);
    let long = " ".repeat((8 << 20) + 1);
    assert_eq!(refused(json!({ "policy_text": long })), ["policy_text: policies of more than 8388608 bytes"]);
    let schema = format!("entity A {{ a: {}Long{} }};", "Set<".repeat(300), ">".repeat(300));
    let found = refused(json!({ "policy_text": "", "schema": schema }));
    assert_eq!(found, ["schema: the schema nests more than 256 levels"]);
}

#[test]
fn a_value_of_a_request_nests_as_deep_as_values_may() {
    let filled = |levels: usize| {
        let nested = (0..levels).fold(json!(1), |value, _| json!([value]));
        let engine = policies("permit(principal, action, resource) when { context.a == context.a };");
        let step = json!({ "action": "view", "resource": { "type": "Doc", "id": "d" }, "context": "${args}" });
        let prepared = engine.prepare(&step).unwrap();
        let filled = json!({
            "action": "view", "resource": { "type": "Doc", "id": "d" }, "context": { "a": nested },
        });
        ask(&prepared, &filled, &alice()).map(|verdict| verdict.permits).map_err(|error| error.0)
    };
    let on_a_small_thread = |levels| thread::Builder::new().stack_size(1 << 20).spawn(move || filled(levels));
    assert_eq!(on_a_small_thread(32).unwrap().join().unwrap(), Ok(true));
    assert_eq!(on_a_small_thread(33).unwrap().join().unwrap(), Err("`context` nests too deep".to_owned()));
}
