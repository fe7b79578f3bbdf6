//! Where Cedar differs. Cedar leaves out a policy that fails, and permits nothing where no other does.

use serde_json::Value as Json;

use super::super::asked::Answer::{self, Deny, Error, Permit};
use super::super::asked::Engine;
use super::super::operations::Asked;
use super::{
    ABSENT, CONTAINS, Difference, FROM_ERROR, LATE, LIST_IN_LIST, MAP_KEYS, NOBODY, NUMBERS, NUMERIC_TEXT, Situation,
    TEXT_ORDER, TO_ERROR, TRUTH, TYPES, is_flag, is_text, is_there,
};

const LEFT_OUT: &str = "the policy that asks is left out";
const DENIED: &[(Answer, Answer)] = &[(Permit, Deny)];
const ERROR_DENIED: &[(Answer, Answer)] = &[(Error, Deny)];

pub(super) const DIFFERENCES: &[Difference] = &[
    row(NOBODY, "an error", TO_ERROR, EVERY, |asked| asked.caller.is_empty()),
    row(NOBODY, "an error", TO_ERROR, OF_ARGUMENTS, |asked| asked.caller.is_empty()),
    row(NUMBERS, "an error", TO_ERROR, OF_ARGUMENTS, |asked| !is_held(&asked.x) || !is_held(&asked.y)),
    row(ABSENT, LEFT_OUT, DENIED, &["unequal_int", "none_of", "not_less_int", "no_flag", "or_late"], |asked| {
        !is_there(&asked.x)
    }),
    row(NUMERIC_TEXT, LEFT_OUT, DENIED, &["less_int", "less_other", "and", "and_late", "or_late"], |asked| {
        asked.x == Some(Json::from("499"))
    }),
    row(TEXT_ORDER, LEFT_OUT, ERROR_DENIED, &["less_other"], |asked| is_text(&asked.x) && is_text(&asked.y)),
    row(LATE, LEFT_OUT, ERROR_DENIED, &["and_late", "or_late"], |asked| is_there(&asked.x)),
    row(TRUTH, LEFT_OUT, DENIED, &["flag", "no_flag"], |asked| {
        is_there(&asked.x) && !is_text(&asked.x) && !is_flag(&asked.x)
    }),
    row(
        LIST_IN_LIST,
        "whether an element is that list",
        FROM_ERROR,
        &["named_role", "one_of", "none_of", "one_of_data", "one_of_other"],
        |asked| asked.x.as_ref().is_some_and(Json::is_array),
    ),
    row(MAP_KEYS, LEFT_OUT, ERROR_DENIED, &["element"], |asked| asked.x.as_ref().is_some_and(Json::is_object)),
    row(MAP_KEYS, LEFT_OUT, ERROR_DENIED, &["one_of_other"], |asked| asked.y.as_ref().is_some_and(Json::is_object)),
    row(CONTAINS, "lists by `contains`, texts by `like`", DENIED, &["element"], |asked| is_text(&asked.x)),
    row(
        TYPES,
        LEFT_OUT,
        ERROR_DENIED,
        &[
            "and",
            "claim",
            "element",
            "flag",
            "less_int",
            "less_other",
            "no_flag",
            "not_less_int",
            "one_of_other",
            "or",
            "part",
            "pattern",
        ],
        |_| true,
    ),
];

/// The questions of who calls and of the request.
const EVERY: &[&str] = &["role", "dotted_role", "no_role", "permission", "team", "roles", "id", "claim", "day"];

/// Those of arguments.
const OF_ARGUMENTS: &[&str] = &[
    "named_role",
    "equal_int",
    "unequal_int",
    "equal_text",
    "equal_flag",
    "less_int",
    "not_less_int",
    "equal_other",
    "less_other",
    "one_of",
    "none_of",
    "one_of_data",
    "one_of_other",
    "part",
    "element",
    "pattern",
    "there",
    "member",
    "member_there",
    "flag",
    "no_flag",
    "and",
    "and_late",
    "or",
    "or_late",
    "guarded",
];

const fn row(
    situation: Situation,
    there: &'static str,
    answers: &'static [(Answer, Answer)],
    questions: &'static [&'static str],
    when: fn(&Asked) -> bool,
) -> Difference {
    Difference { situation, engine: Engine::Cedar, there, answers, questions, when }
}

/// Whether Cedar has such values: no number with a fraction or beyond 64 bits, and no null.
fn is_held(value: &Option<Json>) -> bool {
    fn holds(value: &Json) -> bool {
        match value {
            Json::Null => false,
            Json::Number(number) => number.is_i64(),
            Json::Array(values) => values.iter().all(holds),
            Json::Object(members) => members.values().all(holds),
            Json::Bool(_) | Json::String(_) => true,
        }
    }
    value.as_ref().is_none_or(holds)
}
