//! The rules of a document: where they stand, and their canonical spelling.
//!
//! Within an anchor nothing is changed, because an alias may give the same text where it is no rule.

use cpex::apl::print;
use cpex::document::keys::PHASES;

use super::tree::{Form, Item, Scalar, Tree, Value};

/// The text of a rule before and after.
pub(super) type Edit = (String, String);

type Print = fn(&str) -> Option<String>;

/// Map steps: the keys whose values are steps.
const HOLD_STEPS: [&str; 5] = ["do", "sequential", "parallel", "on_allow", "on_deny"];

/// Map steps: the keys whose values are none. In those of engines reactions may stand.
const HOLD_OTHERS: [&str; 15] = [
    "id",
    "deny",
    "restrict",
    "delegate",
    "declassify",
    "require_approval",
    "confirm",
    "require_step_up",
    "require_attestation",
    "request_info",
    "require_review",
    "cedar",
    "cel",
    "opa",
    "authzen",
];

/// Gives every rule its canonical spelling, and answers those that change. What does not parse stays as it stands.
pub(super) fn spell(tree: &mut Tree<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for section in entries(&mut tree.root) {
        match name(section) {
            "global" => general(section, &mut edits),
            "groups" => entries(section).iter_mut().for_each(|section| layer(section, &mut edits)),
            "routes" => match items(section) {
                [] => layer(section, &mut edits),
                routes => routes.iter_mut().for_each(|route| layer(route, &mut edits)),
            },
            _ => {}
        }
    }
    edits
}

fn general(section: &mut Item<'_>, edits: &mut Vec<Edit>) {
    for entry in entries(section) {
        match name(entry) {
            "apl" => general(entry, edits),
            "defaults" => entries(entry).iter_mut().for_each(|section| layer(section, edits)),
            _ => layer_key(entry, &[], edits),
        }
    }
}

fn layer(section: &mut Item<'_>, edits: &mut Vec<Edit>) {
    entries(section).iter_mut().for_each(|entry| layer_key(entry, &[], edits));
}

/// An entry of a layer, or of the section in it that `outer` leads to.
fn layer_key(entry: &mut Item<'_>, outer: &[&str], edits: &mut Vec<Edit>) {
    let key = name(entry).to_owned();
    let path = [outer, &[key.as_str()]].concat();
    if PHASES.iter().flat_map(|spellings| spellings.iter()).any(|spelling| *spelling == path) {
        return items(entry).iter_mut().for_each(|item| step(item, edits));
    }
    match (path.as_slice(), entry.anchor) {
        (["authorization"], None) => entries(entry).iter_mut().for_each(|entry| layer_key(entry, &path, edits)),
        (["args" | "result"], None) => entries(entry).iter_mut().for_each(|field| value(field, print::pipeline, edits)),
        _ => {}
    }
}

fn step(item: &mut Item<'_>, edits: &mut Vec<Edit>) {
    value(item, print::step, edits);
    for entry in entries(item) {
        step_key(entry, edits);
    }
}

fn step_key(entry: &mut Item<'_>, edits: &mut Vec<Edit>) {
    let key = name(entry);
    if key == "when" {
        value(entry, print::expression, edits);
    } else if HOLD_STEPS.contains(&key) {
        body(entry, edits);
    } else if HOLD_OTHERS.contains(&key) {
        let reactions = entries(entry).iter_mut().filter(|inner| matches!(name(inner), "on_allow" | "on_deny"));
        reactions.for_each(|reaction| body(reaction, edits));
    } else {
        // An expression; or, if it could be a name, an engine of the host, whose map is its own affair.
        let is_engine = matches!(entry.value, Value::Map(_)) && !key.contains([' ', '=', '<', '>', '!', '&', '|', '(']);
        if let Some(key) = &mut entry.key {
            spell_as(&mut key.text, print::expression, edits);
        }
        if !is_engine {
            body(entry, edits);
        }
    }
}

/// One step, or a list of them.
fn body(entry: &mut Item<'_>, edits: &mut Vec<Edit>) {
    match items(entry) {
        [] => step(entry, edits),
        steps => steps.iter_mut().for_each(|item| step(item, edits)),
    }
}

fn value(item: &mut Item<'_>, print: Print, edits: &mut Vec<Edit>) {
    if let (Value::Scalar(scalar), None) = (&mut item.value, item.anchor) {
        spell_as(scalar, print, edits);
    }
}

fn spell_as(scalar: &mut Scalar<'_>, print: Print, edits: &mut Vec<Edit>) {
    let Some(text) = &scalar.text else { return };
    let Some(canonical) = print(text) else {
        if matches!(scalar.form, Form::Text) {
            scalar.form = Form::Source;
        }
        return;
    };
    // Who cut a long rule into lines had a reason to.
    if matches!(scalar.form, Form::Lines(_)) && canonical.len() > MAX_LENGTH {
        return;
    }
    if *text != canonical {
        edits.push((text.clone().into_owned(), canonical.clone()));
    }
    scalar.form = Form::Rule(canonical);
}

/// How long a rule may be that is put together from several lines.
const MAX_LENGTH: usize = 90;

fn name<'i>(entry: &'i Item<'_>) -> &'i str {
    entry.key.as_ref().and_then(|key| key.text.text.as_deref()).unwrap_or_default()
}

/// The entries of a map that has no anchor.
fn entries<'i, 't>(item: &'i mut Item<'t>) -> &'i mut [Item<'t>] {
    match (&mut item.value, item.anchor) {
        (Value::Map(inner), None) => &mut inner.items,
        _ => &mut [],
    }
}

/// The elements of a list that has no anchor.
fn items<'i, 't>(item: &'i mut Item<'t>) -> &'i mut [Item<'t>] {
    match (&mut item.value, item.anchor) {
        (Value::List(inner), None) => &mut inner.items,
        _ => &mut [],
    }
}
