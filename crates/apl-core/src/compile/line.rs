//! Steps written in one line: `require(e, …)`, `e: EFFECT` and `EFFECT`.
//!
//! What a line is meant to be is told by the signs outside its quotes and brackets, so that the grammar is asked for that
//! one thing and its refusals speak of it.

use std::ops::Range;

use super::assembly::{Assembly, Place};
use super::words::{REQUIRE, is_step_key};
use crate::call::Call;
use crate::codes;
use crate::condition::{self, Condition};
use crate::context::Declared;
use crate::decision::Denial;
use crate::diagnostic::Diagnostic;
use crate::effect::{self, Compiled, EFFECTS};
use crate::expr::KEYWORDS;
use crate::fact::Vocabulary;
use crate::node::Text;
use crate::parse;
use crate::rewrite::{self, Side};
use crate::scan::{self, Sign};

/// Whether the language itself has the word at the beginning of a step, so that no decision engine can be asked by it.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    word == REQUIRE.name || is_step_key(word) || EFFECTS.iter().any(|effect| effect.names.contains(&word))
}

/// Compiles a step of one line.
pub(super) fn step<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, text: &Text, place: &Place) {
    let range = scan::trim(&text.value, 0..text.value.len());
    if range.is_empty() {
        return assembly.refuse(codes::STEP, text.span, "this step is empty", None);
    }
    let signs = match scan::top_level(text, range.clone()) {
        Ok(signs) => signs,
        Err(fault) => return assembly.faults.push(fault),
    };
    match signs.iter().find(|sign| sign.sign == ':').map(|sign| sign.at) {
        Some(colon) => {
            let left = scan::trim(&text.value, range.start..colon);
            let right = scan::trim(&text.value, colon + 1..range.end);
            guarded(assembly, text, left, right, place);
        }
        None => unguarded(assembly, text, range, place),
    }
}

/// Compiles what stands before the `:` of a guarded step.
pub(super) fn guard<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    text: &Text,
    range: Range<usize>,
) -> Option<Condition<V::Attribute>> {
    let (word, name) = leading_word(text, &range);
    if is_step_word(assembly, name) {
        let message = format!("`{name}` is no condition and cannot stand before `:`");
        let help = "write the condition first and the effect after it, as in `role.guest: deny`";
        assembly.refuse(codes::SYNTAX, text.span_of(word), message, Some(help));
        return None;
    }
    condition::compile(text, range, assembly.context.vocabulary, assembly.faults)
}

fn guarded<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    text: &Text,
    left: Range<usize>,
    right: Range<usize>,
    place: &Place,
) {
    let condition = guard(assembly, text, left);
    let span = text.span_of(right.clone());
    let compiled = effect(assembly, text, right, &place.guarded());
    let Some((condition, compiled)) = condition.zip(compiled) else { return };
    let rule = assembly.rule(place);
    let guard = assembly.guard(condition, rule);
    assembly.effect(compiled, place, span);
    assembly.end(guard);
}

fn unguarded<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    text: &Text,
    range: Range<usize>,
    place: &Place,
) {
    let (word, name) = leading_word(text, &range);
    let rest = part(text, &(word.end..range.end)).trim_start();
    if name == REQUIRE.name {
        require(assembly, text, range, rest, place);
    } else if is_field_operation(text, &range)
        || is_step_word(assembly, name)
        || is_unknown_effect(assembly, text, &range, name, rest)
    {
        let span = text.span_of(range.clone());
        if let Some(compiled) = effect(assembly, text, range, place) {
            assembly.effect(compiled, place, span);
        }
    } else if condition::compile(text, range.clone(), assembly.context.vocabulary, assembly.faults).is_some() {
        let line = part(text, &range);
        let message = "this expression does not say what follows from it";
        let help = format!("write `require({line})` to demand it, or `{line}: deny` to refuse it");
        assembly.refuse(codes::PREDICATE_ALONE, text.span_of(range), message, Some(&help));
    }
}

fn require<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    text: &Text,
    range: Range<usize>,
    arguments: &str,
    place: &Place,
) {
    let span = text.span_of(range.clone());
    if !arguments.starts_with('(') {
        let shown = if arguments.is_empty() { "role.hr" } else { arguments };
        let help = format!("write `require({shown})`");
        return assembly.refuse(codes::ARGUMENT, span, "`require` takes expressions in parentheses", Some(&help));
    }
    let Some(demanded) = parse::requirements(text, range.clone(), assembly.faults) else { return };
    if demanded.is_empty() {
        let help = Some("write what must hold, as in `require(role.hr)`");
        return assembly.refuse(codes::ARGUMENT, span, "`require` needs at least one expression", help);
    }
    if let Some(condition) = condition::unmet(demanded, text, range, assembly.context.vocabulary, assembly.faults) {
        let rule = assembly.rule(place);
        let guard = assembly.guard(condition, rule);
        assembly.deny(Denial::new("policy.require_failed"), rule);
        assembly.end(guard);
    }
}

