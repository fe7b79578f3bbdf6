//! Compares what was expected with what was seen.

use std::collections::BTreeSet;

use cpex::apl::Number;
use serde_json::{Map, Value as Json};

use super::expect::Expect;
use super::seen::Seen;

/// How many characters of a value a difference shows.
const SHOWN: usize = 200;

/// Every difference, each naming the expectation, what it asks for and what there is.
pub(crate) fn differences(expect: &Expect, seen: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    for (key, expected) in &expect.0 {
        match *key {
            "decision" => decision(expected, seen, &mut found),
            "labels" | "message_labels" => labels(key, expected, &seen.value(key), &mut found),
            "response" => response(expected, &seen.value(key), &mut found),
            "audit" => audit(expected, seen, &mut found),
            "trace" => compare("trace", expected, &seen.trace.clone().into(), Extra::Passed, &mut found),
            "args" if !seen.backend_called && !expected.is_null() => {
                found.push(difference(key, &show(expected), "nothing: the backend was not called"));
            }
            _ => compare(key, expected, &seen.value(key), Extra::Refused, &mut found),
        }
    }
    found
}

/// Whether a map may hold more than is expected of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extra {
    Refused,
    Passed,
}

fn decision(expected: &Json, seen: &Seen, found: &mut Vec<String>) {
    if *expected == seen.value("decision") {
        return;
    }
    let why = seen.why().map(|why| format!(" ({why})")).unwrap_or_default();
    found.push(format!("decision: expected {}, got {}{why}", bare(expected), seen.decision));
}

fn labels(key: &str, expected: &Json, got: &Json, found: &mut Vec<String>) {
    fn set(list: &Json) -> BTreeSet<&str> {
        list.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
    }
    let (expected, got) = (set(expected), set(got));
    if expected != got {
        found.push(difference(key, &format!("{expected:?}"), &format!("{got:?}")));
    }
}

/// The given members; headers exactly.
fn response(expected: &Json, got: &Json, found: &mut Vec<String>) {
    let (Json::Object(members), Json::Object(_)) = (expected, got) else {
        compare("response", expected, got, Extra::Refused, found);
        return;
    };
    for (name, expected) in members {
        let got = got.get(name).unwrap_or(&Json::Null);
        compare(&format!("response.{name}"), expected, got, Extra::Refused, found);
    }
}

fn audit(expected: &Json, seen: &Seen, found: &mut Vec<String>) {
    match expected {
        Json::Array(expected) => {
            if expected.len() != seen.records.len() {
                let records =
                    |count: usize| if count == 1 { "1 record".to_owned() } else { format!("{count} records") };
                found.push(difference("audit", &records(expected.len()), &records(seen.records.len())));
            }
            for (index, (expected, got)) in expected.iter().zip(&seen.records).enumerate() {
                compare(&format!("audit[{index}]"), expected, got, Extra::Passed, found);
            }
        }
        expected => match seen.records.last() {
            Some(got) => compare("audit", expected, got, Extra::Passed, found),
            None => found.push(difference("audit", &show(expected), "no record")),
        },
    }
}

fn compare(path: &str, expected: &Json, got: &Json, extra: Extra, found: &mut Vec<String>) {
    match (expected, got) {
        (Json::Object(expected), Json::Object(got)) => members(path, expected, got, extra, found),
        (Json::Array(expected), Json::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                compare(&format!("{path}[{index}]"), expected, got, extra, found);
            }
        }
        (Json::Number(expected), Json::Number(got)) if Number::from(expected) == Number::from(got) => {}
        (expected, got) if expected == got => {}
        (expected, got) => found.push(difference(path, &show(expected), &show(got))),
    }
}

fn members(path: &str, expected: &Map<String, Json>, got: &Map<String, Json>, extra: Extra, found: &mut Vec<String>) {
    for (name, expected) in expected {
        let path = format!("{path}.{name}");
        match got.get(name) {
            Some(got) => compare(&path, expected, got, extra, found),
            None => found.push(difference(&path, &show(expected), "nothing")),
        }
    }
    if extra == Extra::Refused {
        for (name, got) in got.iter().filter(|(name, _)| !expected.contains_key(*name)) {
            found.push(difference(&format!("{path}.{name}"), "nothing", &show(got)));
        }
    }
}

fn difference(path: &str, expected: &str, got: &str) -> String {
    format!("{path}: expected {expected}, got {got}")
}

fn bare(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value on one line, cut where it is long.
fn show(value: &Json) -> String {
    if value.is_null() {
        return "nothing".to_owned();
    }
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(expected: &Json, got: &Json, extra: Extra) -> Vec<String> {
        let mut found = Vec::new();
        compare("result", expected, got, extra, &mut found);
        found
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert!(of(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]}), Extra::Refused).is_empty());
        assert_eq!(of(&json!(1), &json!(1.5), Extra::Refused), ["result: expected 1, got 1.5"]);
    }

    #[test]
    fn differences_name_their_path_and_both_values() {
        let found = of(&json!({"a": 1, "ssn": "[REDACTED]"}), &json!({"b": 2, "ssn": "555"}), Extra::Refused);
        let expected = [
            "result.a: expected 1, got nothing",
            "result.ssn: expected \"[REDACTED]\", got \"555\"",
            "result.b: expected nothing, got 2",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_not_given_is_passed_only_where_that_is_asked() {
        assert!(of(&json!({"a": {"b": 1}}), &json!({"a": {"b": 1, "c": 2}, "d": 3}), Extra::Passed).is_empty());
        assert_eq!(of(&json!({}), &json!({"d": 3}), Extra::Refused), ["result.d: expected nothing, got 3"]);
    }

    #[test]
    fn a_longer_list_differs_as_a_whole() {
        assert_eq!(of(&json!([1]), &json!([1, 2]), Extra::Passed), ["result: expected [1], got [1,2]"]);
    }

    #[test]
    fn a_text_and_a_number_differ() {
        assert_eq!(of(&json!("1"), &json!(1), Extra::Refused), ["result: expected \"1\", got 1"]);
    }
}
