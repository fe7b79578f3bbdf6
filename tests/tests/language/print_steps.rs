//! Writes steps, and declares what they name.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::choices::Choices;
use super::ports::ENGINE;
use super::print::{self, quoted};
use super::tree::{Body, Delegate, Denial, Effect, Hole, Narrowing, Pipeline, Question, Route, Step};
use super::vocabulary::{DELEGATORS, TIERS};
use super::world::FACTS_FILE;

/// Why labels are declassified.
const WHY: &str = "it's \"over\"";

/// The members of a document that declare what the steps of its routes name.
pub(super) fn declarations(routes: &[Route], choices: &mut Choices) -> String {
    let mut named = BTreeSet::new();
    for route in routes {
        route.policy.iter().chain(&route.post_policy).for_each(|step| name(step, &mut named));
    }
    let mut text = String::new();
    if named.contains("restrict") {
        text += &format!("\"plugin_settings\": {{ \"cost_tiers\": {} }},\n", json!(TIERS));
    }
    let mut global = json!({ "attribute_files": [FACTS_FILE] });
    if named.contains(ENGINE) {
        global["pdp"] = json!([{ "kind": ENGINE }]);
    }
    text += &format!("\"global\": {global},\n");
    let mut plugins = Vec::new();
    for plugin in ["allows", "denies", "fails", "sets"].into_iter().filter(|plugin| named.contains(plugin)) {
        // In a branch nothing may stand that could change what it is given.
        let is_gate = plugin != "sets" && (named.contains("parallel") || choices.once_in(2));
        let mode = if is_gate { "concurrent" } else { "sequential" };
        plugins.push(json!({ "name": plugin, "kind": "test/control", "mode": mode }));
    }
    let delegators = DELEGATORS.into_iter().filter(|delegator| named.contains(delegator));
    plugins.extend(delegators.map(|delegator| json!({ "name": delegator, "kind": "test/delegator" })));
    if !plugins.is_empty() {
        text += &format!("\"plugins\": {},\n", Json::from(plugins));
    }
    text
}

/// Collects what a step names, and by their words the steps that need something declared.
fn name<'s>(step: &'s Step, named: &mut BTreeSet<&'s str>) {
    let inner: Vec<&[Step]> = match step {
        Step::Require(_) | Step::Deny { .. } => Vec::new(),
        Step::Line(_, effect) | Step::Mapped { effect, .. } => {
            match effect {
                Effect::Run(plugin) => drop(named.insert(plugin)),
                Effect::Delegate(delegate) => drop(named.insert(delegate.delegator)),
                _ => {}
            }
            Vec::new()
        }
        Step::Restrict { .. } => {
            named.insert("restrict");
            Vec::new()
        }
        Step::Guarded { body: Body::One(step), .. } => vec![std::slice::from_ref(&**step)],
        Step::Guarded { body: Body::Many(steps), .. } | Step::Sequential { steps, .. } => vec![steps],
        Step::Parallel { branches, .. } => {
            named.insert("parallel");
            vec![branches]
        }
        Step::Ask { on_allow, on_deny, .. } => {
            named.insert(ENGINE);
            on_allow.iter().chain(on_deny).map(Vec::as_slice).collect()
        }
    };
    inner.into_iter().flatten().for_each(|step| name(step, named));
}

pub(super) fn list(steps: &[Step], choices: &mut Choices) -> Json {
    steps.iter().map(|one| step(one, choices)).collect()
}

fn step(step_: &Step, choices: &mut Choices) -> Json {
    let (id, mut map) = match step_ {
        Step::Require(guards) => {
            let guards: Vec<&str> = guards.iter().map(|guard| guard.text.as_str()).collect();
            return json!(format!("require({})", guards.join(", ")));
        }
        Step::Line(None, does) => return json!(effect(does, choices)),
        Step::Line(Some(guard), does) => {
            let colon = choices.pick(&[": ", " : ", ":"]);
            return json!(format!("{}{colon}{}", guard.text, effect(does, choices)));
        }
        Step::Deny { id, denial } => (id, json!({ "deny": denial_map(denial) })),
        Step::Guarded { id, as_key, guard, body } => {
            let body = match body {
                Body::One(one) => step(one, choices),
                Body::Many(steps) => list(steps, choices),
            };
            (id, if *as_key { json!({ &guard.text: body }) } else { json!({ "when": guard.text, "do": body }) })
        }
        Step::Sequential { id, steps } => (id, json!({ "sequential": list(steps, choices) })),
        Step::Parallel { id, branches } => (id, json!({ "parallel": list(branches, choices) })),
        Step::Ask { id, question, on_allow, on_deny, is_inside } => {
            let mut reactions = Map::new();
            for (key, steps) in [("on_allow", on_allow), ("on_deny", on_deny)] {
                if let Some(steps) = steps {
                    reactions.insert(key.to_owned(), list(steps, choices));
                }
            }
            let mut map = question_map(question);
            let mut step = Map::new();
            if *is_inside { &mut map } else { &mut step }.append(&mut reactions);
            step.insert(ENGINE.to_owned(), map.into());
            (id, step.into())
        }
        Step::Mapped { id, effect } => (id, effect_map(effect)),
        Step::Restrict { id, narrowing } => (id, json!({ "restrict": narrowing_map(narrowing) })),
    };
    if let Some(id) = id {
        map["id"] = json!(id);
    }
    map
}