/// Compiles a part of a text as an effect.
fn effect<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    text: &Text,
    range: Range<usize>,
    place: &Place,
) -> Option<Compiled<V::Attribute>> {
    let span = text.span_of(range.clone());
    let (word, name) = leading_word(text, &range);
    if range.is_empty() {
        assembly.refuse(codes::STEP, span, "an effect is missing here", Some("write one, as in `role.guest: deny`"));
    } else if is_field_operation(text, &range) {
        return field_operation(assembly, text, range);
    } else if is_map_word(assembly, name) && effect::row::<V, D>(name).is_none() {
        let message = format!("`{name}` is a step that is written as a map");
        assembly.refuse(codes::STEP, span, message, Some(&format!("write `- {name}: ..`, without the quotes")));
    } else if name == REQUIRE.name {
        let help = "write `{when: .., do: \"require(..)\"}`";
        assembly.refuse(codes::STEP, span, "`require` is a step and cannot stand after `:`", Some(help));
    } else if let Some(row) = effect::row::<V, D>(name) {
        let call = Call::parse(text, range, assembly.faults)?;
        let compiled = (row.call)(&call, assembly.context, assembly.faults)?;
        if place.is_guarded && matches!(compiled, Compiled::GoOn) {
            let message = "an `allow` under a condition exempts from nothing: the steps after it run all the same";
            let help = "put the steps it should exempt from under the opposite condition";
            assembly.refuse(codes::GUARDED_ALLOW, span, message, Some(help));
        }
        return Some(compiled);
    } else {
        refuse_unknown(assembly, text, if word.is_empty() { range } else { word });
    }
    None
}

fn refuse_unknown<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, text: &Text, range: Range<usize>) {
    let name = part(text, &range);
    let names = || EFFECTS.iter().flat_map(|effect| effect.names.iter().copied());
    let fault = Diagnostic::new(codes::UNKNOWN_EFFECT, text.span_of(range.clone()), format!("`{name}` is no effect"));
    let all = format!("an effect is one of {}", names().collect::<Vec<_>>().join(", "));
    assembly.faults.push(fault.help(all).nearest(name, names().chain([REQUIRE.name])));
}

/// Whether a line without guard was meant as an effect, although the language has none of that name.
fn is_unknown_effect<V: Vocabulary, D: Declared>(
    assembly: &Assembly<'_, V, D>,
    text: &Text,
    range: &Range<usize>,
    name: &str,
    rest: &str,
) -> bool {
    let is_word = !name.is_empty() && !KEYWORDS.contains(&name);
    // A word alone may be an attribute, such as `authenticated`.
    let is_attribute =
        || condition::compile(text, range.clone(), assembly.context.vocabulary, &mut Vec::new()).is_some();
    is_word && (rest.starts_with('(') || (rest.is_empty() && !is_attribute()))
}

/// Compiles a field pipeline that stands among steps.
fn field_operation<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    text: &Text,
    range: Range<usize>,
) -> Option<Compiled<V::Attribute>> {
    let bar = first_bar(text, &range)?;
    let (side, namespace) = match part(text, &range).starts_with("args") {
        true => (Side::Args, "args"),
        false => (Side::Result, "result"),
    };
    let path = scan::trim(&text.value, range.start + namespace.len()..bar);
    let dot = usize::from(part(text, &path).starts_with('.'));
    let field = text.part(path.start + dot..path.end);
    let pipeline = text.part(scan::trim(&text.value, bar + 1..range.end));
    rewrite::compile(&field, &pipeline, side, assembly.context, assembly.faults).map(Compiled::Pipeline)
}

/// Whether a part of a text is a field operation: it begins with `args` or `result` and a path, and has a `|` and no `:`
/// outside quotes and brackets.
fn is_field_operation(text: &Text, range: &Range<usize>) -> bool {
    let line = part(text, range);
    let rest = line.strip_prefix("args").or_else(|| line.strip_prefix("result"));
    rest.is_some_and(|rest| rest.starts_with(['.', '['])) && first_bar(text, range).is_some()
}

/// Where the first `|` of a line without `:` stands, both outside quotes and brackets.
fn first_bar(text: &Text, range: &Range<usize>) -> Option<usize> {
    let signs = scan::top_level(text, range.clone()).ok()?;
    let has_colon = signs.iter().any(|Sign { sign, .. }| *sign == ':');
    signs.iter().find(|Sign { sign, .. }| *sign == '|' && !has_colon).map(|sign| sign.at)
}

/// Whether a word begins a step and not an expression.
fn is_step_word<V: Vocabulary, D: Declared>(assembly: &Assembly<'_, V, D>, name: &str) -> bool {
    name == REQUIRE.name || effect::row::<V, D>(name).is_some() || is_map_word(assembly, name)
}

/// Whether a word begins a step written as a map.
fn is_map_word<V: Vocabulary, D: Declared>(assembly: &Assembly<'_, V, D>, name: &str) -> bool {
    is_step_key(name) || effect::ask::is_dialect(name, assembly.context.declared)
}

/// The name a part of a text begins with; empty where it begins with none.
fn leading_word<'t>(text: &'t Text, range: &Range<usize>) -> (Range<usize>, &'t str) {
    let line = part(text, range);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let length = match line.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => {
            line.len() - line.trim_start_matches(is_name).len()
        }
        _ => 0,
    };
    let word = range.start..range.start + length;
    (word.clone(), part(text, &word))
}

fn part<'t>(text: &'t Text, range: &Range<usize>) -> &'t str {
    text.value.get(range.clone()).unwrap_or_default()
}
