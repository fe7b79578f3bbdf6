//! What expressions mean, as the language states it: tree by tree, value by value.

use std::cmp::Ordering;

use serde_json::{Number, Value as Json};

use super::slip::Slip;
use super::tree::{Expr, Literal, Members, Operand};
use super::world::{Fault, TYPE_ERROR, Value, World};

type Truth = Result<bool, Fault>;

pub(super) fn holds(expr: &Expr, world: &World<'_>) -> Truth {
    match expr {
        Expr::Or(parts) if world.slips(Slip::OrIsAnd) => all(parts, world),
        Expr::And(parts) if world.slips(Slip::AndIsOr) => any(parts, world),
        Expr::Or(parts) => any(parts, world),
        Expr::And(parts) => all(parts, world),
        Expr::Not(inner) => match holds(inner, world) {
            Err(TYPE_ERROR) if world.slips(Slip::TypeErrorOnlyDeniesUnlessNegated) => Ok(true),
            answer => answer.map(|answer| !answer),
        },
        test => match test_holds(test, world) {
            Err(TYPE_ERROR) if world.slips(Slip::TypeErrorIsFalse) => Ok(false),
            answer => answer,
        },
    }
}

/// Left to right; what is not reached raises nothing.
fn any(parts: &[Expr], world: &World<'_>) -> Truth {
    for part in parts {
        if holds(part, world)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn all(parts: &[Expr], world: &World<'_>) -> Truth {
    for part in parts {
        if !holds(part, world)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn test_holds(test: &Expr, world: &World<'_>) -> Truth {
    match test {
        Expr::Yes(path) => world.read(path)?.map_or(Ok(false), |value| yes(&value, world)),
        Expr::Exists(path) => Ok(world.read(path)?.is_some()),
        Expr::Equal(left, right) => with_both(left, right, world, false, |left, right| Ok(equal(left, right, world))),
        Expr::Unequal(left, right) => {
            let absent = !world.slips(Slip::UnequalIsFalseWhenAbsent);
            with_both(left, right, world, absent, |left, right| Ok(!equal(left, right, world)))
        }
        Expr::Ordered(left, sign, right) => with_both(left, right, world, false, |left, right| {
            let order = order(&number(left, world)?, &number(right, world)?).ok_or(TYPE_ERROR)?;
            Ok(match *sign {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            })
        }),
        Expr::Contains(whole, part) => with_both(whole, part, world, false, |whole, part| match (whole, part) {
            (Value::Text(whole), Value::Text(part)) => Ok(whole.contains(part)),
            (Value::Text(_), _) => Err(TYPE_ERROR),
            (whole, part) => has_member(whole, part, world),
        }),
        Expr::In { not, item, members } => {
            let absent = *not && !world.slips(Slip::NotInIsFalseWhenAbsent);
            let members = match members {
                Members::Path(path) => world.read(path)?,
                Members::List(literals) => Some(Value::List(literals.iter().map(json).collect())),
            };
            let (Some(item), Some(members)) = (operand(item, world)?, members) else { return Ok(absent) };
            if matches!(item, Value::Set(_) | Value::List(_)) {
                return Err(TYPE_ERROR);
            }
            Ok(has_member(&members, &item, world)? != *not)
        }
        Expr::Matches(text, pattern) => match operand(text, world)? {
            None => Ok(false),
            Some(Value::Text(text)) => Ok((pattern.is_found)(&text)),
            Some(_) => Err(TYPE_ERROR),
        },
        Expr::Or(_) | Expr::And(_) | Expr::Not(_) => holds(test, world),
    }
}

/// The answer where both sides are present, and the other where one is absent.
fn with_both(
    left: &Operand,
    right: &Operand,
    world: &World<'_>,
    absent: bool,
    ask: impl FnOnce(&Value, &Value) -> Truth,
) -> Truth {
    match (operand(left, world)?, operand(right, world)?) {
        (Some(left), Some(right)) => ask(&left, &right),
        _ => Ok(absent),
    }
}

fn operand(operand: &Operand, world: &World<'_>) -> Result<Option<Value>, Fault> {
    match operand {
        Operand::Path(path) => world.read(path),
        Operand::Literal(literal) => Ok(Value::of(json(literal))),
    }
}

pub(super) fn json(literal: &Literal) -> Json {
    match literal {
        Literal::Text(text) => text.as_str().into(),
        Literal::Number(number) => serde_json::from_str(number).unwrap(),
        Literal::Bool(value) => (*value).into(),
    }
}

fn yes(value: &Value, world: &World<'_>) -> Truth {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Number(number) => Ok(number.as_f64() != Some(0.0)),
        Value::Set(names) => Ok(!names.is_empty()),
        Value::List(list) => Ok(!list.is_empty()),
        Value::Map(map) => Ok(!map.is_empty()),
        Value::Text(text) if world.slips(Slip::TextIsYes) => Ok(!text.is_empty()),
        Value::Text(_) => Err(TYPE_ERROR),
    }
}

fn has_member(whole: &Value, part: &Value, world: &World<'_>) -> Truth {
    match whole {
        Value::Set(names) => Ok(matches!(part, Value::Text(name) if names.contains(name))),
        Value::List(list) => {
            Ok(list.iter().any(|member| Value::of(member.clone()).is_some_and(|member| equal(&member, part, world))))
        }
        _ => Err(TYPE_ERROR),
    }
}

fn equal(left: &Value, right: &Value, world: &World<'_>) -> bool {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) if world.slips(Slip::NumbersDifferByNotation) => left == right,
        (Value::Number(left), Value::Number(right)) => same_number(left, right),
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Set(left), Value::Set(right)) => left == right,
        // A list that has exactly the names of a set is equal to it, in any order.
        (Value::Set(names), Value::List(list)) | (Value::List(list), Value::Set(names)) => {
            let listed: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
            listed
                .is_some_and(|listed| listed.into_iter().map(str::to_owned).collect::<super::world::Labels>() == *names)
        }
        (Value::List(left), Value::List(right)) => same_json(&left.clone().into(), &right.clone().into()),
        (Value::Map(left), Value::Map(right)) => same_json(&left.clone().into(), &right.clone().into()),
        _ => false,
    }
}

fn same_json(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => same_number(left, right),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_json(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| same_json(left, right)))
        }
        (left, right) => left == right,
    }
}

