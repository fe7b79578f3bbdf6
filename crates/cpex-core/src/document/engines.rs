//! `global.pdp`: the decision engines that steps may ask.

use apl_core::compile::{attribute, is_reserved};
use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Text, Value};
use apl_cpex::Vocabulary;

use super::kinds::{self, Kinds, Place};
use super::{codes, keys, walk};

/// Checks that every kind is one that can be made, and every config against the table of its factory.
pub(super) fn check(root: &Node, kinds: &Kinds<'_>, faults: &mut Vec<Diagnostic>) {
    let entries = root.get("global").and_then(|global| global.get("pdp")).map(Node::one_or_many).unwrap_or_default();
    for entry in entries {
        // Any other shape was refused where the shapes of all keys are checked.
        let Value::Map(members) = &entry.value else { continue };
        let (kind, config): (Vec<Entry>, Vec<Entry>) =
            members.iter().cloned().partition(|member| member.key.value == "kind");
        let of = |entries: Vec<Entry>| Node { span: entry.span, value: Value::Map(entries) };
        walk::config(Some(&of(kind)), entry.span, keys::ENGINE, faults);
        let Some(kind) = entry.get("kind").and_then(Node::text) else { continue };
        match kinds.resolve(kind, Place::Engines) {
            Err(fault) => faults.push(fault),
            Ok(_) if means_something_else(kind) => {
                let message = format!("no step could ask an engine by the word `{}`, which has a meaning", kind.value);
                let help = "register its factory under another kind";
                faults.push(Diagnostic::new(codes::WRONG_VALUE, kind.span, message).help(help));
            }
            Ok(factory) => {
                if let Some(keys) = factory.and_then(|factory| factory.keys(&kind.value)) {
                    walk::config(Some(&of(config)), kind.span, keys, faults);
                }
            }
        }
    }
}

/// Whether a step whose key is this kind is read as something else than a question: an engine must take no step over. The
/// documented kinds are words of the language for nothing else.
fn means_something_else(kind: &Text) -> bool {
    kinds::find(&kind.value).is_none() && (is_reserved(&kind.value) || attribute(kind, &Vocabulary).is_ok())
}
