//! Where Rego differs. Rego has an order over all values, and takes everything but `false` for true.

use serde_json::Value as Json;

use super::super::asked::Answer::{self, Deny, Error, Permit};
use super::super::asked::Engine;
use super::super::operations::Asked;
use super::{
    ABSENT, CONTAINS, Difference, FROM_ERROR, LARGE, LIST_IN_LIST, MAP_KEYS, NULL, NUMERIC_TEXT, Situation, TEXT_ORDER,
    TRUTH, TYPES, is_text,
};

const OTHERWISE: &[(Answer, Answer)] = &[(Deny, Permit), (Permit, Deny)];
const NOT_ASKED: &str = "an error where text is asked for";
const BY_TWO_WORDS: &str = "lists by `in`, texts by `contains`";

pub(super) const DIFFERENCES: &[Difference] = &[
    row(
        NULL,
        "a value, less than every other",
        OTHERWISE,
        &["and", "and_late", "equal_other", "less_float", "less_int", "less_other", "not_less_int", "one_of_other"],
        |asked| is_null(&asked.x),
    ),
    row(NULL, NOT_ASKED, &[(Deny, Error)], &["part", "pattern"], |asked| is_null(&asked.x)),
    row(ABSENT, "undefined, but for `not`", &[(Permit, Deny)], &["unequal_int"], |asked| asked.x.is_none()),
    row(
        NUMERIC_TEXT,
        "as text, which is more than every number",
        OTHERWISE,
        &["and", "and_late", "less_float", "less_int", "less_other", "not_less_int"],
        |asked| asked.x == Some(Json::from("499")),
    ),
    row(TEXT_ORDER, "by their characters", FROM_ERROR, &["less_other"], |asked| is_text(&asked.x) && is_text(&asked.y)),
    row(LARGE, "as numbers", FROM_ERROR, &["less_float", "less_other"], |asked| is_large(&asked.x)),
    row(TRUTH, "it holds, whatever it is", OTHERWISE, &["flag", "no_flag"], |asked| !is_text(&asked.x)),
    row(
        LIST_IN_LIST,
        "whether an element is that list",
        FROM_ERROR,
        &["named_role", "none_of", "one_of", "one_of_data", "one_of_other"],
        |asked| asked.x.as_ref().is_some_and(Json::is_array),
    ),
    row(MAP_KEYS, "whether a value of it is that", FROM_ERROR, &["element"], |asked| is_map(&asked.x)),
    row(MAP_KEYS, "whether a value of it is that", FROM_ERROR, &["one_of_other"], |asked| is_map(&asked.y)),
    row(CONTAINS, BY_TWO_WORDS, &[(Permit, Deny)], &["element"], |asked| is_text(&asked.x)),
    row(CONTAINS, BY_TWO_WORDS, &[(Deny, Error)], &["part"], |asked| asked.x.as_ref().is_some_and(Json::is_array)),
    row(
        TYPES,
        "compared: null, booleans, numbers, texts, lists, maps, in this order",
        FROM_ERROR,
        &["and", "and_late", "claim", "less_float", "less_int", "less_other", "not_less_int", "or", "or_late"],
        |_| true,
    ),
    row(
        TYPES,
        "what is not `false` holds, and nothing is in them",
        FROM_ERROR,
        &["element", "flag", "no_flag", "one_of_other"],
        |_| true,
    ),
];

const fn row(
    situation: Situation,
    there: &'static str,
    answers: &'static [(Answer, Answer)],
    questions: &'static [&'static str],
    when: fn(&Asked) -> bool,
) -> Difference {
    Difference { situation, engine: Engine::Opa, there, answers, questions, when }
}

fn is_null(value: &Option<Json>) -> bool {
    value.as_ref().is_some_and(Json::is_null)
}

fn is_map(value: &Option<Json>) -> bool {
    value.as_ref().is_some_and(Json::is_object)
}

/// Whether it is a whole number beyond 2^53.
fn is_large(value: &Option<Json>) -> bool {
    value.as_ref().and_then(Json::as_u64).is_some_and(|number| number > 1 << 53)
}
