//! As much of JSON Schema 2020-12 as the schema of documents uses. A keyword it does not know fails the test, so that none
//! is passed over.

use serde_json::{Map, Value as Json, json};

/// The first place where a value is not what a schema asks for.
pub(super) fn fault(schema: &Json, value: &Json) -> Option<String> {
    Validator { root: schema }.check(schema, value, "").err()
}

struct Validator<'s> {
    root: &'s Json,
}

impl Validator<'_> {
    fn check(&self, schema: &Json, value: &Json, at: &str) -> Result<(), String> {
        let rules = schema.as_object().expect("a schema is an object");
        for (keyword, rule) in rules {
            let holds = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" => true,
                "properties" | "patternProperties" | "then" => true,
                "$ref" => {
                    return self.check(self.definition(rule), value, at).and_then(|()| self.rest(rules, value, at));
                }
                "type" => is_of_type(rule.as_str().expect("one type"), value),
                "enum" => rule.as_array().unwrap().contains(value),
                "const" => rule == value,
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
                "pattern" => value.as_str().is_none_or(|text| is_duration(rule, text)),
                "required" => names(rule).all(|name| value.as_object().is_none_or(|map| map.contains_key(name))),
                "anyOf" => rule.as_array().unwrap().iter().any(|one| self.check(one, value, at).is_ok()),
                "allOf" => rule.as_array().unwrap().iter().all(|one| self.check(one, value, at).is_ok()),
                "if" => self.check(rule, value, at).is_err() || self.check(&schema["then"], value, at).is_ok(),
                "items" => return_first(value.as_array().into_iter().flatten().map(|item| self.check(rule, item, at)))?,
                "additionalProperties" => true,
                other => panic!("the validator does not know `{other}`"),
            };
            if !holds {
                return Err(format!("{at}: `{keyword}` does not hold"));
            }
        }
        self.members(rules, value, at)
    }

    /// The rules beside a reference.
    fn rest(&self, rules: &Map<String, Json>, value: &Json, at: &str) -> Result<(), String> {
        let rest: Map<String, Json> =
            rules.iter().filter(|(keyword, _)| *keyword != "$ref").map(|(k, v)| (k.clone(), v.clone())).collect();
        self.check(&Json::Object(rest), value, at)
    }

    fn members(&self, rules: &Map<String, Json>, value: &Json, at: &str) -> Result<(), String> {
        for (name, member) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            let own = rules.get("properties").and_then(|properties| properties.get(name));
            let by_pattern = rules.get("patternProperties").filter(|_| name.starts_with("x-"));
            match (own, by_pattern, rules.get("additionalProperties")) {
                (Some(schema), ..) => self.check(schema, member, &at)?,
                (None, Some(_), _) | (None, None, None) => {}
                (None, None, Some(Json::Bool(false))) => return Err(format!("{at}: no such key")),
                (None, None, Some(schema)) => self.check(schema, member, &at)?,
            }
        }
        Ok(())
    }

    fn definition(&self, reference: &Json) -> &Json {
        let pointer = reference.as_str().and_then(|text| text.strip_prefix('#')).expect("a reference into the schema");
        self.root.pointer(pointer).unwrap_or_else(|| panic!("`{pointer}` leads nowhere"))
    }
}

fn return_first(mut checked: impl Iterator<Item = Result<(), String>>) -> Result<bool, String> {
    checked.try_for_each(|one| one).map(|()| true)
}

fn is_of_type(name: &str, value: &Json) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("there is no type `{other}`"),
    }
}

fn names(rule: &Json) -> impl Iterator<Item = &str> {
    rule.as_array().expect("a list of names").iter().filter_map(Json::as_str)
}

/// The one pattern the schema has.
fn is_duration(pattern: &Json, text: &str) -> bool {
    assert_eq!(pattern, "^[0-9]+[smhd]$");
    let number = text.strip_suffix(['s', 'm', 'h', 'd']).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn what_a_schema_asks_for_is_checked() {
    let schema = json!({
        "$ref": "#/$defs/top",
        "$defs": {
            "top": {
                "type": "object",
                "properties": { "n": { "type": "integer", "minimum": 0 }, "t": { "anyOf": [{ "enum": ["a"] }, { "const": 1 }] } },
                "patternProperties": { "^x-": {} },
                "additionalProperties": false,
                "required": ["n"],
                "allOf": [{ "if": { "required": ["t"] }, "then": { "properties": { "n": { "const": 7 } } } }],
            },
        },
    });
    for taken in [json!({ "n": 1 }), json!({ "n": 7, "t": "a" }), json!({ "n": 7, "t": 1, "x-y": [] })] {
        assert_eq!(fault(&schema, &taken), None);
    }
    let refused = [json!(1), json!({}), json!({ "n": -1 }), json!({ "n": 1, "t": "a" }), json!({ "n": 7, "t": "b" })];
    for refused in refused.into_iter().chain([json!({ "n": 1, "y": 1 }), json!({ "n": "1" })]) {
        assert!(fault(&schema, &refused).is_some(), "{refused}");
    }
}
