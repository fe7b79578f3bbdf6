//! `declassify(label, reason: '..')`: removes a label of the session. It is the only thing that can.

use std::sync::Arc;

use super::pairs::Pairs;
use super::taint::is_label;
use crate::call::Call;
use crate::codes;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::node::Entry;

/// Removes a label of the session, if the operation is allowed to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declassify {
    /// The label.
    pub label: Arc<str>,
    /// Why, for the record.
    pub reason: Arc<str>,
}

const FORM: &str = "declassify(label, reason: 'why')";

/// Compiles the form of one line.
pub(super) fn compile<V, D>(
    call: &Call<'_>,
    _: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Declassify> {
    declassify(&Pairs::of_call(call, &["reason"], FORM, faults)?, faults)
}

/// Compiles the form of a map.
pub(super) fn compile_map<V, D>(
    entry: &Entry,
    _: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Declassify> {
    declassify(&Pairs::of_map(entry, "label", &["reason"], faults)?, faults)
}

fn declassify(pairs: &Pairs, faults: &mut Vec<Diagnostic>) -> Option<Declassify> {
    let before = faults.len();
    let label = &pairs.name;
    if !is_label(&label.value) {
        let message = "a label consists of the letters a to z, digits, `_`, `.`, `:` and `-`";
        faults.push(Diagnostic::new(codes::ARGUMENT, label.span, message));
    }
    let reason = pairs.text("reason", faults).filter(|reason| !reason.value.trim().is_empty());
    if reason.is_none() && faults.len() == before {
        let message = "`declassify` needs a reason, which is recorded";
        faults.push(Diagnostic::new(codes::ARGUMENT, label.span, message).help(format!("write `{FORM}`")));
    }
    let reason = reason.filter(|_| faults.len() == before)?;
    Some(Declassify { label: label.value.as_str().into(), reason: reason.value.as_str().into() })
}
