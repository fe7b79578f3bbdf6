//! `taint(label[, session|message])`: adds a label.

use std::sync::Arc;

use crate::call::Call;
use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// Adds a taint label to the session or to this operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    /// The label, `[A-Za-z0-9_.:-]+`.
    pub label: Arc<str>,
    /// How long it lasts.
    pub scope: Scope,
}

/// How long a label lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The life of the caller's session; the default.
    Session,
    /// One operation, both sides of it.
    Message,
}

/// Checks the label and reads the scope.
pub(super) fn compile<V, D>(call: &Call<'_>, _: &Context<'_, V, D>, faults: &mut Vec<Diagnostic>) -> Option<Taint> {
    let (label, scope) = match call.positional(1, 2, "taint(label, session)", faults)? {
        [label, scope] => (label, Some(scope)),
        arguments => (arguments.first()?, None),
    };
    if !is_label(&label.value) {
        let message = "a label consists of the letters a to z, digits, `_`, `.`, `:` and `-`";
        faults.push(call.refuse(label, message));
        return None;
    }
    let scope = match scope.map(|scope| (scope, scope.value.as_str())) {
        None | Some((_, "session")) => Scope::Session,
        Some((_, "message")) => Scope::Message,
        Some((argument, other)) => {
            let fault =
                call.refuse(argument, format!("a label lasts for the `session` or the `message`, not `{other}`"));
            faults.push(fault.nearest(other, ["session", "message"]));
            return None;
        }
    };
    Some(Taint { label: label.value.as_str().into(), scope })
}

/// Whether a text is a label: `[A-Za-z0-9_.:-]+`.
pub(crate) fn is_label(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-'))
}
