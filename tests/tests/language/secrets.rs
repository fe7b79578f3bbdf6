//! What a pipeline takes out is nowhere in what is released: not in a value, not in a text, however it was escaped.

use std::fmt;

use cpex::cmf::{ContentPart, TextPart};
use serde_json::Value as Json;

use super::choices::Choices;
use super::generate;
use super::json_text::{Kind, Member, Node, escaped};
use super::print;
use super::property::check;
use super::request::{self, Answer, Call, Text};
use super::runtime::Runtime;
use super::tree::Part;

/// Its characters, some of which JSON may escape and some of which it must, are in no other value.
const SECRET: &str = "Zq7\"ÿ9Xw𝄞\\8kVj";

/// How many characters in a row are a leak.
const RUN: usize = 3;

/// A policy that takes a field out, and a call whose field holds the secret.
struct Case {
    document: String,
    call: Call,
}

fn case(choices: &mut Choices) -> Case {
    let field = generate::field(choices);
    let stages =
        ["redact", "omit", "mask(0)", "mask(8)", "redact(!role.nobody)", "omit(tool.name == 't')", "str | redact"];
    let pipeline = format!("{{ {}: {} }}", quoted(&print::field(&field, choices)), quoted(choices.pick(&stages)));
    let document = format!("{{ routes: [ {{ tool: t, args: {pipeline}, result: {pipeline} }} ] }}");
    let mut call = request::call(choices);
    call.tool = "t";
    let args = plant(&field, choices).value();
    call.args = args.as_object().cloned().unwrap_or_default();
    let content = plant(&field, choices).value();
    let texts = choices.several(0, 2, |choices| match choices.below(6) {
        0 => Text::Other(SECRET.to_owned()),
        1 => Text::Other(format!("{} {}", plant(&field, choices).text(true), SECRET)),
        _ => Text::Json(plant(&field, choices)),
    });
    call.answer = Answer { content, texts, ..call.answer };
    Case { document, call }
}

/// A value in which the field, wherever it leads, is or holds the secret, among values that are none.
fn plant(field: &[Part], choices: &mut Choices) -> Node {
    let blank = |kind| Node { before: "", kind, after: "" };
    let Some((part, rest)) = field.split_first() else {
        return match choices.below(4) {
            0 => blank(Kind::List(vec![leaf(choices), leaf(choices)])),
            1 => blank(Kind::Map(vec![member("deeper", leaf(choices), choices)])),
            _ => leaf(choices),
        };
    };
    match part {
        Part::Each => blank(Kind::List(choices.several(1, 3, |choices| plant(rest, choices)))),
        Part::Any if !choices.once_in(2) => plant(rest, choices),
        Part::Any if !choices.once_in(2) => blank(Kind::List(vec![plant(field, choices)])),
        Part::Any => blank(Kind::Map(vec![member("anywhere", plant(field, choices), choices)])),
        Part::Name(name) => {
            let beside = Node::spaced(&request::value(choices, 1), choices);
            let mut members = choices.several(1, 3, |choices| member(name, plant(rest, choices), choices));
            members.insert(choices.below(members.len() + 1), member("beside", beside, choices));
            blank(Kind::Map(members))
        }
    }
}

fn member(name: &str, value: Node, choices: &mut Choices) -> Member {
    Member { name: name.to_owned(), written: escaped(name, choices), value }
}

fn leaf(choices: &mut Choices) -> Node {
    Node {
        before: choices.pick(&["", " "]),
        kind: Kind::Leaf(escaped(SECRET, choices)),
        after: choices.pick(&["", "\n"]),
    }
}

fn quoted(text: &str) -> Json {
    text.into()
}

#[test]
fn no_run_of_a_secret_leaves_a_pipeline_that_takes_it_out() {
    check(1_500, case, |case| {
        let runtime = Runtime::recording(&case.document)?;
        let seen = runtime.call(&case.call);
        let mut shown = runtime.records();
        shown.extend(seen.args.map(|args| Json::from(args).to_string()));
        shown.extend(seen.denied.map(|denied| format!("{denied:?}")));
        if let Some(answer) = &seen.answer {
            shown.push(answer.content().to_string());
            shown.extend(answer.parts().map(|part| match part {
                ContentPart::Text(TextPart { text, .. }) => text.clone(),
                other => serde_json::to_string(other).unwrap(),
            }));
        }
        match shown.iter().find(|text| leaks(text)) {
            Some(text) => Err(format!("leaks: {text}")),
            None => Ok(()),
        }
    });
}

/// Whether a run of the secret stands in a text, with its escapes or without.
fn leaks(text: &str) -> bool {
    let secret: Vec<char> = SECRET.chars().collect();
    let plain = unescaped(text);
    secret.windows(RUN).map(|run| run.iter().collect::<String>()).any(|run| text.contains(&run) || plain.contains(&run))
}

/// A text with every escape of JSON in it read, inside strings or not.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text.chars();
    while let Some(sign) = rest.next() {
        if sign != '\\' {
            units.extend(sign.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        match rest.next() {
            Some('u') => {
                let digits: String = rest.by_ref().take(4).collect();
                units.extend(u16::from_str_radix(&digits, 16));
            }
            Some(other) => units.extend(other.encode_utf16(&mut [0; 2]).iter()),
            None => {}
        }
    }
    String::from_utf16_lossy(&units)
}

#[test]
fn a_run_is_found_however_it_is_escaped() {
    for text in ["x Zq7 y", r"\u005aq7", r#""q7\u0022ÿ""#, r"\ud834\udd1e\\8", r"xÿ9X", r#"["w𝄞\\"]"#] {
        assert!(leaks(text), "{text}");
    }
    for text in ["Zq", r"\u005aq6", "[REDACTED]", "*************", ""] {
        assert!(!leaks(text), "{text}");
    }
}

#[test]
fn what_is_planted_leaks_where_nothing_takes_it_out() {
    let mut leaking = 0;
    for seed in 0..50 {
        let Case { call, .. } = case(&mut Choices::of_seed(seed));
        let runtime = Runtime::new("{ routes: [ { tool: t } ] }").unwrap();
        let answer = runtime.call(&call).answer.unwrap();
        leaking += usize::from(leaks(&answer.content().to_string()));
    }
    assert_eq!(leaking, 50);
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.document, self.call)
    }
}
