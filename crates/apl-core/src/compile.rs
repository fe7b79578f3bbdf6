//! From the nodes of a document to programs.

use crate::diagnostic::Diagnostic;
use crate::fact::{Unresolved, Vocabulary};
use crate::node::Node;
use crate::program::Program;
use crate::span::Sources;

/// The phases of a route, in the order they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Field pipelines over the arguments.
    Args,
    /// Steps before the operation.
    Policy,
    /// Field pipelines over the result.
    Result,
    /// Steps after the operation.
    PostPolicy,
}

/// What a document declares under names that policy refers to.
pub trait Declared {
    /// The index of a plugin that a `run` may name.
    ///
    /// # Errors
    /// Why there is none.
    fn plugin(&self, name: &str) -> Result<usize, Unresolved>;
}

/// What compiling needs to know of the document around the rules.
#[derive(Debug)]
pub struct Context<'c, V, D> {
    /// Resolves attribute paths.
    pub vocabulary: &'c V,
    /// Resolves names of plugins.
    pub declared: &'c D,
    /// The texts, for the places of rules.
    pub sources: &'c Sources,
}

/// Compiles one phase of one layer, `layer` being the first part of its rules' default names, such as `routes[0]`.
/// Every mistake is added to `faults`; the program is complete only if none was.
pub fn compile<V: Vocabulary, D: Declared>(
    layer: &str,
    phase: Phase,
    node: &Node,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Program<V::Attribute> {
    let _ = (layer, phase, node, context, faults);
    Program { code: Box::new([]), rules: Box::new([]) }
}
