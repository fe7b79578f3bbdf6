//! A narrowed document is never wider: a further demand, denial or validation takes calls away and changes none of the rest.
//!
//! Narrowed and not are asked in one state: what a call that is now denied would have labelled is no part of it. What turns
//! values into others is left out, for later conditions read what it leaves; so is what takes roles from a caller, for
//! conditions may ask that somebody has none.

use std::fmt;

use super::choices::Choices;
use super::property::check;
use super::request::{Call, call};
use super::runtime::{Runtime, Seen};
use super::tree::{Body, Denial, Effect, Expr, Guard, Pipeline, Route, Stage, Step, Written};
use super::vocabulary::FORMS;
use super::{generate, print};

/// A change of a document.
#[derive(Clone, Copy, Debug)]
enum Way {
    InsertRequire,
    InsertGuardedDeny,
    InsertDeny,
    AddConjunctToRequire,
    AddDisjunctToDeny,
    AddValidation,
    // What is no narrowing, so that the property shows it can fail.
    RequireGainsDisjunct,
    DenyGainsConjunct,
    StepIsLost,
    StageIsLost,
    TaintIsAdded,
}

const NARROWINGS: [Way; 6] = [
    Way::InsertRequire,
    Way::InsertGuardedDeny,
    Way::InsertDeny,
    Way::AddConjunctToRequire,
    Way::AddDisjunctToDeny,
    Way::AddValidation,
];

const SLIPS: [Way; 5] =
    [Way::RequireGainsDisjunct, Way::DenyGainsConjunct, Way::StepIsLost, Way::StageIsLost, Way::TaintIsAdded];

struct Case {
    way: Way,
    document: String,
    narrowed: String,
    calls: Vec<Call>,
}

fn case(ways: &[Way], choices: &mut Choices) -> Case {
    let way = choices.pick(ways);
    let mut routes = generate::routes(choices);
    let document = print::document(&routes, choices);
    change(way, &mut routes, choices);
    let narrowed = print::document(&routes, choices);
    Case { way, document, narrowed, calls: choices.several(1, 3, call) }
}

#[test]
fn a_narrowed_document_allows_nothing_more_and_releases_nothing_else() {
    check(500, |choices| case(&NARROWINGS, choices), never_wider);
}

#[test]
fn every_change_that_widens_is_found() {
    for slip in SLIPS {
        let is_found = |seed| never_wider(&case(&[slip], &mut Choices::of_seed(seed))).is_err();
        assert!((0..10_000).any(is_found), "{slip:?} would go unnoticed");
    }
}

fn never_wider(case: &Case) -> Result<(), String> {
    for (number, call) in case.calls.iter().enumerate() {
        let earlier = case.calls.get(..number).unwrap_or_default();
        let wide = after(earlier, &case.document, &case.document)?.call(call);
        let narrow = after(earlier, &case.document, &case.narrowed)?.call(call);
        if !within(&narrow, &wide) {
            return Err(format!("call {number} was {wide:#?}\nand is {narrow:#?}"));
        }
    }
    Ok(())
}

/// A runtime in the state that the calls under one document leave, under another.
fn after(calls: &[Call], before: &str, document: &str) -> Result<Runtime, String> {
    let runtime = Runtime::new(before)?;
    for call in calls {
        runtime.call(call);
    }
    runtime.reload(document)?;
    Ok(runtime)
}

fn within(narrow: &Seen, wide: &Seen) -> bool {
    let is_kept = narrow.denied.is_some()
        || wide.denied.is_none()
            && narrow.answer == wide.answer
            && narrow.message_labels == wide.message_labels
            && narrow.sessions == wide.sessions;
    let reaches_backend = narrow.args.is_none() || narrow.args == wide.args;
    is_kept && reaches_backend && narrow.message_labels.is_subset(&wide.message_labels)
}

