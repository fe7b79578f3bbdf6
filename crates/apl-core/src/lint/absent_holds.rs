//! A `require` that holds where an attribute is absent, as `!=` and `not in` do.

use super::absence::{answer, asks_existence, compared, is_readable, needed};
use super::layer::{Outline, Scene};
use super::report::Report;
use super::step::{Act, Step};
use crate::expr::Expr;
use crate::path::Path;

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    for scene in outline.scenes() {
        list(&scene, scene.steps, report);
    }
}

fn list(scene: &Scene<'_, '_>, steps: &[Step<'_>], report: &mut Report<'_>) {
    let needed = needed(steps);
    let escapes = |path: &&Path| !needed.contains(&path.to_string()) && scene.may_lack(path);
    for step in steps {
        let Act::Require(text, demanded) = &step.act else {
            list(scene, step.inner(), report);
            continue;
        };
        let readable = demanded.iter().filter(|expr| is_readable(expr));
        for path in readable.flat_map(|expr| content_without(expr).into_iter().find(escapes)) {
            let message = format!("an operation without `{path}` meets this");
            let help = format!("add `exists({path})` to the `require`, or write `!exists({path}) | ..` if it may pass");
            report.warn(text.span_of(path.range.clone()), message, help);
        }
    }
}

/// The attributes whose absence makes the expression hold.
fn content_without(expr: &Expr) -> Vec<&Path> {
    let holds = |path: &&Path| {
        let name = path.to_string();
        answer(expr, &name) == Some(true) && !asks_existence(expr, &name)
    };
    compared(expr).into_iter().filter(holds).collect()
}
