//! Random steps.

use super::choices::Choices;
use super::tree::{Body, Delegate, Denial, Effect, Hole, Narrowing, Path, Question, Step, Written};
use super::vocabulary::{AUDIENCES, DELEGATORS, HELD_NAMES, LABELS, MODELS, SITES, TIERS};
use super::{generate, print, request};

/// Which steps there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// Those that decide, label and run plugins.
    Few,
    All,
}

/// Where a step stands.
pub(super) struct Place {
    pub(super) words: Words,
    /// How many names were considered so far.
    pub(super) ids: usize,
    /// Whether the operation was performed already.
    pub(super) is_after: bool,
    /// Whether it stands in a branch, where nothing may change what the phase is about.
    pub(super) is_branch: bool,
}

impl Place {
    /// What is made for the phases after the operation.
    pub(super) fn after<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.is_after = true;
        let made = make(self);
        self.is_after = false;
        made
    }

    fn in_branches<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let was = std::mem::replace(&mut self.is_branch, true);
        let made = make(self);
        self.is_branch = was;
        made
    }
}

pub(super) fn step(choices: &mut Choices, place: &mut Place, depth: usize) -> Step {
    if place.words == Words::All && choices.once_in(2) {
        return of_all(choices, place, depth);
    }
    match choices.below(if depth == 0 { 6 } else { 9 }) {
        0 => Step::Line(None, effect(choices, place, false)),
        1 | 2 => Step::Require(choices.several(1, 3, generate::guard)),
        3 | 4 => Step::Line(Some(generate::guard(choices)), effect(choices, place, true)),
        5 => Step::Line(None, Effect::Taint { label: choices.pick(&LABELS), scope: scope(choices) }),
        6 => Step::Sequential {
            id: id(choices, place),
            steps: choices.several(1, 3, |choices| step(choices, place, depth - 1)),
        },
        7 if choices.once_in(3) => Step::Deny { id: id(choices, place), denial: denial(choices) },
        _ => {
            let body = if choices.once_in(2) {
                Body::One(Box::new(step(choices, place, depth - 1)))
            } else {
                Body::Many(choices.several(1, 3, |choices| step(choices, place, depth - 1)))
            };
            Step::Guarded { id: id(choices, place), as_key: choices.once_in(2), guard: generate::guard(choices), body }
        }
    }
}

fn id(choices: &mut Choices, place: &mut Place) -> Option<String> {
    place.ids += 1;
    choices.once_in(3).then(|| format!("rule {}", place.ids))
}

/// An unguarded `deny` would end most documents at their first step.
fn effect(choices: &mut Choices, place: &Place, is_guarded: bool) -> Effect {
    match choices.below(if is_guarded { 8 } else { 5 }) {
        0 => Effect::Allow,
        1 | 2 => Effect::Taint { label: choices.pick(&LABELS), scope: scope(choices) },
        3 if !place.is_branch => Effect::Run("sets"),
        3 | 4 => Effect::Run("allows"),
        5 => Effect::Run(choices.pick(&["denies", "fails"])),
        _ => Effect::Deny(Denial { details: None, ..denial(choices) }),
    }
}

fn scope(choices: &mut Choices) -> Option<&'static str> {
    choices.pick(&[None, Some("session"), Some("message")])
}

/// A code stands only beside a reason, for that is how one line writes it.
fn denial(choices: &mut Choices) -> Denial {
    let reason = choices.once_in(2).then(|| choices.pick(&["no", "it's \"late\": (1|2)", "größe \\"]).to_owned());
    let code = reason.as_ref().filter(|_| choices.once_in(2)).map(|_| "mine.stop".to_owned());
    let details = choices.once_in(4).then(|| request::map(choices, 2));
    Denial { reason, code, details }
}

/// A step of those that only [`Words::All`] has.
fn of_all(choices: &mut Choices, place: &mut Place, depth: usize) -> Step {
    match choices.below(if depth == 0 { 6 } else { 11 }) {
        0 => Step::Line(guard_or_none(choices), Effect::Taint { label: choices.pick(&LABELS), scope: scope(choices) }),
        1 | 2 => mapped(Effect::Declassify(choices.pick(&LABELS)), choices, place),
        3 | 5 if !place.is_after && !place.is_branch => delegating(choices, place),
        4 if !place.is_branch => {
            let root = if place.is_after { "result" } else { "args" };
            Step::Line(guard_or_none(choices), Effect::Field(root, generate::pipeline(choices)))
        }
        3..=5 if !place.is_after => Step::Restrict { id: id(choices, place), narrowing: narrowing(choices) },
        // After the operation, what was minted before it is not told.
        3..=5 => Step::Line(Some(generate::is_granted(choices)), told(choices)),
        6..=8 => ask(choices, place, depth),
        _ => parallel(choices, place, depth),
    }
}

