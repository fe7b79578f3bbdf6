//! Bytes to a tree: every map, list and number of an encoding, under a limit of depth.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use super::form::{Encoding, WireError, fault};

/// The deepest nesting that is ever read: what is read is also dropped and written by recursion.
const MAX_DEPTH: usize = 120;

/// The tree of bytes that hold one and nothing after it.
pub(super) fn read(bytes: &[u8], encoding: Encoding, depth: usize) -> Result<Json, WireError> {
    let level = Level { left: depth.min(MAX_DEPTH) };
    match encoding {
        Encoding::Json => {
            let mut reader = serde_json::Deserializer::from_slice(bytes);
            let tree = level.deserialize(&mut reader).map_err(|error| fault(".", error))?;
            reader.end().map_err(|error| fault(".", error))?;
            Ok(tree)
        }
        #[cfg(feature = "message-pack")]
        Encoding::MessagePack => {
            let mut rest = bytes;
            let tree = level.deserialize(&mut rmp_serde::Deserializer::new(&mut rest));
            let tree = tree.map_err(|error| fault(".", error))?;
            if rest.is_empty() { Ok(tree) } else { Err(fault(".", "something follows it")) }
        }
    }
}

/// A value that may hold so many levels more.
#[derive(Clone, Copy)]
struct Level {
    left: usize,
}

impl Level {
    fn below<E: Error>(self) -> Result<Self, E> {
        self.left.checked_sub(1).map(|left| Self { left }).ok_or_else(|| E::custom("it is nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format_args!("the member `{name}` stands twice")));
            }
            map.insert(name, entries.next_value_seed(below)?);
        }
        Ok(Json::Object(map))
    }
}
