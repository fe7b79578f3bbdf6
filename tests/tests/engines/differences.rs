//! Where the engines differ from the policy language.

mod cedar;
mod cel;
mod opa;

use serde_json::Value as Json;

use super::asked::{Answer, Engine};
use super::operations::Asked;
use Answer::{Deny, Error, Permit};

/// What an engine may make of otherwise than the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Situation {
    /// What it is.
    pub(super) name: &'static str,
    /// What the policy language makes of it.
    pub(super) here: &'static str,
}

/// An engine that makes something else of a situation.
pub(super) struct Difference {
    pub(super) situation: Situation,
    pub(super) engine: Engine,
    /// What it makes of it.
    pub(super) there: &'static str,
    /// The answers of the policy language, each with that of the engine.
    pub(super) answers: &'static [(Answer, Answer)],
    /// The questions in which it is seen, in each of them.
    pub(super) questions: &'static [&'static str],
    /// The operations in which it may be seen.
    pub(super) when: fn(&Asked) -> bool,
}

/// Every situation, in the order of the documentation.
pub(super) const SITUATIONS: &[Situation] = &[
    ABSENT,
    NULL,
    TYPES,
    NUMERIC_TEXT,
    TEXT_ORDER,
    LARGE,
    LATE,
    TRUTH,
    LIST_IN_LIST,
    MAP_KEYS,
    CONTAINS,
    NUMBERS,
    NOBODY,
];

const ABSENT: Situation =
    Situation { name: "an attribute is absent", here: "a comparison with it is false, `!=` and `not in` are true" };
const NULL: Situation = Situation { name: "null is compared", here: "it is absent" };
const NUMERIC_TEXT: Situation =
    Situation { name: "text that is a number is compared by `<`", here: "it is compared as that number" };
const TEXT_ORDER: Situation =
    Situation { name: "two texts are compared by `<`", here: "a type error, unless both are numbers" };
const LARGE: Situation =
    Situation { name: "a whole number beyond 2^53 is compared by `<` with another number", here: "a type error" };
const LATE: Situation = Situation {
    name: "one side of *and* or *or* is an error, the other decides",
    here: "a type error, if it stands first",
};
const TRUTH: Situation = Situation {
    name: "a number, a list or a map stands where a condition is asked for",
    here: "it holds unless it is zero or empty; absent, it does not hold",
};
const LIST_IN_LIST: Situation = Situation { name: "it is asked whether a list is in a list", here: "a type error" };
const MAP_KEYS: Situation = Situation { name: "it is asked whether something is in a map", here: "a type error" };
const CONTAINS: Situation =
    Situation { name: "texts and lists are asked what they contain", here: "both by `contains`" };

const TYPES: Situation = Situation { name: "values of types that cannot be compared so", here: "a type error" };
const NUMBERS: Situation = Situation {
    name: "a number with a fraction or beyond 64 bits, or null, among the arguments",
    here: "a value like any other; null is absent",
};
const NOBODY: Situation =
    Situation { name: "nobody is known to call", here: "no role is held, `subject.id` is absent" };

/// The engine gives none of the answers that the policy language has.
const TO_ERROR: &[(Answer, Answer)] = &[(Deny, Error), (Permit, Error)];
/// The engine has an answer where the policy language gives none.
const FROM_ERROR: &[(Answer, Answer)] = &[(Error, Deny), (Error, Permit)];

/// Every difference, with a number of its own.
pub(super) fn all() -> impl Iterator<Item = (usize, &'static Difference)> {
    cel::DIFFERENCES.iter().chain(cedar::DIFFERENCES).chain(opa::DIFFERENCES).enumerate()
}

/// Whether there is a value. What is null is none.
fn is_there(value: &Option<Json>) -> bool {
    value.as_ref().is_some_and(|value| !value.is_null())
}

fn is_text(value: &Option<Json>) -> bool {
    value.as_ref().is_some_and(Json::is_string)
}

fn is_flag(value: &Option<Json>) -> bool {
    value.as_ref().is_some_and(Json::is_boolean)
}
