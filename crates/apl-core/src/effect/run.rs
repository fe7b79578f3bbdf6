//! `run(name)`, `plugin(name)`: invokes a plugin, which may deny or modify as its mode allows.

use std::sync::Arc;

use crate::call::Call;
use crate::codes;
use crate::context::{Context, Declared};
use crate::diagnostic::Diagnostic;

/// Invokes a declared plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its name in the document.
    pub plugin: Arc<str>,
    /// Its index among the declared plugins.
    pub index: usize,
}

/// Finds the plugin among those the document declares.
pub(super) fn compile<V, D: Declared>(
    call: &Call<'_>,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Run> {
    let argument = call.positional(1, 1, "run(name)", faults)?.first()?;
    match context.declared.plugin(&argument.value) {
        Ok(index) => Some(Run { plugin: argument.value.as_str().into(), index }),
        Err(unresolved) => {
            let span = call.text.span_of(argument.range.clone());
            let fault = Diagnostic::new(codes::UNKNOWN_PLUGIN, span, unresolved.message);
            faults.push(Diagnostic { help: unresolved.help, ..fault });
            None
        }
    }
}
