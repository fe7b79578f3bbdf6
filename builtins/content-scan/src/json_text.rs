//! Texts that are JSON: what their strings say, escapes undone, so that an escape hides nothing from a detector.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

/// What a text is.
#[derive(Debug, PartialEq)]
pub(crate) enum Text {
    /// No JSON: it is what it says.
    Plain,
    /// A JSON object or array.
    Json(Json),
    /// JSON in which a map has a key twice: which of the two values its reader takes cannot be known.
    Ambiguous,
}

/// Reads a text. One that does not parse, or nests more deeply than JSON is read, is plain.
pub(crate) fn read(text: &str) -> Text {
    if !text.trim_start().starts_with(['{', '[']) {
        return Text::Plain;
    }
    let mut is_twice = false;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Value(&mut is_twice).deserialize(&mut reader);
    match value.and_then(|value| reader.end().map(|()| value)) {
        Ok(_) if is_twice => Text::Ambiguous,
        Ok(value) => Text::Json(value),
        Err(_) => Text::Plain,
    }
}

/// A value; it notes a key that stands twice.
struct Value<'t>(&'t mut bool);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("no finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(Value(self.0))? {
            list.push(element);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Value(self.0))?;
            *self.0 |= map.insert(name, value).is_some();
        }
        Ok(Json::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn escapes_are_undone_and_what_is_no_object_or_array_is_plain() {
        assert_eq!(read(r#" {"a": ["\u0035", 1, null]}"#), Text::Json(json!({"a": ["5", 1, null]})));
        for plain in ["", "\"a\"", "7", "{", "[1] and more", "{'a': 1}", &"[".repeat(10_000)] {
            assert_eq!(read(plain), Text::Plain, "{plain}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_at_any_depth_is_ambiguous() {
        assert_eq!(read(r#"{"a": 1, "\u0061": 2}"#), Text::Ambiguous);
        assert_eq!(read(r#"[{"b": {"a": 1, "a": 1}}]"#), Text::Ambiguous);
    }
}
