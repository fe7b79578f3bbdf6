//! The forms that stages ask for, over the values that cases are made of.

use serde_json::{Number, Value as Json};

use super::slip::Slip;
use super::tree::{Bound, Literal, Stage};
use super::truth::{json, order, same_number};

pub(super) fn is_valid(stage: &Stage, value: &Json, slip: Option<Slip>) -> bool {
    match stage {
        Stage::Required => !value.is_null(),
        Stage::Form(form) => has_form(form, value),
        Stage::Enum(items) => items.iter().any(|item| match (item, value) {
            (Literal::Number(_), Json::Number(number)) => {
                json(item).as_number().is_some_and(|item| same_number(item, number))
            }
            (Literal::Text(item), Json::String(text)) => item == text,
            _ => false,
        }),
        Stage::Regex(pattern) => value.as_str().is_some_and(pattern.is_found),
        Stage::Len(least, most) => value.as_str().is_some_and(|text| {
            let count = text.chars().count();
            least.is_none_or(|least| count >= least) && most.is_none_or(|most| count <= most)
        }),
        Stage::Range(least, most) => {
            let Json::Number(number) = value else { return false };
            let is_exclusive = slip == Some(Slip::BoundsAreExclusive);
            let is_past = |bound: &Option<Bound>, wrong: fn(std::cmp::Ordering) -> bool| {
                bound.is_some_and(|(_, bound)| {
                    let bound: Number = serde_json::from_str(bound).unwrap();
                    order(number, &bound).is_none_or(|order| wrong(order) || is_exclusive && order.is_eq())
                })
            };
            !is_past(least, std::cmp::Ordering::is_lt) && !is_past(most, std::cmp::Ordering::is_gt)
        }
        Stage::MaxBytes(most) => value.as_str().map_or_else(|| value.to_string().len(), str::len) <= *most,
        Stage::Mask(_) | Stage::Redact(_) | Stage::Omit(_) => true,
    }
}

/// Of the texts that cases are made of, those of each form are known by heart.
fn has_form(form: &str, value: &Json) -> bool {
    let is_one_of = |texts: &[&str]| value.as_str().is_some_and(|text| texts.contains(&text));
    match form {
        "str" => value.is_string(),
        "int" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|float| float.trunc() == float),
        "float" => value.is_number(),
        "bool" => value.is_boolean(),
        "list" => value.is_array(),
        "map" => value.is_object(),
        "email" => is_one_of(&["a@b.example"]),
        "url" => is_one_of(&["https://a.example/x?y=1"]),
        "uuid" => is_one_of(&["123e4567-e89b-42d3-a456-426614174000"]),
        "date" => is_one_of(&["2024-02-29"]),
        other => panic!("the reference knows no form `{other}`"),
    }
}