pub(super) fn same_number(left: &Number, right: &Number) -> bool {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => left == right,
        (None, None) => left.as_f64() == right.as_f64(),
        (Some(integer), None) => is_integer(right, integer),
        (None, Some(integer)) => is_integer(left, integer),
    }
}

/// Whether a float is that integer exactly: its decimal form says so.
fn is_integer(float: &Number, integer: i128) -> bool {
    float.as_f64().is_some_and(|float| float.to_string() == integer.to_string() || float == 0.0 && integer == 0)
}

fn integer(number: &Number) -> Option<i128> {
    number.as_u64().map(i128::from).or_else(|| number.as_i64().map(i128::from))
}

/// The number a side of an order is: text counts where it is exactly a finite number of JSON.
fn number(value: &Value, world: &World<'_>) -> Result<Number, Fault> {
    match value {
        Value::Number(number) => Ok(number.clone()),
        Value::Text(text) if text.trim() == text && !world.slips(Slip::OrderCoercesNothing) => {
            serde_json::from_str(text).map_err(|_| TYPE_ERROR)
        }
        _ => Err(TYPE_ERROR),
    }
}

/// None where an integer beyond 2^53 meets a float.
pub(super) fn order(left: &Number, right: &Number) -> Option<Ordering> {
    let is_exact = |number: &Number| integer(number).is_none_or(|integer| integer.unsigned_abs() <= 1 << 53);
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ if is_exact(left) && is_exact(right) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        _ => None,
    }
}
