//! A deny whose condition is false where an attribute is absent: whoever leaves it out is not denied.

use super::absence::{alternatives, answer, asks_existence, compared, is_readable, needed};
use super::layer::{Outline, Scene};
use super::report::Report;
use super::step::{Act, Step};
use crate::expr::Expr;
use crate::node::Text;
use crate::path::{Path, Segment};

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    for scene in outline.scenes() {
        list(&scene, scene.steps, report);
    }
}

fn list(scene: &Scene<'_, '_>, steps: &[Step<'_>], report: &mut Report<'_>) {
    let needed = needed(steps);
    let escapes = |path: &&Path| !needed.contains(&path.to_string()) && scene.may_lack(path);
    for step in steps {
        match &step.act {
            Act::When(text, expr, then) if then.iter().any(Step::ends) && is_readable(expr) => {
                for (part, is_negated) in alternatives(expr, false) {
                    if let Some(path) = lacking(expr, part, is_negated).into_iter().find(escapes) {
                        warn(report, text, path);
                    }
                }
            }
            _ => list(scene, step.inner(), report),
        }
    }
}

/// The attributes whose absence makes one alternative false, and no other true instead.
fn lacking<'e>(whole: &Expr, part: &'e Expr, is_negated: bool) -> Vec<&'e Path> {
    let is_lacking = |path: &Path| {
        let name = path.to_string();
        answer(part, &name) == Some(is_negated) && answer(whole, &name) != Some(true) && !asks_existence(whole, &name)
    };
    compared(part).into_iter().filter(|path| is_lacking(path)).collect()
}

fn warn(report: &mut Report<'_>, text: &Text, path: &Path) {
    let message = format!("an operation without `{path}` is not denied here");
    let mut help = format!("write `!exists({path}) | ..` to deny it too, or `exists({path}) & ..` if it may pass");
    if let ("args", [Segment::Name(field)]) = (path.namespace(), path.rest()) {
        help.push_str(&format!("; `args: {{ {field}: required }}` asks every call for it"));
    }
    report.warn(text.span_of(path.range.clone()), message, help);
}
