//! Pipelines that hash, and documents that name no key to hash under.

use super::*;
use crate::compile::DeclaredKey;
use crate::fact::Unresolved;

/// A document without plugins that says this of its key.
struct Keyed(DeclaredKey);

impl Declared for Keyed {
    fn plugin(&self, name: &str) -> Result<usize, Unresolved> {
        Err(Unresolved { message: format!("no plugin is named `{name}`"), help: None })
    }

    fn hash_key(&self) -> DeclaredKey {
        self.0.clone()
    }
}

const NULL: &str = "hmac-sha256:b09e6f1855dfd1a631cb713e575c5a26f385f16e2f7c014867205f423f1e9fe9";
const TRUE: &str = "hmac-sha256:a4f3ea0f6a3eea76aaa8947b4d7f3f5c8529f8a464376533d73c060fc9f64a3c";
const MAP: &str = "hmac-sha256:2f9176f95c01f5397fd8ba6f2f56769956a71746bf0d1f6a7127e3bbdb9f9b95";

#[test]
fn every_form_of_path_leads_to_values_that_are_hashed() {
    let map = json!({"b": "x", "a": [1, 2.0]});
    for (field, value, treated) in [
        ("a", json!({"a": true, "b": true}), json!({"a": TRUE, "b": true})),
        ("a", json!({"a": null}), json!({"a": NULL})),
        ("a.b", json!({"a": {"b": map}}), json!({"a": {"b": MAP}})),
        ("'a.b'", json!({"a.b": true}), json!({"a.b": TRUE})),
        ("a[].b", json!({"a": [{"b": true}, {"b": null}, {}]}), json!({"a": [{"b": TRUE}, {"b": NULL}, {}]})),
        ("**.b", json!([{"b": true}, [{"a": {"b": map}}]]), json!([{"b": TRUE}, [{"a": {"b": MAP}}]])),
        ("[].a", json!([{"a": map}]), json!([{"a": MAP}])),
    ] {
        assert_eq!(treat(field, "hash", &value), Ok(treated), "{field} of {value}");
    }
    assert_eq!(treat("a.b", "hash", &json!({"a": 1})), Err(RewriteFault::Unreadable));
    assert_eq!(treat("a", "bool | hash", &json!({"a": 1})), Err(invalid("true or false")));
    assert_eq!(treat("a", "hash | len(76)", &json!({"a": true})), Ok(json!({"a": TRUE})));
}

#[test]
fn a_hash_takes_the_place_of_the_written_value_and_of_no_other_byte() {
    let rewrite = rewrite("**.a", "hash").unwrap();
    let active = rewrite.activate(&World::new(json!({}))).unwrap();
    let text = "{ \"a\" : true,\t\"n\": 1.50, \"\\u0061\": {\"b\":\"x\", \"a\":[1, 2e0]}}";
    let treated = format!("{{ \"a\" : \"{TRUE}\",\t\"n\": 1.50, \"\\u0061\": \"{MAP}\"}}");
    assert_eq!(active.apply_text(text), Ok(Some(treated)));
    assert_eq!(active.apply_text("no JSON"), Err(RewriteFault::Unreadable));
}

#[test]
fn a_document_without_a_key_cannot_hash() {
    let found = rewrite_of(&Keyed(DeclaredKey::Absent), "a", "str | hash").unwrap_err();
    let help = "name one, as in `plugin_settings: { hash_key: { kind: env_var, name: HASH_KEY } }`";
    assert_eq!(found, [format!("rule.hash_key «hash» `hash` has no key to hash under ({help})")]);
}

#[test]
fn a_key_that_was_refused_is_refused_once_and_hashes_nothing() {
    assert_eq!(rewrite_of(&Keyed(DeclaredKey::Refused), "a", "str | hash").unwrap_err(), Vec::<String>::new());
}

#[test]
fn a_compiled_pipeline_never_prints_its_key() {
    let shown = format!("{:?}", rewrite("a", "hash").unwrap());
    assert!(shown.contains("Hash { key: [redacted] }"), "{shown}");
}
