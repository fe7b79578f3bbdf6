//! Which labels conditions ask for.

use super::absence::{paths_of_test, tests};
use super::layer::Outline;
use crate::expr::{Expr, Literal, Operand};
use crate::node::Text;
use crate::path::Path;

/// A condition that asks for one label.
pub(super) struct Asked<'e> {
    pub(super) label: &'e str,
    /// The set it is asked of.
    pub(super) set: &'e Path,
    pub(super) text: &'e Text,
}

/// The labels that conditions ask for by name.
pub(super) fn asked<'e>(outline: &'e Outline<'_>) -> impl Iterator<Item = Asked<'e>> {
    outline.conditions().flat_map(|(text, expr)| {
        tests(expr).into_iter().filter_map(move |test| by_name(test).map(|(label, set)| Asked { label, set, text }))
    })
}

/// Whether a condition reads labels without naming one: then it may ask for any.
pub(super) fn any_may_be_asked(outline: &Outline<'_>) -> bool {
    outline.conditions().any(|(_, expr)| {
        let unnamed = tests(expr).into_iter().filter(|test| by_name(test).is_none());
        unnamed.flat_map(paths_of_test).any(is_labels)
    })
}

fn by_name(test: &Expr) -> Option<(&str, &Path)> {
    let (label, set) = match test {
        Expr::Contains(Operand::Path(set), Operand::Literal(Literal::Text(label))) => (label, set),
        Expr::In(Operand::Literal(Literal::Text(label)), set) => (label, set),
        _ => return None,
    };
    is_labels(set).then_some((label, set))
}

fn is_labels(path: &Path) -> bool {
    matches!(path.to_string().as_str(), "session.labels" | "message.labels" | "security.labels")
}
