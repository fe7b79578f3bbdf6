//! Where the engines differ from the policy language.

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
    /// Its answers then.
    pub(super) theirs: &'static [Answer],
    /// The questions in which it is seen, in each of them.
    pub(super) questions: &'static [&'static str],
    /// The operations in which it may be seen.
    pub(super) when: fn(&Asked) -> bool,
}

/// Every situation, in the order of the documentation.
pub(super) const SITUATIONS: &[Situation] =
    &[ABSENT, NUMERIC_TEXT, TEXT_ORDER, LARGE, LATE, TRUTH, LIST_IN_LIST, MAP_KEYS, CONTAINS];

const ABSENT: Situation =
    Situation { name: "an attribute is absent", here: "a comparison with it is false, `!=` and `not in` are true" };
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

/// Every difference.
pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        situation: ABSENT,
        engine: Engine::Cel,
        there: "an error; `has(..)` asks",
        theirs: &[Error],
        questions: &[
            "named_role",
            "equal_int",
            "unequal_int",
            "equal_float",
            "equal_text",
            "equal_flag",
            "less_int",
            "not_less_int",
            "less_float",
            "one_of",
            "none_of",
            "one_of_data",
            "part",
            "element",
            "pattern",
            "member",
            "flag",
            "no_flag",
            "and",
            "and_late",
            "or",
            "or_late",
            "equal_other",
            "less_other",
            "one_of_other",
        ],
        when: |asked| !is_there(&asked.x),
    },
    Difference {
        situation: ABSENT,
        engine: Engine::Cel,
        there: "an error; `has(..)` asks",
        theirs: &[Error],
        questions: &["equal_other", "less_other", "one_of_other"],
        when: |asked| is_there(&asked.x) && !is_there(&asked.y),
    },
    Difference {
        situation: ABSENT,
        engine: Engine::Cel,
        there: "an error; `has(..)` asks",
        theirs: &[Error],
        questions: &["member"],
        when: |asked| asked.x.as_ref().and_then(|x| x.get("k")).is_none_or(Json::is_null),
    },
    Difference {
        situation: ABSENT,
        engine: Engine::Cel,
        there: "an error; `has(..)` asks",
        theirs: &[Error],
        questions: &["id", "tenant", "claim"],
        when: |asked| asked.caller != "ada",
    },
    Difference {
        situation: NUMERIC_TEXT,
        engine: Engine::Cel,
        there: "an error; `double(..)` reads it",
        theirs: &[Error],
        questions: &["less_int", "not_less_int", "less_float", "less_other", "and", "and_late"],
        when: |asked| asked.x == Some(Json::from("499")),
    },
    Difference {
        situation: TEXT_ORDER,
        engine: Engine::Cel,
        there: "compared by code point",
        theirs: &[Deny, Permit],
        questions: &["less_other"],
        when: |asked| is_text(&asked.x) && is_text(&asked.y),
    },
    Difference {
        situation: LARGE,
        engine: Engine::Cel,
        there: "compared, as the double next to it",
        theirs: &[Deny],
        questions: &["less_float", "less_other"],
        when: |asked| asked.x.as_ref().and_then(Json::as_u64).is_some_and(|x| x > 1 << 53),
    },
    Difference {
        situation: LATE,
        engine: Engine::Cel,
        there: "decided by the other side",
        theirs: &[Deny],
        questions: &["and_late"],
        when: |asked| is_there(&asked.x) && asked.caller != "ada",
    },
    Difference {
        situation: LATE,
        engine: Engine::Cel,
        there: "decided by the other side",
        theirs: &[Permit],
        questions: &["or_late"],
        when: |asked| is_there(&asked.x) && asked.caller == "ada",
    },
    Difference {
        situation: TRUTH,
        engine: Engine::Cel,
        there: "an error",
        theirs: &[Error],
        questions: &["flag", "no_flag"],
        when: |asked| is_there(&asked.x) && !is_text(&asked.x) && !is_flag(&asked.x),
    },
    Difference {
        situation: LIST_IN_LIST,
        engine: Engine::Cel,
        there: "whether an element is that list",
        theirs: &[Deny, Permit],
        questions: &["named_role", "one_of", "none_of", "one_of_data", "one_of_other"],
        when: |asked| asked.x.as_ref().is_some_and(Json::is_array),
    },
    Difference {
        situation: MAP_KEYS,
        engine: Engine::Cel,
        there: "whether a key is that",
        theirs: &[Deny, Permit],
        questions: &["element"],
        when: |asked| asked.x.as_ref().is_some_and(Json::is_object),
    },
    Difference {
        situation: MAP_KEYS,
        engine: Engine::Cel,
        there: "whether a key is that",
        theirs: &[Deny, Permit],
        questions: &["one_of_other"],
        when: |asked| asked.y.as_ref().is_some_and(Json::is_object),
    },
    Difference {
        situation: CONTAINS,
        engine: Engine::Cel,
        there: "texts by `contains`, lists by `in`; an error otherwise",
        theirs: &[Error],
        questions: &["element"],
        when: |asked| is_text(&asked.x),
    },
    Difference {
        situation: CONTAINS,
        engine: Engine::Cel,
        there: "texts by `contains`, lists by `in`; an error otherwise",
        theirs: &[Error],
        questions: &["part"],
        when: |asked| asked.x.as_ref().is_some_and(Json::is_array),
    },
];

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