/// Changes one place of the first route, if there is one of the kind.
fn change(way: Way, routes: &mut [Route], choices: &mut Choices) {
    let Some(route) = routes.first_mut() else { return };
    match way {
        Way::InsertRequire => insert(Step::Require(vec![generate::guard(choices)]), route, choices),
        Way::InsertGuardedDeny => {
            let step = Step::Line(Some(generate::guard(choices)), Effect::Deny(Denial::default()));
            insert(step, route, choices);
        }
        Way::InsertDeny => insert(Step::Line(None, Effect::Deny(Denial::default())), route, choices),
        Way::TaintIsAdded => insert(Step::Line(None, Effect::Taint { label: "l1", scope: None }), route, choices),
        Way::AddConjunctToRequire => {
            let added = generate::guard(choices);
            let at = choices.below(4);
            one_of(route, choices, |step| match step {
                Step::Require(guards) => {
                    guards.insert(at.min(guards.len()), added.clone());
                    true
                }
                _ => false,
            });
        }
        Way::RequireGainsDisjunct => {
            let added = generate::guard(choices);
            one_of(route, choices, |step| match step {
                Step::Require(guards) => join(guards.first_mut(), &added, Expr::Or, "|"),
                _ => false,
            });
        }
        Way::AddDisjunctToDeny | Way::DenyGainsConjunct => {
            let added = generate::guard(choices);
            let (make, sign): (fn(Vec<Expr>) -> Expr, _) =
                if matches!(way, Way::AddDisjunctToDeny) { (Expr::Or, "|") } else { (Expr::And, "&") };
            one_of(route, choices, |step| match step {
                Step::Line(guard, Effect::Deny(_)) => join(guard.as_mut(), &added, make, sign),
                _ => false,
            });
        }
        Way::StepIsLost => {
            let at = choices.below(3);
            one_list(route, choices, |steps| drop((at < steps.len()).then(|| steps.remove(at))));
        }
        Way::AddValidation | Way::StageIsLost => stages(way, route, choices),
    }
}

fn insert(step: Step, route: &mut Route, choices: &mut Choices) {
    let at = choices.below(4);
    one_list(route, choices, |steps| steps.insert(at.min(steps.len()), step));
}

fn join(guard: Option<&mut Guard>, added: &Guard, make: fn(Vec<Expr>) -> Expr, sign: &str) -> bool {
    guard.is_some_and(|guard| {
        let text = format!("({}) {sign} ({})", guard.text, added.text);
        *guard = Written { tree: make(vec![guard.tree.clone(), added.tree.clone()]), text };
        true
    })
}

fn stages(way: Way, route: &mut Route, choices: &mut Choices) {
    let mut pipelines: Vec<&mut Pipeline> = route.args.iter_mut().chain(&mut route.result).collect();
    let at = choices.below(pipelines.len());
    let Some(pipeline) = pipelines.get_mut(at) else { return };
    let at = choices.below(pipeline.stages.len() + 1);
    if matches!(way, Way::AddValidation) {
        let form = Stage::Form(choices.pick(&FORMS));
        let stage = choices.pick(&[form, Stage::Required, Stage::MaxBytes(9), Stage::Len(Some(1), Some(2))]);
        pipeline.stages.insert(at, stage);
    } else if pipeline.stages.len() > 1 {
        pipeline.stages.remove(at.min(pipeline.stages.len() - 1));
    }
}

/// One of the lists of steps, those within steps included.
fn one_list(route: &mut Route, choices: &mut Choices, change: impl FnOnce(&mut Vec<Step>)) {
    let mut count = 0;
    each_list(&mut [&mut route.policy, &mut route.post_policy], &mut |_| count += 1);
    let (chosen, mut at, mut change) = (choices.below(count), 0, Some(change));
    each_list(&mut [&mut route.policy, &mut route.post_policy], &mut |steps| {
        if at == chosen
            && let Some(change) = change.take()
        {
            change(steps);
        }
        at += 1;
    });
}

fn each_list(lists: &mut [&mut Vec<Step>], visit: &mut impl FnMut(&mut Vec<Step>)) {
    for list in lists {
        visit(list);
        for step in list.iter_mut() {
            match step {
                Step::Guarded { body: Body::Many(steps), .. } | Step::Sequential { steps, .. } => {
                    each_list(&mut [steps], visit);
                }
                _ => {}
            }
        }
    }
}

/// The first step from a random place on that takes the change.
fn one_of(route: &mut Route, choices: &mut Choices, mut change: impl FnMut(&mut Step) -> bool) {
    let mut skipped = choices.below(4);
    let mut is_done = false;
    each_list(&mut [&mut route.policy, &mut route.post_policy], &mut |steps| {
        for step in steps {
            if skipped > 0 {
                skipped -= 1;
            } else if !is_done {
                is_done = change(step);
            }
        }
    });
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}\n{}\nbecame\n{}", self.way, self.document, self.narrowed)?;
        self.calls.iter().try_for_each(|call| writeln!(f, "{call}"))
    }
}
