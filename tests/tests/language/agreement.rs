//! The runtime and the reference evaluator agree on random policies, callers, calls, answers and sessions.

use std::fmt;

use cpex::Answer;
use cpex::cmf::{ContentPart, TextPart};
use serde_json::{Map, Value as Json};

use super::choices::Choices;
use super::generate_steps::Words;
use super::json_text::without_blanks;
use super::property::check;
use super::reference::{Sent, Sessions, Verdict, decide};
use super::request::{Call, Text, call};
use super::runtime::{Runtime, Seen, image};
use super::slip::{SLIPS, Slip};
use super::tree::Route;
use super::world::{Labels, Released};
use super::{generate, print};

/// A policy and calls under it, in order.
pub(super) struct Case {
    routes: Vec<Route>,
    pub(super) document: String,
    pub(super) calls: Vec<Call>,
}

/// A case whose policy decides, labels and runs plugins.
pub(super) fn case(choices: &mut Choices) -> Case {
    case_in(Words::Few, choices)
}

/// A case with every step there is, often enough not.
fn any_case(choices: &mut Choices) -> Case {
    let words = if choices.once_in(3) { Words::Few } else { Words::All };
    case_in(words, choices)
}

fn case_in(words: Words, choices: &mut Choices) -> Case {
    let routes = generate::routes_in(words, choices);
    let document = print::document(&routes, choices);
    Case { routes, document, calls: choices.several(1, 4, call) }
}

#[test]
fn policy_decides_as_the_language_says() {
    check(15_000, any_case, |case| {
        let runtime = Runtime::new(&case.document)?;
        let seen: Vec<Seen> = case.calls.iter().map(|call| runtime.call(call)).collect();
        compare(case, &seen, None)
    });
}

/// Whether a comparison notices at all: each slip of the reference must show.
#[test]
fn every_slip_of_the_reference_is_found() {
    let mut left = SLIPS.to_vec();
    for seed in 0..10_000 {
        let case = any_case(&mut Choices::of_seed(seed));
        let runtime = Runtime::new(&case.document).unwrap();
        let seen: Vec<Seen> = case.calls.iter().map(|call| runtime.call(call)).collect();
        left.retain(|slip| compare(&case, &seen, Some(*slip)).is_ok());
        if left.is_empty() {
            return;
        }
    }
    panic!("these would go unnoticed: {left:?}");
}

fn compare(case: &Case, seen: &[Seen], slip: Option<Slip>) -> Result<(), String> {
    let mut sessions = Sessions::new();
    for (number, (call, seen)) in case.calls.iter().zip(seen).enumerate() {
        let verdict = decide(&case.routes, call, &mut sessions, slip);
        if verdict.denied.as_ref().is_some_and(|denied| denied.is_open) {
            return Ok(());
        }
        let mut labels: Vec<Labels> = sessions.values().filter(|labels| !labels.is_empty()).cloned().collect();
        labels.sort();
        if !agrees(&verdict, seen) || labels != seen.sessions {
            return Err(format!("call {number} should be {verdict:#?}\nlabels {labels:?}\nand is {seen:#?}"));
        }
    }
    Ok(())
}

fn agrees(verdict: &Verdict, seen: &Seen) -> bool {
    let denial = match (&verdict.denied, &seen.denied) {
        (None, None) => true,
        (Some(denied), Some(seen)) => {
            denied.codes.contains(&seen.code)
                && denied.rule == seen.rule
                && denied.reason.as_ref().is_none_or(|reason| *reason == seen.reason)
                && denied.details.clone().map(|details| (*details).into()) == seen.details
        }
        _ => false,
    };
    let result = match (&verdict.result, &seen.answer) {
        (None, None) => true,
        (Some(released), Some(answer)) => is_released(released, answer),
        _ => false,
    };
    let sent = match (&verdict.sent, &seen.args) {
        (None, None) => true,
        (Some(sent), Some(args)) => is_sent(sent, args, seen),
        _ => false,
    };
    denial && result && sent && verdict.message_labels == seen.message_labels
}

fn is_sent(sent: &Sent, args: &Map<String, Json>, seen: &Seen) -> bool {
    let mut credentials = seen.credentials.clone();
    credentials.sort();
    sent.args == *args
        && sent.restriction == seen.restriction
        && sent.credentials.len() == credentials.len()
        && sent.credentials.iter().zip(&credentials).all(|((delegator, grant), (header, audience, permissions))| {
            *delegator == header && grant.audience == audience && grant.permissions == *permissions
        })
}

fn is_released(released: &Released, answer: &Answer) -> bool {
    let mut parts: Vec<&ContentPart> = answer.parts().collect();
    let image = image();
    if released.has_image && parts.pop() != Some(&image) {
        return false;
    }
    *answer.content() == released.content.value()
        && answer.is_error() == released.is_error
        && parts.len() == released.texts.len()
        && released.texts.iter().zip(parts).all(|(text, part)| match part {
            ContentPart::Text(TextPart { text: seen, .. }) => match text {
                // What is taken out takes some of the blanks around it along.
                Text::Json(node) if !released.keeps_blanks => without_blanks(seen) == node.text(false),
                text => *seen == text.written(),
            },
            _ => false,
        })
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.document)?;
        self.calls.iter().try_for_each(|call| writeln!(f, "{call}"))
    }
}
