//! A label that a condition asks for and nothing adds.

use std::collections::HashSet;

use super::label::{Asked, asked};
use super::layer::Outline;
use super::report::Report;
use super::step::Act;
use crate::diagnostic::nearest;
use crate::effect::Scope;

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    if outline.document.has_other_writers {
        return;
    }
    let mut added: HashSet<(&str, Scope)> = outline
        .steps()
        .filter_map(|step| match &step.act {
            Act::Taint(label, scope) => Some((label.as_str(), *scope)),
            _ => None,
        })
        .collect();
    added.extend(outline.stage_labels());
    for Asked { label, set, text } in asked(outline) {
        let scopes: &[Scope] = match set.namespace() {
            "session" => &[Scope::Session],
            "message" => &[Scope::Message],
            _ => &[Scope::Session, Scope::Message],
        };
        if scopes.iter().any(|scope| added.contains(&(label, *scope))) {
            continue;
        }
        let scope = if set.namespace() == "message" { "message" } else { "session" };
        let near = nearest(label, added.iter().map(|(own, _)| *own));
        let help = match near {
            Some(near) if near != label => format!("did you mean `{near}`?"),
            _ => format!("add it where the data is read, as in `taint({label}, {scope})`"),
        };
        let message = format!("nothing adds the label `{label}` to `{set}`");
        report.warn(text.span_of(set.range.clone()), message, help);
    }
}
