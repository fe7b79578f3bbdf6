//! From the nodes of a document to programs.
//!
//! A phase is compiled in written order: each step appends its statements, and a guard jumps over what it guards.

mod assembly;
mod line;
mod misread;
mod quote;
mod reactions;
mod steps;
mod words;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::fact::Vocabulary;
use crate::node::{Node, Text, Value};
use crate::program::Program;
use crate::rewrite::{self, Side};
use crate::template;
use assembly::{Assembly, Place};

pub use self::line::is_reserved;
pub use self::words::{Holds, REQUIRE, STEP_KEYS, StepWord};
pub use crate::context::{Context, Declared, Phase, WrittenQuestion};
pub use crate::hash_key::{DeclaredKey, HashKey};

/// Compiles one phase of one layer, `layer` being the first part of its rules' default names, such as `routes[0]`.
/// Every mistake is added to `faults`; the program is complete only if none of them is an error.
pub fn compile<V: Vocabulary, D: Declared>(
    layer: &str,
    phase: Phase,
    node: &Node,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Program<V::Attribute> {
    let mut assembly = Assembly::new(context, faults);
    let place = Place::new(format!("{layer}.{}", phase.key()), node.span, phase);
    match phase {
        Phase::Args => fields(&mut assembly, node, Side::Args, &place),
        Phase::Result => fields(&mut assembly, node, Side::Result, &place),
        Phase::Policy | Phase::PostPolicy => match &node.value {
            Value::List(nodes) => steps::list(&mut assembly, nodes, &place),
            _ => {
                let message = format!("`{}` is a list of steps, not {}", phase.key(), node.shape());
                assembly.refuse(codes::STEP, node.span, message, Some("begin each step with `- `"));
            }
        },
    }
    assembly.finish()
}

/// The attribute that a text names by its path.
///
/// # Errors
/// Why it names none.
pub fn attribute<V: Vocabulary>(path: &Text, vocabulary: &V) -> Result<V::Attribute, Diagnostic> {
    let mut faults = Vec::new();
    let attribute = template::attribute(path, 0..path.value.len(), vocabulary, &mut faults);
    attribute.ok_or_else(|| {
        faults.pop().unwrap_or_else(|| Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, path.span, "this names no attribute"))
    })
}

/// The field pipelines of a map, in written order.
fn fields<V: Vocabulary, D: Declared>(assembly: &mut Assembly<'_, V, D>, node: &Node, side: Side, place: &Place) {
    if !matches!(node.value, Value::Map(_)) {
        let message = format!("field pipelines are a map, not {}", node.shape());
        assembly.refuse(codes::STEP, node.span, message, Some("write `field: \"stage | stage\"`"));
    }
    for entry in node.entries() {
        let Some(pipeline) = entry.value.text() else {
            let message = format!("a field pipeline is text, not {}", entry.value.shape());
            assembly.refuse(codes::STEP, entry.value.span, message, Some("write `field: \"stage | stage\"`"));
            continue;
        };
        let (context, faults) = (assembly.context, &mut *assembly.faults);
        if let Some(parts) = rewrite::compile(&entry.key, pipeline, side, context, faults) {
            let place = place.nested(&entry.key.value, entry.key.span);
            assembly.pipeline(parts, &place, entry.key.span);
        }
    }
}

#[cfg(test)]
mod tests;
