//! An argument compared with a number, though nothing says that it is one: `"5" == 5` is false, and the model may write
//! either.

use super::absence::tests;
use super::layer::Outline;
use super::report::Report;
use crate::expr::{Expr, Literal, Operand};
use crate::path::{Path, Segment};
use crate::stage::Kind;

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    for scene in outline.scenes() {
        for (text, expr) in scene.conditions() {
            for path in tests(expr).into_iter().filter_map(compared_with_number) {
                if scene.pipelines(path).any(|pipeline| pipeline.is_of(path) && pipeline.has(Kind::Check)) {
                    continue;
                }
                let message = format!("`{path}` may be text, which equals no number");
                report.warn(text.span_of(path.range.clone()), message, help(path));
            }
        }
    }
}

fn compared_with_number(test: &Expr) -> Option<&Path> {
    let (Expr::Equal(Operand::Path(path), Operand::Literal(Literal::Number(_)))
    | Expr::Equal(Operand::Literal(Literal::Number(_)), Operand::Path(path))) = test
    else {
        return None;
    };
    (path.namespace() == "args").then_some(path)
}

fn help(path: &Path) -> String {
    let names: Option<Vec<&str>> = path
        .rest()
        .iter()
        .map(|segment| match segment {
            Segment::Name(name) => Some(name.as_str()),
            Segment::Key(_) | Segment::Index(_) | Segment::Lookup(_) => None,
        })
        .collect();
    let field = names.map_or_else(|| "<field>".to_owned(), |names| names.join("."));
    format!("say what it is, as in `args: {{ {field}: int }}`")
}