fn denial_map(denial: &Denial) -> Json {
    let mut map = json!({});
    for (key, text) in [("reason", &denial.reason), ("code", &denial.code)] {
        if let Some(text) = text {
            map[key] = json!(text);
        }
    }
    if let Some(details) = &denial.details {
        map["details"] = json!(details);
    }
    map
}

fn effect(effect: &Effect, choices: &mut Choices) -> String {
    match effect {
        Effect::Allow => "allow".to_owned(),
        Effect::Deny(Denial { reason: None, .. }) => "deny".to_owned(),
        Effect::Deny(Denial { reason: Some(reason), code: None, .. }) => format!("deny({})", quoted(reason, choices)),
        Effect::Deny(Denial { reason: Some(reason), code: Some(code), .. }) => {
            format!("deny({}, {})", quoted(reason, choices), quoted(code, choices))
        }
        Effect::Taint { label, scope: None } => format!("taint({label})"),
        Effect::Taint { label, scope: Some(scope) } => format!("taint({label}, {scope})"),
        Effect::Run(name) => format!("{}({name})", choices.pick(&["run", "plugin"])),
        Effect::Declassify(label) => format!("declassify({label}, reason: {})", quoted(WHY, choices)),
        Effect::Delegate(delegate) => {
            let mut arguments = vec![delegate.delegator.to_owned()];
            let pairs = pairs(delegate).into_iter().map(|(key, value)| format!("{key}: {value}"));
            arguments.extend(pairs);
            if !delegate.permissions.is_empty() {
                arguments.push(format!("permissions: [{}]", delegate.permissions.join(", ")));
            }
            format!("delegate({})", arguments.join(", "))
        }
        Effect::Field(root, Pipeline { field, stages }) => {
            let dot = if field.text.starts_with('[') { "" } else { "." };
            let bar = choices.pick(&[" | ", "|"]);
            format!("{root}{dot}{}{bar}{}", field.text, print::stages_text(stages, choices))
        }
    }
}

/// The pairs of a `delegate` but its list.
fn pairs(delegate: &Delegate) -> Vec<(&'static str, &'static str)> {
    let Delegate { target, audience, subject, actor, on_error, .. } = delegate;
    let pairs =
        [("target", target), ("audience", audience), ("subject", subject), ("actor", actor), ("on_error", on_error)];
    pairs.into_iter().filter_map(|(key, value)| Some((key, (*value)?))).collect()
}

fn effect_map(effect: &Effect) -> Json {
    match effect {
        Effect::Declassify(label) => json!({ "declassify": { "label": label, "reason": WHY } }),
        Effect::Delegate(delegate) => {
            let mut map = json!({ "name": delegate.delegator });
            for (key, value) in pairs(delegate) {
                map[key] = json!(value);
            }
            if !delegate.permissions.is_empty() {
                map["permissions"] = json!(delegate.permissions);
            }
            json!({ "delegate": map })
        }
        other => panic!("nothing writes {other:?} as a map"),
    }
}

fn question_map(question: &Question) -> Map<String, Json> {
    let values = question.values.iter().map(|(name, hole)| {
        let value = match hole {
            Hole::Literal(value) => value.clone(),
            Hole::Alone(path) => json!(format!("${{{}}}", path.text)),
            Hole::Within(before, path, after) => json!(format!("{before}${{{}}}{after}", path.text)),
        };
        ((*name).to_owned(), value)
    });
    values.chain([("answer".to_owned(), json!(question.answer))]).collect()
}

fn narrowing_map(narrowing: &Narrowing) -> Json {
    let Narrowing { allow_models, deny_models, allow_regions, allow_sites, max_cost_tier, custom, on_empty } =
        narrowing;
    let mut map = Map::new();
    let lists = [
        ("allow_models", allow_models),
        ("deny_models", deny_models),
        ("allow_regions", allow_regions),
        ("allow_sites", allow_sites),
    ];
    map.extend(lists.into_iter().filter_map(|(key, list)| Some((key.to_owned(), json!(list.as_ref()?)))));
    for (key, word) in [("max_cost_tier", max_cost_tier), ("on_empty", on_empty)] {
        map.extend(word.map(|word| (key.to_owned(), json!(word))));
    }
    if !custom.is_empty() {
        let custom: Map<String, Json> =
            custom.iter().map(|(label, value)| ((*label).to_owned(), value.clone())).collect();
        map.insert("custom".to_owned(), custom.into());
    }
    map.into()
}
