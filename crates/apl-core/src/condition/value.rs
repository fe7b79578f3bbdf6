//! When values are equal, in order, or members of one another.

use serde_json::Value as Json;

use super::fault::ConditionFault;
use crate::fact::{Fact, Names};
use crate::number::Number;

/// How deeply nested values are compared. Parsers of JSON take no more either.
const MAX_DEPTH: usize = 128;

/// Whether two present values are equal: by value for numbers, member by member for collections, never across types. A set
/// equals a list that has the same members in any order.
pub(super) fn equal(left: Fact<'_>, right: Fact<'_>) -> Result<bool, ConditionFault> {
    Ok(match (left, right) {
        (Fact::Bool(left), Fact::Bool(right)) => left == right,
        (Fact::Number(left), Fact::Number(right)) => left == right,
        (Fact::Text(left), Fact::Text(right)) => left == right,
        (Fact::Set(left), Fact::Set(right)) => {
            left.iter().all(|name| right.contains(name)) && right.iter().all(|name| left.contains(name))
        }
        (Fact::Set(names), Fact::List(list)) | (Fact::List(list), Fact::Set(names)) => same_members(names, list),
        (Fact::List(left), Fact::List(right)) => lists_equal(left, right, MAX_DEPTH)?,
        (Fact::Map(left), Fact::Map(right)) => maps_equal(left, right, MAX_DEPTH)?,
        _ => false,
    })
}

/// Whether a present collection or text holds a present value.
pub(super) fn contains(whole: Fact<'_>, part: Fact<'_>) -> Result<bool, ConditionFault> {
    match (whole, part) {
        (Fact::Text(whole), Fact::Text(part)) => Ok(whole.contains(part)),
        (Fact::Set(_) | Fact::List(_), _) => has_member(whole, part),
        _ => Err(ConditionFault::TYPE),
    }
}

/// Whether a present value is a member of a present set or list.
pub(super) fn is_member(value: Fact<'_>, collection: Fact<'_>) -> Result<bool, ConditionFault> {
    match value {
        Fact::Set(_) | Fact::List(_) => Err(ConditionFault::TYPE),
        _ => has_member(collection, value),
    }
}

/// The number a present value is in an order: text counts if it is exactly a number of JSON.
pub(super) fn number(value: Fact<'_>) -> Result<Number, ConditionFault> {
    match value {
        Fact::Number(number) => Ok(number),
        Fact::Text(text) => Number::parse(text).ok_or(ConditionFault::TYPE),
        _ => Err(ConditionFault::TYPE),
    }
}

/// Whether a value is a yes.
pub(super) fn is_true(value: Fact<'_>) -> Result<bool, ConditionFault> {
    match value {
        Fact::Absent => Ok(false),
        Fact::Unavailable(code) => Err(ConditionFault { code }),
        Fact::Bool(value) => Ok(value),
        Fact::Number(Number::Int(value)) => Ok(value != 0),
        Fact::Number(Number::Float(value)) if value.is_finite() => Ok(value != 0.0),
        Fact::Set(names) => Ok(!names.is_empty()),
        Fact::List(list) => Ok(!list.is_empty()),
        Fact::Map(map) => Ok(!map.is_empty()),
        Fact::Number(Number::Float(_)) | Fact::Text(_) => Err(ConditionFault::TYPE),
    }
}

fn has_member(collection: Fact<'_>, value: Fact<'_>) -> Result<bool, ConditionFault> {
    match collection {
        Fact::Set(names) => Ok(matches!(value, Fact::Text(name) if names.contains(name))),
        Fact::List(list) => {
            for element in list {
                if equal(element.into(), value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Err(ConditionFault::TYPE),
    }
}

fn same_members(names: Names<'_>, list: &[Json]) -> bool {
    let is_name = |element: &Json| element.as_str().is_some_and(|name| names.contains(name));
    let is_listed = |name: &str| list.iter().any(|element| element.as_str() == Some(name));
    list.iter().all(is_name) && names.iter().all(is_listed)
}

fn json_equal(left: &Json, right: &Json, depth: usize) -> Result<bool, ConditionFault> {
    Ok(match (left, right) {
        (Json::Number(left), Json::Number(right)) => Number::from(left) == Number::from(right),
        (Json::Array(left), Json::Array(right)) => lists_equal(left, right, deeper(depth)?)?,
        (Json::Object(left), Json::Object(right)) => maps_equal(left, right, deeper(depth)?)?,
        (Json::Null, Json::Null) => true,
        (Json::Bool(left), Json::Bool(right)) => left == right,
        (Json::String(left), Json::String(right)) => left == right,
        _ => false,
    })
}

fn lists_equal(left: &[Json], right: &[Json], depth: usize) -> Result<bool, ConditionFault> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.iter().zip(right) {
        if !json_equal(left, right, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn maps_equal(
    left: &serde_json::Map<String, Json>,
    right: &serde_json::Map<String, Json>,
    depth: usize,
) -> Result<bool, ConditionFault> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (key, left) in left {
        let Some(right) = right.get(key) else { return Ok(false) };
        if !json_equal(left, right, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One level less to go; a value nested past the limit is refused, not taken for equal or unequal.
fn deeper(depth: usize) -> Result<usize, ConditionFault> {
    depth.checked_sub(1).ok_or(ConditionFault::LIMIT)
}
