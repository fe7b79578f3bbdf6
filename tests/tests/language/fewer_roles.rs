//! Who holds less sees no more: where a policy asks for roles and permissions only to allow and to show, a caller without
//! one of them is denied what was denied, and is shown no field that was hidden.
//!
//! It does not hold for every policy: one may ask that somebody has no role. Such policies are the slips here.

use std::fmt;

use serde_json::{Value as Json, json};

use super::choices::Choices;
use super::property::check;
use super::request::{self, Answer, Call};
use super::runtime::Runtime;
use super::vocabulary::HELD_NAMES;

/// How a policy asks for what a caller holds.
#[derive(Clone, Copy, Debug)]
enum Asking {
    /// To allow and to show.
    ForMore,
    /// Once to deny who holds something.
    ToDeny,
    /// Once to hide from who holds something.
    ToHide,
}

struct Case {
    document: String,
    call: Call,
    /// The same call by the caller without some of what they hold.
    fewer: Call,
}

fn case(asking: Asking, choices: &mut Choices) -> Case {
    let mut steps = choices.several(0, 3, |choices| match choices.below(3) {
        0 => format!("!({}): deny", held(choices)),
        1 => format!("require({}, {})", held(choices), held(choices)),
        _ => format!("require({})", held(choices)),
    });
    let mut fields: Vec<(String, String)> = choices.several(1, 3, |choices| {
        let field = choices.pick(&["a", "**.a", "b", "**.'é x'", "c.a", "**.b.a"]).to_owned();
        (field, format!("{}(!({}))", choices.pick(&["redact", "omit"]), held(choices)))
    });
    match asking {
        Asking::ForMore => {}
        Asking::ToDeny => steps.push(format!("{}: deny", held(choices))),
        Asking::ToHide => fields.push(("b".to_owned(), format!("redact({})", held(choices)))),
    }
    fields.dedup_by(|one, other| one.0 == other.0);
    let fields: serde_json::Map<String, Json> = fields.into_iter().map(|(field, text)| (field, text.into())).collect();
    let document = json!({ "routes": [{ "tool": "t", "policy": steps, "result": fields }] }).to_string();
    let content = request::map(choices, 3).into();
    let answer = Answer { content, is_error: false, texts: Vec::new(), has_image: false };
    let call = Call { tool: "t", answer, ..request::call(choices) };
    let mut fewer = call.clone();
    if let Some(subject) = &mut fewer.who.subject {
        for held in [&mut subject.roles, &mut subject.permissions, &mut subject.teams] {
            held.truncate(choices.below(held.len() + 1));
        }
    }
    Case { document, call, fewer }
}

/// An expression that holds for whoever holds more.
fn held(choices: &mut Choices) -> String {
    let atom = |choices: &mut Choices| {
        let name = choices.pick(&HELD_NAMES);
        match choices.below(4) {
            0 => format!("subject.roles contains '{name}'"),
            1 => format!("'{name}' in subject.permissions"),
            _ => format!("{}['{name}']", choices.pick(&["role", "perm", "team"])),
        }
    };
    let terms = choices.several(1, 2, |choices| choices.several(1, 2, atom).join(" | "));
    terms.iter().map(|term| format!("({term})")).collect::<Vec<_>>().join(" & ")
}

#[test]
fn a_caller_who_holds_less_is_allowed_and_shown_no_more() {
    check(1_000, |choices| case(Asking::ForMore, choices), no_more);
}

#[test]
fn a_policy_that_asks_that_somebody_holds_nothing_is_found() {
    for slip in [Asking::ToDeny, Asking::ToHide] {
        let is_found = |seed| no_more(&case(slip, &mut Choices::of_seed(seed))).is_err();
        assert!((0..10_000).any(is_found), "{slip:?} would go unnoticed");
    }
}

fn no_more(case: &Case) -> Result<(), String> {
    let wide = Runtime::new(&case.document)?.call(&case.call);
    let narrow = Runtime::new(&case.document)?.call(&case.fewer);
    let is_less = match (&narrow.answer, &wide.answer) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(narrow), Some(wide)) => shows_less(narrow.content(), wide.content()),
    };
    if is_less { Ok(()) } else { Err(format!("was {wide:#?}\nand is {narrow:#?}")) }
}

/// Whether one value is the other with some of its members hidden or taken out.
fn shows_less(narrow: &Json, wide: &Json) -> bool {
    if narrow == "[REDACTED]" {
        return true;
    }
    match (narrow, wide) {
        (Json::Object(narrow), Json::Object(wide)) => {
            narrow.iter().all(|(name, value)| wide.get(name).is_some_and(|wide| shows_less(value, wide)))
        }
        (Json::Array(narrow), Json::Array(wide)) => {
            narrow.len() == wide.len() && narrow.iter().zip(wide).all(|(narrow, wide)| shows_less(narrow, wide))
        }
        (narrow, wide) => narrow == wide,
    }
}

#[test]
fn what_is_hidden_or_taken_out_is_less_and_what_is_shown_is_not() {
    let wide = json!({ "a": 1, "b": [{ "a": "[REDACTED]" }] });
    for less in [json!({ "a": 1 }), json!({ "a": "[REDACTED]", "b": "[REDACTED]" }), json!({ "b": [{}] }), wide.clone()]
    {
        assert!(shows_less(&less, &wide), "{less}");
    }
    for more in [json!({ "a": 2 }), json!({ "b": [{ "a": 3 }] }), json!({ "c": 1 }), json!({ "b": [] })] {
        assert!(!shows_less(&more, &wide), "{more}");
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.document, self.call, self.fewer)
    }
}
