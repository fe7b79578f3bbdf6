//! The steps of rules as a trace and an outline name them.

use apl_core::{Ask, Declassify, Delegate, Elicit, RunField, RunPlugin, Scope, StageOutline, Taint};
use apl_cpex::Attribute;
use serde_json::{Value as Json, json};

pub(crate) fn taint(taint: &Taint) -> Json {
    let scope = match taint.scope {
        Scope::Session => "session",
        Scope::Message => "message",
    };
    json!({ "kind": "taint", "label": &*taint.label, "scope": scope })
}

pub(crate) fn run(run: &RunPlugin) -> Json {
    json!({ "kind": "run", "plugin": &*run.plugin })
}

pub(crate) fn run_field(run: &RunField) -> Json {
    json!({ "kind": "field", "plugin": &*run.plugin, "field": &*run.field })
}

pub(crate) fn ask(ask: &Ask<Attribute>) -> Json {
    json!({ "kind": "ask", "engine": &*ask.dialect, "policies": [] })
}

pub(crate) fn delegate(delegate: &Delegate) -> Json {
    json!({
        "kind": "delegate",
        "delegator": &*delegate.delegator,
        "audience": &*delegate.audience,
        "permissions": delegate.permissions.iter().map(|scope| &**scope).collect::<Vec<_>>(),
    })
}

pub(crate) fn declassify(declassify: &Declassify) -> Json {
    json!({ "kind": "declassify", "label": &*declassify.label, "reason": &*declassify.reason })
}

pub(crate) fn elicit(elicit: &Elicit<Attribute>) -> Json {
    json!({ "kind": "elicit", "verb": elicit.verb, "approver": &*elicit.approver })
}

pub(crate) fn restrict() -> Json {
    json!({ "kind": "restrict" })
}

pub(crate) fn pipeline(field: &str, stages: impl Iterator<Item = Json>) -> Json {
    json!({ "kind": "pipeline", "field": field, "stages": stages.collect::<Vec<_>>() })
}

/// A stage as it is written.
pub(crate) fn stage(outline: StageOutline<'_>) -> Json {
    json!({ "text": outline.written, "judges": outline.judges, "guarded": outline.is_guarded })
}
