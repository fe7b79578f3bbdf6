//! Steps that ask a decision engine: what they ask, and what follows from the answer.

use super::assembly::Assembly;
use crate::codes;
use crate::context::Declared;
use crate::fact::Vocabulary;
use crate::node::{Entry, Node, Text, Value};

/// The keys that hold reactions.
const REACTIONS: [&str; 2] = ["on_allow", "on_deny"];

/// A step that asks a decision engine, taken apart.
pub(super) struct Question<'n> {
    pub(super) engine: &'n Text,
    /// The map of the engine without reactions.
    pub(super) map: Node,
    pub(super) on_allow: Option<&'n Entry>,
    pub(super) on_deny: Option<&'n Entry>,
}

/// Reads `{engine: {..}, on_allow: [..], on_deny: [..]}`; the reactions may stand inside the engine's map instead.
pub(super) fn read<'n, V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    engine: &'n Entry,
    entries: &[&'n Entry],
) -> Option<Question<'n>> {
    let [on_allow, on_deny] = reactions(assembly, engine, entries)?;
    let inner = engine.value.entries().iter().filter(|entry| !is_reaction(entry)).cloned().collect();
    let map = match &engine.value.value {
        Value::Map(_) => Node { span: engine.value.span, value: Value::Map(inner) },
        _ => engine.value.clone(),
    };
    Some(Question { engine: &engine.key, map, on_allow, on_deny })
}

/// The steps of a reaction.
pub(super) fn steps<'n, V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    reaction: &'n Entry,
) -> Option<&'n [Node]> {
    match &reaction.value.value {
        Value::List(nodes) => Some(nodes),
        _ => {
            let message = format!("`{}` takes a list of steps, not {}", reaction.key.value, reaction.value.shape());
            assembly.refuse(codes::STEP, reaction.value.span, message, Some("begin each step with `- `"));
            None
        }
    }
}

/// Whether the key of an entry holds a reaction.
pub(super) fn is_reaction(entry: &Entry) -> bool {
    REACTIONS.contains(&entry.key.value.as_str())
}

/// The reactions, beside the engine or in its map.
fn reactions<'n, V: Vocabulary, D: Declared>(
    assembly: &mut Assembly<'_, V, D>,
    engine: &'n Entry,
    entries: &[&'n Entry],
) -> Option<[Option<&'n Entry>; 2]> {
    if let Some(other) = entries.iter().find(|entry| entry.key.value != engine.key.value && !is_reaction(entry)) {
        let message = format!("`{}` cannot stand beside `{}`", other.key.value, engine.key.value);
        assembly.refuse(codes::STEP, other.key.span, message, Some("begin a step of its own with `- `"));
        return None;
    }
    let outside = entries.iter().copied().find(|entry| is_reaction(entry));
    let inside = engine.value.entries().iter().find(|entry| is_reaction(entry));
    if let Some((_, inside)) = outside.zip(inside) {
        let message = format!("`{}` has reactions beside it and inside its map", engine.key.value);
        assembly.refuse(codes::STEP, inside.key.span, message, Some("keep those of one place"));
        return None;
    }
    let find = |name: &str| {
        let named = |entry: &&'n Entry| entry.key.value == name;
        entries.iter().copied().find(named).or_else(|| engine.value.entries().iter().find(named))
    };
    Some(REACTIONS.map(find))
}
