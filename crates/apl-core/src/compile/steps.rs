//! Lists of steps, and steps written as maps.

use super::assembly::{Assembly, Place};
use super::reactions::{self, Question};
use super::{line, misread};
use crate::codes;
use crate::context::Declared;
use crate::diagnostic::Diagnostic;
use crate::effect::{self, Action, ask, restrict};
use crate::fact::Vocabulary;
use crate::node::{Entry, Node, Text, Value};
use crate::scan;

/// How deeply steps may stand inside one another.
const MAX_DEPTH: usize = 64;

/// Compiles the steps of a list at that place, in written order.
pub(super) fn list<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, nodes: &[Node], place: &Place) {
    for (index, node) in items(nodes, assembly.faults) {
        step(assembly, node, &place.item(index, node.span));
    }
}

/// The items of a list that are steps, each with its index. Lines that YAML cut into several items are mistakes.
fn items<'n>(nodes: &'n [Node], faults: &mut Vec<Diagnostic>) -> Vec<(usize, &'n Node)> {
    let mut items = Vec::with_capacity(nodes.len());
    let mut index = 0;
    while let Some(node) = nodes.get(index) {
        match misread::cut_line(nodes.get(index..).unwrap_or_default()) {
            Some((cut, fault)) => {
                faults.push(fault);
                index += cut;
            }
            None => {
                items.push((index, node));
                index += 1;
            }
        }
    }
    items
}

fn step<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, node: &Node, place: &Place) {
    if place.depth > MAX_DEPTH {
        let message = format!("steps nest more than {MAX_DEPTH} deep");
        return assembly.refuse(codes::TOO_DEEP, node.span, message, Some("join their conditions with `&`"));
    }
    match &node.value {
        Value::Text(text) => line::step(assembly, text, place),
        Value::Map(entries) => map(assembly, node, entries, place),
        Value::Null => assembly.refuse(codes::STEP, node.span, "this step is empty", None),
        Value::Bool(_) | Value::Number(_) | Value::List(_) => {
            let message = format!("a step is text or a map, not {}", node.shape());
            assembly.refuse(codes::STEP, node.span, message, None);
        }
    }
}

fn map<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, node: &Node, entries: &[Entry], place: &Place) {
    if let Some(fault) = entries.iter().find_map(misread::split_line) {
        return assembly.faults.push(fault);
    }
    let own =
        entries.iter().find(|entry| entry.key.value == "id").and_then(|entry| identify(assembly, node, entry, place));
    let place = own.as_ref().unwrap_or(place);
    let rest: Vec<&Entry> = entries.iter().filter(|entry| entry.key.value != "id").collect();
    if let Some(engine) = rest.iter().find(|entry| ask::is_dialect(&entry.key.value, assembly.context.declared)) {
        if let Some(question) = reactions::read(assembly, engine, &rest) {
            ask_engine(assembly, question, place);
        }
        return;
    }
    if let Some(entry) = rest.iter().find(|entry| reactions::is_reaction(entry)) {
        let message = format!("`{}` stands without a decision engine to react to", entry.key.value);
        return assembly.refuse(
            codes::STEP,
            entry.key.span,
            message,
            Some("write it beside `cel`, `cedar` or another engine"),
        );
    }
    if rest.iter().any(|entry| matches!(entry.key.value.as_str(), "when" | "do")) {
        return conditional(assembly, node, &rest, place);
    }
    match rest.as_slice() {
        [] => assembly.refuse(codes::STEP, node.span, "this step does nothing", None),
        [entry] => single(assembly, entry, place),
        [_, second, ..] => {
            let message = format!("a step has one condition or one effect; `{}` begins another", second.key.value);
            assembly.refuse(codes::STEP, second.key.span, message, Some("begin a step of its own with `- `"));
        }
    }
}

/// The place under the `id` of a step.
fn identify<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    node: &Node,
    entry: &Entry,
    place: &Place,
) -> Option<Place> {
    let Some(id) = entry.value.text().filter(|id| !id.value.trim().is_empty()) else {
        let message = format!("an `id` is a name, not {}", entry.value.shape());
        assembly.refuse(codes::STEP, entry.value.span, message, Some("put it in quotes"));
        return None;
    };
    if let Some(taken) = assembly.context.take_id(&id.value, id.span) {
        let help = format!("it is the step at {}", assembly.context.sources.place(taken));
        let message = format!("another step has the id `{}`", id.value);
        assembly.refuse(codes::DUPLICATE_ID, id.span, message, Some(&help));
    }
    Some(place.identified(&id.value, node.span))
}

