//! A fact of the operator that a condition asks for and no attribute file states.

use serde_json::{Map, Value as Json};

use super::absence::{paths_of_test, tests};
use super::layer::Outline;
use super::report::Report;
use crate::diagnostic::nearest;
use crate::expr::Expr;
use crate::path::{Path, Segment};

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    let Some(data) = outline.document.data else { return };
    for (text, expr) in outline.conditions() {
        // Whoever asks whether a fact exists may well mean that it does not.
        let tests = tests(expr).into_iter().filter(|test| !matches!(test, Expr::Exists(_)));
        for path in tests.flat_map(paths_of_test).filter(|path| path.namespace() == "data") {
            let Some(near) = missing(path, data) else { continue };
            let message = format!("no attribute file sets `{path}`");
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "set it in a file that `global.attribute_files` lists".to_owned(),
            };
            report.warn(text.span_of(path.range.clone()), message, help);
        }
    }
}

/// Whether nothing states such a fact, as far as the path is fixed; then with the nearest of the names that could have
/// stood where it leaves what there is.
fn missing<'d>(path: &Path, data: &'d Map<String, Json>) -> Option<Option<&'d str>> {
    let mut members = Some(data);
    for segment in path.rest() {
        let (Segment::Name(name) | Segment::Key(name)) = segment else { return None };
        let Some(known) = members else { return Some(None) };
        match known.get(name) {
            None => return Some(nearest(name, known.keys().map(String::as_str))),
            Some(Json::Null) => return Some(None),
            Some(value) => members = value.as_object(),
        }
    }
    None
}