/// Branches, every second time with one that labels and a later one that asks for the label.
fn parallel(choices: &mut Choices, place: &mut Place, depth: usize) -> Step {
    let id = id(choices, place);
    let branches = place.in_branches(|place| {
        let mut branches = choices.several(1, 3, |choices| step(choices, place, depth - 1));
        if choices.once_in(2) {
            let label = choices.pick(&LABELS);
            branches.push(Step::Line(None, Effect::Taint { label, scope: scope(choices) }));
            branches.push(Step::Line(Some(generate::is_labelled(label, choices)), told(choices)));
        }
        branches
    });
    Step::Parallel { id, branches }
}

/// What shows that a condition held.
fn told(choices: &mut Choices) -> Effect {
    let deny = Effect::Deny(Denial::default());
    choices.pick(&[Effect::Taint { label: "told", scope: Some("message") }, deny])
}

/// One credential or two, and a step that asks for the latest.
fn delegating(choices: &mut Choices, place: &mut Place) -> Step {
    let id = id(choices, place);
    let mut steps = choices.several(1, 2, |choices| mapped(Effect::Delegate(delegate(choices)), choices, place));
    steps.push(Step::Line(Some(generate::is_granted(choices)), told(choices)));
    Step::Sequential { id, steps }
}

fn guard_or_none(choices: &mut Choices) -> Option<super::tree::Guard> {
    choices.once_in(2).then(|| generate::guard(choices))
}

/// An effect in a line or as a map.
fn mapped(effect: Effect, choices: &mut Choices, place: &mut Place) -> Step {
    match choices.below(3) {
        0 => Step::Line(None, effect),
        1 => Step::Line(Some(generate::guard(choices)), effect),
        _ => Step::Mapped { id: id(choices, place), effect },
    }
}

fn ask(choices: &mut Choices, place: &mut Place, depth: usize) -> Step {
    let mut reactions = |choices: &mut Choices| {
        choices.once_in(2).then(|| choices.several(1, 2, |choices| step(choices, place, depth - 1)))
    };
    let (on_allow, on_deny) = (reactions(choices), reactions(choices));
    Step::Ask { id: id(choices, place), question: question(choices), on_allow, on_deny, is_inside: choices.once_in(2) }
}

fn question(choices: &mut Choices) -> Question {
    let answer = choices.pick(&["permit", "measure", "measure", "deny", "fail"]);
    let values = ["one", "two"].into_iter().filter_map(|name| Some((name, hole(choices)?)));
    Question { answer, values: values.collect() }
}

fn hole(choices: &mut Choices) -> Option<Hole> {
    Some(match choices.below(6) {
        0 | 1 => return None,
        2 => Hole::Literal(request::value(choices, 1)),
        3 | 4 => Hole::Alone(place_in_text(choices)),
        _ => Hole::Within(choices.pick(&["", "a-", "$ {"]), place_in_text(choices), choices.pick(&["}", "-b"])),
    })
}

fn place_in_text(choices: &mut Choices) -> Written<Path> {
    let tree = generate::path(choices);
    let text = print::path(&tree, choices);
    Written { tree, text }
}

fn delegate(choices: &mut Choices) -> Delegate {
    let target = choices.pick(&[None, Some(AUDIENCES[0]), Some(AUDIENCES[1])]);
    let audience = if target.is_none() || choices.once_in(3) { Some(choices.pick(&AUDIENCES)) } else { None };
    Delegate {
        delegator: choices.pick_early(&DELEGATORS),
        target,
        audience,
        permissions: choices.several(0, 3, |choices| choices.pick(&HELD_NAMES)),
        subject: choices.pick_early(&[
            None,
            Some("user"),
            None,
            Some("this_workload"),
            Some("client"),
            Some("caller_workload"),
        ]),
        actor: choices.pick_early(&[None, None, None, Some("user"), Some("client")]),
        on_error: choices.pick(&[None, Some("continue"), Some("deny")]),
    }
}

fn narrowing(choices: &mut Choices) -> Narrowing {
    let list = |from: &[&'static str], choices: &mut Choices| {
        choices.once_in(2).then(|| choices.several(0, 3, |choices| choices.pick(from)))
    };
    let value =
        |choices: &mut Choices| choices.pick(&[None, None, Some(1.into()), Some("red".into()), Some(true.into())]);
    let custom = ["floor", "team"].into_iter().filter_map(|label| Some((label, value(choices)?))).collect();
    let narrowing = Narrowing {
        allow_models: list(&MODELS, choices),
        deny_models: list(&MODELS, choices),
        allow_regions: list(&SITES, choices),
        allow_sites: list(&SITES, choices),
        max_cost_tier: choices.once_in(2).then(|| choices.pick(&TIERS)),
        custom,
        on_empty: choices.pick(&[None, Some("deny"), Some("fallback")]),
    };
    let Narrowing { allow_models, deny_models, allow_regions, allow_sites, .. } = &narrowing;
    let has_list = [allow_models, deny_models, allow_regions, allow_sites].into_iter().any(Option::is_some);
    if has_list || narrowing.max_cost_tier.is_some() || !narrowing.custom.is_empty() {
        return narrowing;
    }
    Narrowing { allow_sites: Some(vec!["a"]), ..narrowing }
}
