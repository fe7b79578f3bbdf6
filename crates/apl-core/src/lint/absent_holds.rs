//! A `require` that holds where an attribute is absent, as `!=` and `not in` do.

use super::ABSENT_HOLDS;
use super::absence::{answer, asks_existence, compared, is_readable, needed};
use super::layer::{Outline, Scene};
use super::step::{Act, Step};
use crate::diagnostic::Diagnostic;
use crate::expr::Expr;
use crate::path::Path;

pub(super) fn check(outline: &Outline<'_>, findings: &mut Vec<Diagnostic>) {
    for scene in outline.scenes() {
        list(&scene, scene.steps, findings);
    }
}

fn list(scene: &Scene<'_, '_>, steps: &[Step<'_>], findings: &mut Vec<Diagnostic>) {
    let needed = needed(steps);
    let escapes = |path: &&Path| !needed.contains(&path.to_string()) && scene.may_lack(path);
    for step in steps {
        let Act::Require(text, demanded) = &step.act else {
            list(scene, step.inner(), findings);
            continue;
        };
        let readable = demanded.iter().filter(|expr| is_readable(expr));
        for path in readable.flat_map(|expr| content_without(expr).into_iter().find(escapes)) {
            let message = format!("an operation without `{path}` meets this");
            let help = format!("add `exists({path})` to the `require`, or write `!exists({path}) | ..` if it may pass");
            findings.push(Diagnostic::new(ABSENT_HOLDS, text.span_of(path.range.clone()), message).help(help));
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
