//! What is asked of a policy: callers, calls and what the backend answers.

use std::fmt;

use serde_json::{Map, Number, Value as Json};

use super::choices::Choices;
use super::json_text::Node;
use super::vocabulary::{HELD_NAMES, NAMES, NUMBERS, TEXTS};

#[derive(Clone, Debug, Default)]
pub(super) struct Who {
    pub(super) subject: Option<Subject>,
    pub(super) client: Option<Client>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    pub(super) id: &'static str,
    pub(super) issuer: Option<&'static str>,
    pub(super) tenant: Option<&'static str>,
    pub(super) roles: Vec<&'static str>,
    pub(super) permissions: Vec<&'static str>,
    pub(super) teams: Vec<&'static str>,
    pub(super) claims: Map<String, Json>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    pub(super) id: &'static str,
    pub(super) scopes: Vec<&'static str>,
    pub(super) roles: Vec<&'static str>,
    pub(super) permissions: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) tool: &'static str,
    pub(super) who: Who,
    pub(super) session: Option<&'static str>,
    pub(super) args: Map<String, Json>,
    pub(super) answer: Answer,
}

/// What a backend answers.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The structured part; `null` for none.
    pub(super) content: Json,
    pub(super) is_error: bool,
    pub(super) texts: Vec<Text>,
    /// Whether a part stands at the end that nothing can read, an image.
    pub(super) has_image: bool,
}

/// A text part: JSON, or anything else.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Json(Node),
    Other(String),
}

impl Text {
    pub(super) fn written(&self) -> String {
        match self {
            Self::Json(node) => node.text(true),
            Self::Other(text) => text.clone(),
        }
    }
}

pub(super) fn call(choices: &mut Choices) -> Call {
    Call {
        tool: choices.pick(&["t", "t", "t", "t", "t", "t", "t", "u", "u", "unknown"]),
        who: who(choices),
        session: choices.pick(&[Some("s1"), Some("s1"), Some("s2"), None]),
        args: map(choices, 3),
        answer: answer(choices),
    }
}

pub(super) fn who(choices: &mut Choices) -> Who {
    if choices.once_in(8) {
        return Who::default();
    }
    let names = |choices: &mut Choices| choices.several(0, 2, |choices| choices.pick(&HELD_NAMES));
    let subject = Subject {
        id: choices.pick(&["a", "hr"]),
        issuer: choices.pick(&[None, Some("b")]),
        tenant: choices.pick(&[None, Some("a"), Some("ab"), Some("2.5")]),
        roles: names(choices),
        permissions: names(choices),
        teams: names(choices),
        claims: map(choices, 2),
    };
    let client = choices.once_in(3).then(|| Client {
        id: choices.pick(&["a", "b"]),
        scopes: names(choices),
        roles: names(choices),
        permissions: names(choices),
    });
    Who { subject: Some(subject), client }
}

fn answer(choices: &mut Choices) -> Answer {
    let texts = if choices.once_in(2) { choices.several(1, 2, text) } else { Vec::new() };
    let content = match choices.below(8) {
        0 if !texts.is_empty() => Json::Null,
        1 => value(choices, 2),
        2 => Json::Array(choices.several(0, 3, |choices| value(choices, 2))),
        _ => map(choices, 3).into(),
    };
    Answer { content, is_error: choices.once_in(6), texts, has_image: choices.once_in(16) }
}

fn text(choices: &mut Choices) -> Text {
    const OTHER: [&str; 9] = ["", "plain", "{", "[1,]", "5", "\"a\"", "{}x", "{\"a\":01}", "{\"a\" 1}"];
    if choices.once_in(6) {
        return Text::Other(choices.pick(&OTHER).to_owned());
    }
    let value = if choices.once_in(5) {
        Json::Array(choices.several(0, 3, |choices| value(choices, 2)))
    } else {
        map(choices, 3).into()
    };
    Text::Json(Node::spaced(&value, choices))
}

pub(super) fn map(choices: &mut Choices, depth: usize) -> Map<String, Json> {
    let member =
        |choices: &mut Choices| (choices.pick_early(&NAMES).to_owned(), value(choices, depth.saturating_sub(1)));
    choices.several(0, 4, member).into_iter().collect()
}

pub(super) fn value(choices: &mut Choices, depth: usize) -> Json {
    match choices.below(if depth == 0 { 6 } else { 10 }) {
        0 => Json::Null,
        1 => Json::Bool(choices.once_in(2)),
        2 | 3 => Json::Number(number(choices)),
        4 | 5 => choices.pick_early(&TEXTS).into(),
        6 | 7 => Json::Array(choices.several(0, 3, |choices| value(choices, depth - 1))),
        _ => map(choices, depth).into(),
    }
}

fn number(choices: &mut Choices) -> Number {
    serde_json::from_str(choices.pick_early(&NUMBERS)).unwrap()
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tool, who, session, args, answer } = self;
        writeln!(f, "call {tool} in {session:?} with {}", Json::from(args.clone()))?;
        writeln!(f, "  by {who:?}")?;
        write!(f, "  answered {}, error: {}, image: {}", answer.content, answer.is_error, answer.has_image)?;
        answer.texts.iter().try_for_each(|text| write!(f, ", text {:?}", text.written()))
    }
}