/// `{when: e, do: STEP or [..]}`.
fn conditional<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    node: &Node,
    entries: &[&Entry],
    place: &Place,
) {
    let (mut when, mut then) = (None, None);
    for entry in entries {
        match entry.key.value.as_str() {
            "when" => when = Some(entry),
            "do" => then = Some(entry),
            other => {
                let message = format!("`{other}` cannot stand beside `when` and `do`");
                assembly.refuse(codes::STEP, entry.key.span, message, Some("begin a step of its own with `- `"));
            }
        }
    }
    let (Some(when), Some(then)) = (when, then) else {
        let (written, missing) = if when.is_some() { ("when", "do") } else { ("do", "when") };
        let message = format!("`{written}` stands without `{missing}`");
        return assembly.refuse(codes::STEP, node.span, message, Some("write `{when: e, do: STEP}`"));
    };
    let Some(text) = when.value.text() else {
        let message = format!("`when` takes an expression in quotes, not {}", when.value.shape());
        return assembly.refuse(codes::STEP, when.value.span, message, None);
    };
    guarded(assembly, text, &then.value, place);
}

/// A map of one key: an effect, a group, or `{"e": STEP or [..]}`.
fn single<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, entry: &Entry, place: &Place) {
    let key = entry.key.value.as_str();
    match key {
        "sequential" | "parallel" => return group(assembly, entry, place),
        "restrict" => {
            let compiled = restrict::compile(entry, assembly.context, assembly.faults);
            if let Some(restrict) = compiled {
                assembly.perform(Action::Restrict(Box::new(restrict)), place, entry.key.span);
            }
            return;
        }
        _ => {}
    }
    match effect::row::<V, D>(key).map(|row| row.map) {
        Some(Some(compile)) => {
            if let Some(compiled) = compile(entry, assembly.context, assembly.faults) {
                assembly.effect(compiled, place, entry.key.span);
            }
        }
        Some(None) => {
            let message = format!("`{key}` is written in one line, not as a map");
            assembly.refuse(codes::STEP, entry.key.span, message, Some(&format!("write `- {key}(..)`")));
        }
        None => guarded(assembly, &entry.key, &entry.value, place),
    }
}

/// A question for a decision engine and the reactions to its answer. Those are compiled for their mistakes even where the
/// question has one.
fn ask_engine<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, question: Question<'_>, place: &Place) {
    let Question { engine, map, on_allow, on_deny } = question;
    let compiled = ask::compile_map(engine, map, assembly.context, assembly.faults);
    let rule = assembly.rule(place);
    let asked = compiled.map(|ask| assembly.ask(ask, rule));
    if let Some(entry) = on_allow {
        reaction(assembly, entry, &place.guarded());
    }
    if let Some(entry) = on_deny {
        let jump = asked.as_ref().map(|asked| assembly.on_deny(asked));
        reaction(assembly, entry, &place.denied());
        if let Some(jump) = jump {
            let rule = assembly.rule(place);
            assembly.end_on_deny(jump, rule);
        }
    }
    if let Some(asked) = asked {
        assembly.end_ask(asked);
    }
}

fn reaction<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, entry: &Entry, place: &Place) {
    if let Some(nodes) = reactions::steps(assembly, entry) {
        list(assembly, nodes, &place.nested(&entry.key.value, entry.value.span));
    }
}

/// `{sequential: [..]}` and `{parallel: [..]}`.
fn group<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, entry: &Entry, place: &Place) {
    let key = entry.key.value.as_str();
    let nodes = match &entry.value.value {
        Value::List(nodes) if !nodes.is_empty() => nodes,
        _ => {
            let message = format!("`{key}` takes a list of steps");
            return assembly.refuse(codes::STEP, entry.value.span, message, None);
        }
    };
    let place = place.nested(key, entry.value.span);
    if key == "sequential" {
        return list(assembly, nodes, &place);
    }
    let forked = place.forked();
    let mut branches = Vec::with_capacity(nodes.len());
    for (index, node) in items(nodes, assembly.faults) {
        let mut branch = Assembly::new(assembly.context, assembly.faults);
        step(&mut branch, node, &forked.item(index, node.span));
        branches.push(branch.finish());
    }
    let rule = assembly.rule(&place);
    assembly.fork(branches, rule);
}

fn guarded<V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    condition: &Text,
    then: &Node,
    place: &Place,
) {
    let range = scan::trim(&condition.value, 0..condition.value.len());
    let guard = line::guard(assembly, condition, range).map(|condition| {
        let rule = assembly.rule(place);
        assembly.guard(condition, rule)
    });
    body(assembly, then, &place.guarded());
    if let Some(guard) = guard {
        assembly.end(guard);
    }
}

/// What runs under a condition: one step, or a list of them.
fn body<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, node: &Node, place: &Place) {
    match &node.value {
        Value::List(nodes) if !nodes.is_empty() => list(assembly, nodes, &place.nested("do", node.span)),
        Value::Text(_) | Value::Map(_) => step(assembly, node, place),
        Value::List(_) | Value::Null => {
            assembly.refuse(codes::STEP, node.span, "nothing follows from this condition", Some("write a step"));
        }
        Value::Bool(_) | Value::Number(_) => {
            let message = format!("a step or a list of steps follows a condition, not {}", node.shape());
            assembly.refuse(codes::STEP, node.span, message, None);
        }
    }
}
