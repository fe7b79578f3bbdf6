//! What stages are noted to have done, where somebody watches.

use super::*;

/// What each stage did with these payloads, one letter a deed: `p`assed, `c`hanged, `r`efused.
fn deeds(field: &str, pipeline: &str, texts: &[&str]) -> Vec<String> {
    let rewrite = rewrite(field, pipeline).unwrap();
    let activate = || rewrite.activate(&World::new(json!({"roles": ["hr"]}))).unwrap();
    let (values, spliced) = (activate(), activate());
    values.watch();
    spliced.watch();
    for text in texts {
        let _ = values.apply(&mut serde_json::from_str(text).unwrap());
        let _ = spliced.apply_text(text);
    }
    let shown = |active: &ActiveRewrite<'_, Attribute>| active.deeds().map(letters).collect::<Vec<_>>();
    assert_eq!(shown(&values), shown(&spliced), "{field}: {pipeline}");
    shown(&values)
}

fn letters(deeds: Deeds) -> String {
    let Deeds { passed, changed, refused } = deeds;
    [(passed, 'p'), (changed, 'c'), (refused, 'r')].into_iter().filter(|(did, _)| *did).map(|(_, did)| did).collect()
}

#[test]
fn a_stage_is_noted_to_have_passed_changed_or_refused_values() {
    assert_eq!(deeds("a", "str | mask(1)", &[r#"{"a": "abc"}"#]), ["p", "c"]);
    assert_eq!(deeds("a", "str | mask(1)", &[r#"{"a": 1}"#]), ["r", ""]);
    assert_eq!(deeds("a", "str | mask(1)", &[r#"{"a": 1}"#, r#"{"a": "abc"}"#]), ["pr", "c"]);
    assert_eq!(deeds("[].a", "int | 1..5", &[r#"[{"a": 1}, {"a": 9}, {"a": "x"}]"#]), ["p", "pr"]);
    assert_eq!(deeds("a", "mask(1)", &[r#"{"a": true}"#]), ["r"]);
}

#[test]
fn a_stage_that_meets_no_value_is_noted_to_have_done_nothing() {
    assert_eq!(deeds("a", "str | mask(1)", &["{}"]), ["", ""]);
    assert_eq!(deeds("a", "str | redact", &[r#"{"a": null}"#]), ["", "c"]);
    assert_eq!(deeds("a", "omit | str", &[r#"{"a": 1}"#]), ["c", ""]);
    assert_eq!(deeds("a", "redact(role.it) | omit(role.hr)", &[r#"{"a": 1}"#]), ["", "c"]);
}

#[test]
fn required_is_noted_to_have_refused_that_there_is_no_value() {
    assert_eq!(deeds("a", "required | str", &["{}"]), ["r", ""]);
    assert_eq!(deeds("a", "str | required", &[r#"{"a": null}"#]), ["", "r"]);
    assert_eq!(deeds("**.a", "required", &[r#"{"b": 1}"#]), ["r"]);
    assert_eq!(deeds("a", "omit | required", &[r#"{"a": 1}"#]), ["c", "r"]);
    assert_eq!(deeds("a", "required", &[r#"{"a": 1}"#]), ["p"]);
}

#[test]
fn a_text_that_turns_out_not_to_be_json_leaves_no_deeds() {
    let rewrite = rewrite("a", "str").unwrap();
    let active = rewrite.activate(&World::new(json!({}))).unwrap();
    active.watch();
    assert_eq!(active.apply_text(r#"{"a": "b"} and more"#), Ok(None));
    assert_eq!(active.deeds().collect::<Vec<_>>(), [Deeds::default()]);
}

#[test]
fn nothing_is_noted_where_nobody_watches() {
    let rewrite = rewrite("a", "str").unwrap();
    let active = rewrite.activate(&World::new(json!({}))).unwrap();
    assert_eq!(active.apply(&mut json!({"a": "b"})), Ok(false));
    assert_eq!(active.deeds().count(), 0);
}
