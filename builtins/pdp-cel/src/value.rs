//! From attributes to values of CEL.
//!
//! | JSON | CEL |
//! |---|---|
//! | a whole number of 64 bits | `int`, above its range `uint` |
//! | any other number | `double` |
//! | text, booleans, lists | `string`, `bool`, `list` |
//! | a map | `map` with `string` keys, without the members that are null: null is absent |
//! | null in a list | `null_type` |

use std::collections::HashMap;

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt};
use cel::common::value::Val;
use serde_json::{Number, Value as Json};

/// The same value for the interpreter.
pub(crate) fn value(json: Json) -> Box<dyn Val> {
    match json {
        Json::Null => Box::new(CelNull),
        Json::Bool(value) => Box::new(CelBool::from(value)),
        Json::Number(value) => number(&value),
        Json::String(value) => Box::new(CelString::from(value)),
        Json::Array(values) => {
            let elements: Vec<Box<dyn Val>> = values.into_iter().map(value).collect();
            Box::new(CelList::from(elements))
        }
        Json::Object(members) => {
            let present = members.into_iter().filter(|(_, member)| !member.is_null());
            let members: HashMap<CelMapKey<'static>, Box<dyn Val>> =
                present.map(|(key, member)| (CelMapKey::String(CelString::from(key)), value(member))).collect();
            Box::new(CelMap::from(members))
        }
    }
}

fn number(number: &Number) -> Box<dyn Val> {
    if let Some(value) = number.as_i64() {
        return Box::new(CelInt::from(value));
    }
    match number.as_u64() {
        Some(value) => Box::new(CelUInt::from(value)),
        None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
    }
}
