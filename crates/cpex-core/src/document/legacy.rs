//! `global.apl`, under which documents of CPEX 0.2 have what is read in `global`.

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Value};

use super::{codes, keys};

const APL: &str = "apl";

/// Moves what stands under `global.apl` to where it is read. With a mistake the tree only serves to find more.
pub(super) fn unfold(root: &mut Node, faults: &mut Vec<Diagnostic>) {
    let global = members(root).and_then(|entries| entries.iter_mut().find(|entry| entry.key.value == "global"));
    let Some(own) = global.and_then(|entry| members(&mut entry.value)) else { return };
    // A value of another shape is refused where the shapes of all keys are checked.
    let is_folded = |entry: &Entry| entry.key.value == APL && matches!(entry.value.value, Value::Map(_));
    let Some(at) = own.iter().position(is_folded) else { return };
    let mut folded = own.remove(at);
    let inner = members(&mut folded.value).map(std::mem::take).unwrap_or_default();
    for entry in own.iter() {
        let name = entry.key.value.as_str();
        if keys::LAYER.iter().any(|key| key.name == name) || inner.iter().any(|other| other.key.value == name) {
            let message = format!("`{name}` is not read in `global` beside `apl`");
            let help = "put all of it directly under `global`";
            faults.push(Diagnostic::new(codes::MISPLACED_KEY, entry.key.span, message).help(help));
        }
    }
    for entry in inner {
        if entry.key.value == APL {
            let message = "`apl` is not read in `apl`";
            faults.push(Diagnostic::new(codes::MISPLACED_KEY, entry.key.span, message).help("it belongs in `global`"));
        } else if own.iter().all(|other| other.key.value != entry.key.value) {
            own.push(entry);
        }
    }
}

fn members(node: &mut Node) -> Option<&mut Vec<Entry>> {
    match &mut node.value {
        Value::Map(entries) => Some(entries),
        _ => None,
    }
}
