//! Whatever is written, loading it does not panic, and what loads decides every call.

use std::fmt;

use serde_json::{Value as Json, json};

use super::agreement;
use super::choices::Choices;
use super::generate;
use super::print;
use super::property::check;
use super::request::{self, Call, call};
use super::runtime::Runtime;

/// Pieces of documents, rules and pipelines, and what breaks the readers of such things.
const PIECES: &[&str] = &[
    "args.a",
    "result",
    "role.hr",
    "claim",
    "x['a']",
    "[0]",
    "[-1]",
    "[args.b]",
    "exists",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "\\",
    "!",
    "&",
    "&&",
    "|",
    "||",
    "==",
    "!=",
    "<",
    ">=",
    "=",
    "in",
    "not in",
    "contains",
    "matches",
    "and",
    "true",
    "null",
    "require(",
    "deny",
    "deny('a', 'b')",
    "taint(l1)",
    "run(allows)",
    ":",
    ": ",
    ",",
    ".",
    "..",
    "**",
    "[]",
    "1",
    "-",
    "1e999",
    "0x1",
    "99999999999999999999999999999999999999999",
    "str",
    "mask(2)",
    "redact(",
    "omit",
    "enum(",
    "regex('(')",
    "len(1..)",
    "hash",
    "when: ",
    "do: ",
    "- ",
    "\n",
    "\n  ",
    "\t",
    "#",
    "*a",
    "&a ",
    "!!str",
    "---",
    "...",
    "routes:",
    "tool: t",
    "policy:",
    "plugins:",
    "é",
    "\u{301}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{202e}",
    "𝄞",
    "${args.a}",
    "? ",
    "%YAML",
    "<<: ",
    "|-\n",
    ">\n",
];

struct Text {
    document: String,
    calls: Vec<Call>,
}

/// A text of pieces.
fn pieces(choices: &mut Choices, most: usize) -> String {
    let piece = |choices: &mut Choices| {
        // Nesting without end would end the stack.
        let times = if choices.once_in(40) { choices.pick(&[70, 300, 20_000]) } else { 1 };
        choices.pick(PIECES).repeat(times) + choices.pick(&["", " "])
    };
    choices.several(0, most, piece).concat()
}

/// A call with what no tool expects: deep nesting, names that are none, texts that only begin as JSON.
fn strange(choices: &mut Choices) -> Call {
    let mut call = call(choices);
    let deep = |choices: &mut Choices| choices.pick(&[3, 126, 127, 128, 300]);
    match choices.below(5) {
        0 => call.tool = choices.pick(&["", " ", "*", "a/b", "t\n", "\u{0}"]),
        1 => drop(call.args.insert("a".to_owned(), nested(deep(choices), choices))),
        2 => call.answer.content = nested(deep(choices), choices),
        3 => {
            let levels = deep(choices);
            let open = choices.pick(&["[", "{\"a\":", "[{\"b\":", "{\"a\":1,\"a\":"]).repeat(levels);
            let close = choices.pick(&["]", "}", "}]", "]}", ""]).repeat(levels);
            call.answer.texts.push(request::Text::Other(format!("{open}1{close}")));
        }
        _ => call.answer.texts.push(request::Text::Other(pieces(choices, 12))),
    }
    call
}

fn nested(levels: usize, choices: &mut Choices) -> Json {
    let in_map = choices.once_in(2);
    (0..levels).fold(Json::Null, |inner, _| if in_map { json!({ "a": inner }) } else { json!([inner]) })
}

/// A document that loads, broken in a few places.
fn broken(choices: &mut Choices) -> String {
    let mut text: Vec<char> = agreement::case(choices).document.chars().collect();
    for _ in 0..=choices.below(3) {
        let at = choices.below(text.len() + 1);
        let end = (at + choices.below(6)).min(text.len());
        let piece = choices.pick(PIECES);
        text.splice(at..end, piece.chars());
    }
    text.into_iter().collect()
}

/// A document in which anything stands where an expression, a step, a field or a pipeline should.
fn holding(choices: &mut Choices) -> String {
    let guard = generate::guard(choices).text;
    let any = match choices.below(6) {
        0 => pieces(choices, 12),
        1 => format!("{guard} {}", pieces(choices, 3)),
        2 => format!("{}{guard}", pieces(choices, 3)),
        3 => guard.chars().rev().collect(),
        4 => format!("!({guard})"),
        _ => format!("( {guard}|{guard} )"),
    };
    let field = print::field(&generate::field(choices), choices);
    let routes = match choices.below(7) {
        0 => json!([{ "tool": "t", "policy": [format!("require({any})")] }]),
        1 => json!([{ "tool": "t", "policy": [{ "when": any, "do": "deny" }] }]),
        2 => json!([{ "tool": "t", "policy": [{ any: "deny" }], "post_policy": [{ "id": guard, guard: ["allow"] }] }]),
        3 => json!([{ "tool": "t", "policy": [any] }]),
        4 => json!([{ "tool": "t", "result": { field: stages(choices, &any) } }]),
        5 => json!([{ "tool": "t", "args": { any: "str | redact" } }]),
        _ => json!([{ "tool": [any, "t"], "result": { field: format!("redact({any})") } }]),
    };
    json!({ "routes": routes }).to_string()
}

fn stages(choices: &mut Choices, any: &str) -> String {
    const STAGES: [&str; 10] = [
        "str",
        "omit",
        "mask(2)",
        "1..2",
        "len(..3)",
        "enum(a, 'b', 1)",
        "regex('a')",
        "max_bytes(9)",
        "redact",
        "2..1",
    ];
    let stage = |choices: &mut Choices| match choices.below(8) {
        0 => pieces(choices, 3),
        1 => format!("redact({any})"),
        _ => choices.pick(&STAGES).to_owned(),
    };
    choices.several(1, 4, stage).join("|")
}

fn text(choices: &mut Choices) -> Text {
    let document = match choices.below(8) {
        0 => pieces(choices, 40),
        1 => format!("routes:\n  - tool: t\n    policy:\n      - {}", pieces(choices, 20)),
        2 | 3 => broken(choices),
        4 => agreement::case(choices).document,
        _ => holding(choices),
    };
    Text { document, calls: choices.several(1, 3, strange) }
}

#[test]
fn whatever_is_written_loads_or_is_refused_and_what_loads_decides() {
    check(1_500, text, |text| {
        if let Ok(runtime) = Runtime::new(&text.document) {
            for call in &text.calls {
                let seen = runtime.call(call);
                if seen.denied.is_none() && seen.answer.is_none() {
                    return Err(format!("a call ends neither way: {seen:?}"));
                }
            }
        }
        Ok(())
    });
}

/// The property above would say nothing if everything were refused, or nothing.
#[test]
fn of_what_is_written_some_loads_and_some_does_not() {
    let loads = (0..300).filter(|seed| Runtime::new(&text(&mut Choices::of_seed(*seed)).document).is_ok()).count();
    assert!((15..285).contains(&loads), "{loads} of 300 load");
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}", self.document)?;
        self.calls.iter().try_for_each(|call| writeln!(f, "{call}"))
    }
}
