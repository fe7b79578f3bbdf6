//! What holds of any pipeline over any record.

use proptest::prelude::*;
use serde_json::Map;

use super::*;

pub(super) const SECRET: &str = "S3CR3T";

pub(super) const PATHS: [&str; 12] =
    ["ssn", "a.ssn", "a[].ssn", "[].ssn", "**.ssn", "a.**", "**[]", "a[][]", "b.**.ssn", "'a.b'", "**.a.ssn", "a[]"];

/// Records of few names, so that paths meet them, with the secret in many places.
pub(super) fn record() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        3 => Just(json!(SECRET)),
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::from),
        1 => any::<i64>().prop_map(Json::from),
        1 => any::<i32>().prop_map(|eighths| Json::from(f64::from(eighths) / 8.0)),
        1 => r#"[a-z"\\\PC]{0,6}"#.prop_map(Json::from),
    ];
    let name = || prop::sample::select(vec!["ssn", "a", "b", "a.b", "größe", "\"\\"]).prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::btree_map(name(), inner, 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// What a path leads to, by the definition of paths and with no regard for cost.
fn reached<'v>(value: &'v Json, parts: &[&str], out: &mut Vec<&'v Json>) {
    let Some((part, rest)) = parts.split_first() else {
        out.push(value);
        return;
    };
    let inside: Vec<(&str, &Json)> = match value {
        Json::Object(members) => members.iter().map(|(name, value)| (name.as_str(), value)).collect(),
        Json::Array(elements) => elements.iter().map(|value| ("[]", value)).collect(),
        _ => Vec::new(),
    };
    if *part == "**" {
        reached(value, rest, out);
    }
    for (name, value) in inside {
        if *part == "**" {
            reached(value, parts, out);
        } else if *part == name {
            reached(value, rest, out);
        }
    }
}

fn parts(path: &'static str) -> Vec<&'static str> {
    match path {
        "'a.b'" => vec!["a.b"],
        path => path.split_inclusive("[]").flat_map(split).collect(),
    }
}

fn split(part: &'static str) -> impl Iterator<Item = &'static str> {
    let (names, each) = part.strip_suffix("[]").map_or((part, None), |names| (names, Some("[]")));
    names.split('.').filter(|name| !name.is_empty()).chain(each)
}

/// The record as text, with blanks wherever they may stand and the first letter of each name escaped.
pub(super) fn spaced(value: &Json) -> String {
    match value {
        Json::Object(members) => {
            let pair = |(name, value): (&String, &Json)| format!("\t{} :{} ", escaped(name), spaced(value));
            format!("{{{}}}", members.iter().map(pair).collect::<Vec<_>>().join(","))
        }
        Json::Array(elements) => format!("[ {}\n]", elements.iter().map(spaced).collect::<Vec<_>>().join(" , ")),
        leaf => leaf.to_string(),
    }
}

fn escaped(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| format!("\\u{:04X}", u32::from(first))).unwrap_or_default();
    let rest = Json::from(chars.as_str()).to_string();
    format!("\"{first}{}", rest.strip_prefix('"').unwrap())
}

fn active_on<T>(path: &str, pipeline: &str, check: impl FnOnce(&ActiveRewrite<'_, Attribute>) -> T) -> T {
    let rewrite = rewrite(path, pipeline).unwrap();
    check(&rewrite.activate(&World::new(json!({"roles": ["hr"]}))).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_redacted_record_has_no_secret_where_the_path_leads(value in record(), path in prop::sample::select(&PATHS[..])) {
        active_on(path, "redact", |active| {
            let mut treated = value.clone();
            if active.apply(&mut treated).is_err() {
                return Ok(());
            }
            let mut met = Vec::new();
            reached(&treated, &parts(path), &mut met);
            prop_assert!(met.iter().all(|value| **value == json!("[REDACTED]")), "{path} of {value}: {treated}");
            // Exactly what the path led to was replaced: elsewhere nothing is lost.
            let mut before = Vec::new();
            reached(&value, &parts(path), &mut before);
            prop_assert_eq!(before.is_empty(), treated == value);
            Ok(())
        })?;
    }

    #[test]
    fn text_is_treated_as_the_value_it_holds_is(
        value in record(),
        path in prop::sample::select(&PATHS[..]),
        pipeline in prop::sample::select(vec!["redact", "omit", "mask(2)", "hash", "str", "required", "int | redact(role.hr)", "omit(role.x) | map"]),
    ) {
        prop_assume!(value.is_object() || value.is_array());
        active_on(path, pipeline, |active| {
            for document in [value.to_string(), spaced(&value)] {
                let mut treated = value.clone();
                let in_place = active.apply(&mut treated);
                let text = active.apply_text(&document);
                prop_assert_eq!(in_place.is_ok(), text.is_ok(), "{} {} of {}", path, pipeline, document);
                let (Ok(changed), Ok(text)) = (in_place, text) else { continue };
                prop_assert_eq!(changed, text.is_some());
                let text = text.unwrap_or(document);
                prop_assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), treated, "{} {} gave {}", path, pipeline, text);
            }
            Ok(())
        })?;
    }

    #[test]
    fn bytes_outside_the_treated_values_stay(value in record(), path in prop::sample::select(&PATHS[..])) {
        prop_assume!(value.is_object() || value.is_array());
        active_on(path, "redact", |active| {
            let mut treated = value.clone();
            if let (Ok(_), Ok(text)) = (active.apply(&mut treated), active.apply_text(&spaced(&value))) {
                prop_assert_eq!(text.unwrap_or_else(|| spaced(&value)), spaced(&treated));
            }
            Ok(())
        })?;
    }

    #[test]
    fn any_text_is_a_pipeline_or_refused_at_a_place_in_it(field in r"\PC{0,6}", pipeline in r#"((str|redact|len|enum|regex|omit|1\.\.)?[()|.'"\\&! é]{0,3}|\PC){0,6}"#) {
        let sources = Sources::single("policy.yaml", pipeline.as_str());
        let mut faults = Vec::new();
        let context = Context::new(&Words, &Plugins, &sources);
        let rewrite = compile(&text(&field), &text(&pipeline), Side::Args, &context, &mut faults);
        prop_assert!(rewrite.is_some() || !faults.is_empty());
    }

    #[test]
    fn any_text_is_treated_or_refused(document in r#"([{}\[\],:" ]|"ssn"|"a"|S3CR3T|\PC){0,16}"#, path in prop::sample::select(&PATHS[..])) {
        active_on(path, "redact", |active| {
            match active.apply_text(&document) {
                Ok(_) => prop_assert!(serde_json::from_str::<Json>(&document).is_ok()),
                Err(fault) => prop_assert_eq!(fault, RewriteFault::Unreadable),
            }
            Ok(())
        })?;
    }
}
