//! What field pipelines make of strange text, of lists and maps, of names that look alike, and of values past the limits.

use cpex::Answer;
use serde_json::{Value as Json, json};

use super::monitor::{End, args, denied, refused, result, text};

fn of_field(field: &str, pipeline: &str) -> String {
    json!({ "routes": [{ "tool": "t", "result": { field: pipeline } }] }).to_string()
}

fn released(field: &str, pipeline: &str, value: &Json) -> Json {
    let parts = vec![text(&value.to_string())];
    match result(&of_field(field, pipeline), Answer::with_parts(value.clone(), parts)) {
        End::Allowed(_, parts) => {
            let [structured, Json::String(text)] = parts.as_slice() else { panic!("{parts:?}") };
            assert_eq!(serde_json::from_str::<Json>(text).unwrap(), *structured, "both forms are treated alike");
            structured.clone()
        }
        End::Denied(code) => code.into(),
    }
}

#[test]
fn trap_18_an_empty_stage_is_refused_and_none_is_dropped() {
    for pipeline in ["", " ", "|", "| redact", "redact |", "str || redact", "str | | redact"] {
        assert!(!refused(&of_field("a", pipeline)).is_empty(), "`{pipeline}`");
    }
    let quoted = "enum('a|b', ')') | redact";
    assert_eq!(released("a", quoted, &json!({ "a": "a|b" })), json!({ "a": "[REDACTED]" }));
    assert_eq!(released("a", quoted, &json!({ "a": "a" })), json!("result.invalid"));
}

#[test]
fn trap_19_a_bad_regular_expression_is_refused_at_load() {
    let codes = |policy: &str| refused(policy).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    for regex in ["(", "[a", "a{99999999}", "(?=a)", "\\1"] {
        assert!(!codes(&of_field("a", &format!("regex('{regex}')"))).is_empty(), "{regex}");
        let rule = format!("args.a matches '{regex}': deny");
        assert!(!codes(&json!({ "routes": [{ "tool": "t", "policy": [rule] }] }).to_string()).is_empty(), "{regex}");
    }
}

#[test]
fn trap_19_a_scan_stage_inspects() {
    let letter = json!({ "a": "it is 123-45-6789, they say" });
    assert_eq!(released("a", "pii.detect(deny)", &letter), json!("result.scan"));
    assert_eq!(released("a", "pii.redact", &letter), json!({ "a": "it is [REDACTED], they say" }));
    assert_eq!(released("a", "pii.detect(deny)", &json!({ "a": "it is nobody's" })), json!({ "a": "it is nobody's" }));
}

#[test]
fn trap_20_every_text_of_a_result_is_redacted_or_the_phase_denies() {
    let ssn = json!({ "ssn": "123-45-6789" });
    let with = |texts: &[&str]| {
        let parts = texts.iter().map(|block| text(block)).collect();
        result(&of_field("ssn", "redact"), Answer::with_parts(ssn.clone(), parts))
    };
    let End::Allowed(_, parts) = with(&[&ssn.to_string(), r#"{"a":1}"#, r#" { "\u0073sn" : 5, "ssn": 6 } "#]) else {
        panic!("every part can be read")
    };
    let redacted = r#"{"ssn":"[REDACTED]"}"#;
    let twice = r#" { "\u0073sn" : "[REDACTED]", "ssn": "[REDACTED]" } "#;
    assert_eq!(parts, [json!({ "ssn": "[REDACTED]" }), json!(redacted), json!(r#"{"a":1}"#), json!(twice)]);
    let (json, word) = (ssn.to_string(), "it is 123-45-6789");
    for texts in [&[word][..], &[&json, word], &[word, &json], &[&json, &format!("{json} {json}")]] {
        assert_eq!(with(texts), denied("result.unreadable"), "{texts:?}");
    }
}

#[test]
fn trap_21_redaction_in_lists_and_maps_does_what_the_path_says() {
    let value = json!({
        "ssn": 1, "items": [{ "ssn": 2, "n": [{ "ssn": 3 }] }, { "ssn": 4 }], "map": { "ssn": 5, "in": { "ssn": 6 } },
    });
    let with = |paths: &[&str]| {
        let mut value = value.clone();
        for path in paths {
            *value.pointer_mut(path).unwrap() = "[REDACTED]".into();
        }
        value
    };
    for (field, paths) in [
        ("ssn", &["/ssn"][..]),
        ("items[].ssn", &["/items/0/ssn", "/items/1/ssn"]),
        ("map.ssn", &["/map/ssn"]),
        ("map.in.ssn", &["/map/in/ssn"]),
        ("map.**.ssn", &["/map/ssn", "/map/in/ssn"]),
        ("items[].**.ssn", &["/items/0/ssn", "/items/0/n/0/ssn", "/items/1/ssn"]),
        ("**.ssn", &["/ssn", "/items/0/ssn", "/items/0/n/0/ssn", "/items/1/ssn", "/map/ssn", "/map/in/ssn"]),
    ] {
        assert_eq!(released(field, "redact", &value), with(paths), "`{field}`");
    }
    // A map where the path expects a list, and the reverse, hides nothing in silence.
    assert_eq!(released("map[].ssn", "redact", &value), json!("result.unreadable"));
    assert_eq!(released("items.ssn", "redact", &value), json!("result.unreadable"));
}

#[test]
fn trap_21_names_that_differ_by_normalisation_only_are_different_fields() {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}");
    let value = json!({ composed: 1, decomposed: 2 });
    assert_eq!(released(composed, "redact", &value), json!({ composed: "[REDACTED]", decomposed: 2 }));
    assert_eq!(released(decomposed, "redact", &value), json!({ composed: 1, decomposed: "[REDACTED]" }));
    assert_eq!(released(&format!("**.{composed}"), "omit", &value), json!({ decomposed: 2 }));
    let pages = include_str!("../../../docs/language.md");
    assert!(pages.contains("without Unicode normalisation"), "the docs say which");
}

#[test]
fn trap_22_a_value_that_is_too_deep_is_denied_and_not_cut() {
    let deep = |levels: usize| (0..levels).fold(json!("x"), |inner, _| json!([inner]));
    let limits = r#"plugin_settings: { limits: { max_depth: 8 } }
routes: [ { tool: t, args: { "**.x": str }, result: { "**.x": redact } } ]"#;
    // The member itself is a level.
    assert!(matches!(args(limits, &json!({ "a": deep(7) })), End::Allowed(..)));
    assert_eq!(args(limits, &json!({ "a": deep(8) })), denied("args.invalid"));
    let structured = |levels| result(limits, Answer::structured(json!({ "a": deep(levels) })));
    let written = |levels| {
        let parts = vec![text(&json!({ "a": deep(levels) }).to_string())];
        result(limits, Answer::with_parts(Json::Null, parts))
    };
    for (end, value) in [(structured(7), json!({ "a": deep(7) })), (written(7), Json::Null)] {
        let End::Allowed(_, parts) = end else { panic!("{end:?}") };
        assert_eq!(*parts.first().unwrap(), value);
    }
    assert_eq!(structured(8), denied("result.unreadable"));
    assert_eq!(written(8), denied("result.unreadable"));
}

#[test]
fn trap_22_a_document_that_is_too_large_or_too_deep_is_refused() {
    let long = format!("routes: []\n# {}", "x".repeat(9 << 20));
    let deep = format!("routes: {}{}", "[".repeat(400), "]".repeat(400));
    for text in [long, deep] {
        assert!(!refused(&text).is_empty());
    }
}
