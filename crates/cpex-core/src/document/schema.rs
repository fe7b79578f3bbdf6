//! The JSON Schema of a document, for editors (JSON Schema 2020-12).
//!
//! Made from the tables of keys alone, so that an editor takes what the unknown-key check takes. Rules are text to it: what
//! they say, and what the parts of a document must be to one another, only loading finds.

use cpex_sdk::config::{Key, Shape};
use serde_json::{Map, Value as Json, json};

use super::keys::{self, TABLES};

/// The schema of a document in which each of these kinds has a config of these keys. The config of any other kind may be
/// anything.
#[must_use]
pub fn schema(configs: &[(&str, &[Key])]) -> Json {
    let mut definitions = Map::new();
    for table in TABLES {
        definitions.insert(name(table.place), section(table.keys, configs));
    }
    definitions.insert(DURATION.to_owned(), duration());
    definitions.insert(SECRET.to_owned(), secret());
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "CPEX policy document",
        "$ref": reference(keys::DOCUMENT),
        "$defs": definitions,
    });
    // One text, whether or not the maps of the process keep the order they were filled in.
    schema.sort_all_objects();
    schema
}

const DURATION: &str = "duration";
const SECRET: &str = "secret";

/// What stands under a key of that shape.
fn value(shape: Shape, configs: &[(&str, &[Key])]) -> Json {
    match shape {
        Shape::Any => json!({}),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Integer => json!({ "type": "integer", "minimum": 0 }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Text => json!({ "type": "string" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Duration => json!({ "$ref": definition(DURATION) }),
        Shape::Secret => json!({ "$ref": definition(SECRET) }),
        Shape::List(inner) => json!({ "type": "array", "items": value(*inner, configs) }),
        Shape::OneOrMany(inner) => json!({ "anyOf": [value(*inner, configs), value(Shape::List(inner), configs)] }),
        Shape::Map(inner) => json!({ "type": "object", "additionalProperties": value(*inner, configs) }),
        Shape::Section(keys) => match reference(keys) {
            Some(known) => json!({ "$ref": known }),
            None => section(keys, configs),
        },
        Shape::Either(shapes) => {
            let any: Vec<Json> = shapes.iter().map(|shape| value(*shape, configs)).collect();
            json!({ "anyOf": any })
        }
    }
}

/// A map of these keys and no others.
fn section(keys: &[Key], configs: &[(&str, &[Key])]) -> Json {
    let mut properties = Map::new();
    for key in keys {
        let mut value = value(key.shape, configs);
        if let Some(described) = value.as_object_mut() {
            described.insert("description".to_owned(), json!(key.doc));
        }
        properties.insert(key.name.to_owned(), value);
    }
    let mut section = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), Json::Object(properties)),
        ("additionalProperties".to_owned(), json!(false)),
    ]);
    let required = required(keys);
    if !required.is_empty() {
        section.insert("required".to_owned(), json!(required));
    }
    if keys == keys::DOCUMENT {
        section.insert("patternProperties".to_owned(), json!({ "^x-": {} }));
    }
    if keys == keys::PLUGIN {
        let by_kind: Vec<Json> = configs.iter().map(|(kind, keys)| config(kind, keys)).collect();
        section.insert("allOf".to_owned(), json!(by_kind));
    }
    Json::Object(section)
}

/// What `config` is in a declaration of that kind. It may only be left out where nothing in it must be given.
fn config(kind: &str, keys: &[Key]) -> Json {
    let section = section(keys, &[]);
    let then = if required(keys).is_empty() {
        json!({ "properties": { "config": { "anyOf": [section, { "type": "null" }] } } })
    } else {
        json!({ "properties": { "config": section }, "required": ["config"] })
    };
    let of_kind = json!({ "properties": { "kind": { "const": kind } }, "required": ["kind"] });
    json!({ "if": of_kind, "then": then })
}

fn required(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().filter(|key| key.required).map(|key| key.name).collect()
}

/// Seconds, or a whole number with its unit.
fn duration() -> Json {
    json!({ "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+[smhd]$" }] })
}

/// Where a secret comes from.
fn secret() -> Json {
    let sources =
        [("env_var", "name"), ("file", "path"), ("literal", "secret"), ("named", "name")].map(|(kind, place)| {
            json!({
                "type": "object",
                "properties": { "kind": { "const": kind }, place: { "type": "string" } },
                "required": ["kind", place],
                "additionalProperties": false,
            })
        });
    json!({ "anyOf": sources })
}

/// Where the schema of these keys is, if a table has them.
fn reference(keys: &[Key]) -> Option<String> {
    TABLES.iter().find(|table| table.keys == keys).map(|table| definition(&name(table.place)))
}

fn definition(name: &str) -> String {
    format!("#/$defs/{name}")
}

/// The words of a place, without signs that mean something in a reference.
fn name(place: &str) -> String {
    let words = place.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

    use std::collections::HashSet;

    use super::*;

    const CONFIG: &[Key] = &[Key::required("key", Shape::Secret, "A key.")];

    #[test]
    fn every_table_has_a_definition_of_its_own() {
        let names: HashSet<String> = TABLES.iter().map(|table| name(table.place)).collect();
        assert_eq!(names.len(), TABLES.len());
        assert!(!names.contains(DURATION) && !names.contains(SECRET));
        assert!(TABLES.iter().all(|table| reference(table.keys).is_some()));
    }

    #[test]
    fn a_key_has_the_shape_and_the_sentence_of_its_table() {
        let schema = schema(&[]);
        let top = &schema["$defs"][name(TABLES[0].place)];
        assert_eq!(schema["$ref"], definition(&name(TABLES[0].place)));
        assert_eq!(top["additionalProperties"], json!(false));
        assert_eq!(top["patternProperties"], json!({ "^x-": {} }));
        let settings = json!({ "$ref": "#/$defs/in-plugin_settings", "description": "Settings of the runtime." });
        assert_eq!(top["properties"]["plugin_settings"], settings);
        let declaration = &schema["$defs"]["in-plugins"];
        assert_eq!(declaration["required"], json!(["name", "kind"]));
        assert!(schema["$defs"]["in-plugin_settings"].get("patternProperties").is_none());
    }

    #[test]
    fn the_config_of_a_kind_is_what_its_factory_publishes() {
        let schema = schema(&[("own/kind", CONFIG)]);
        let by_kind = &schema["$defs"]["in-plugins"]["allOf"][0];
        assert_eq!(by_kind["if"]["properties"]["kind"], json!({ "const": "own/kind" }));
        assert_eq!(by_kind["then"]["required"], json!(["config"]));
        let config = &by_kind["then"]["properties"]["config"];
        assert_eq!(config["properties"]["key"]["$ref"], json!("#/$defs/secret"));
        assert_eq!(config["additionalProperties"], json!(false));
    }
}
