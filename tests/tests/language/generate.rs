//! Random policies that load.

use super::choices::Choices;
use super::generate_steps::{Place, Words, step};
use super::print;
use super::tree::{Expr, Guard, Literal, Members, Operand, Part, Path, Pipeline, Route, Segment, Stage, Written};
use super::vocabulary::{
    AUDIENCES, BOUNDS, CLOSED, FORMS, HELD, HELD_NAMES, LABELS, NAMES, NUMBERS, OPEN, PATTERNS, SEGMENTS, TEXTS,
};

/// Routes of two tools, whose steps decide, label and run plugins.
pub(super) fn routes(choices: &mut Choices) -> Vec<Route> {
    routes_in(Words::Few, choices)
}

/// Routes of two tools.
pub(super) fn routes_in(words: Words, choices: &mut Choices) -> Vec<Route> {
    let mut place = Place { words, ids: 0, is_after: false, is_branch: false };
    ["t", "u"].into_iter().map(|tool| route(tool, &mut place, choices)).collect()
}

fn route(tool: &'static str, place: &mut Place, choices: &mut Choices) -> Route {
    let most = if tool == "t" { 3 } else { 1 };
    Route {
        tool,
        args: if choices.once_in(2) { pipelines(choices, most.min(2)) } else { Vec::new() },
        policy: choices.several(0, most, |choices| step(choices, place, 2)),
        result: pipelines(choices, most),
        post_policy: place.after(|place| choices.several(0, most - 1, |choices| step(choices, place, 1))),
    }
}

pub(super) fn guard(choices: &mut Choices) -> Guard {
    let tree = expression(choices, 2);
    written(tree, choices)
}

fn expression(choices: &mut Choices, depth: usize) -> Expr {
    match choices.below(if depth == 0 { 4 } else { 8 }) {
        0..=3 => test(choices),
        4 | 5 => Expr::Or(choices.several(2, 3, |choices| expression(choices, depth - 1))),
        6 => Expr::And(choices.several(2, 3, |choices| expression(choices, depth - 1))),
        _ => Expr::Not(Box::new(expression(choices, depth - 1))),
    }
}

fn test(choices: &mut Choices) -> Expr {
    match choices.below(11) {
        0 | 1 => Expr::Yes(path(choices)),
        2 => Expr::Exists(open(choices)),
        3 => sides(choices, Expr::Equal),
        4 => sides(choices, Expr::Unequal),
        5 => {
            let sign = choices.pick(&["<", "<=", ">", ">="]);
            sides(choices, |left, right| Expr::Ordered(left, sign, right))
        }
        6 => sides(choices, Expr::Contains),
        7 => {
            let item =
                if choices.once_in(2) { Operand::Literal(literal(choices)) } else { Operand::Path(path(choices)) };
            Expr::In { not: choices.once_in(2), item, members: Members::Path(path(choices)) }
        }
        8 => {
            let members = Members::List(choices.several(1, 3, literal));
            Expr::In { not: choices.once_in(2), item: Operand::Path(path(choices)), members }
        }
        9 => Expr::Matches(Operand::Path(path(choices)), choices.pick(&PATTERNS)),
        _ => {
            let label = choices.pick(&LABELS);
            labelled(label, choices)
        }
    }
}

/// A condition on a label, which earlier steps may have added.
pub(super) fn is_labelled(label: &str, choices: &mut Choices) -> Guard {
    written(labelled(label, choices), choices)
}

fn labelled(label: &str, choices: &mut Choices) -> Expr {
    let labels = choices.pick(&["message.labels", "session.labels", "security.labels"]);
    Expr::Contains(attribute(labels), Operand::Literal(Literal::Text(label.to_owned())))
}

/// A condition on the latest credential.
pub(super) fn is_granted(choices: &mut Choices) -> Guard {
    let text = |text: &str| Operand::Literal(Literal::Text(text.to_owned()));
    let tree = match choices.below(3) {
        0 => Expr::Yes(Path { root: "delegation.granted", rest: Vec::new() }),
        1 => Expr::Equal(attribute("delegation.granted.audience"), text(choices.pick(&AUDIENCES))),
        _ => Expr::Contains(attribute("delegation.granted.permissions"), text(choices.pick(&HELD_NAMES))),
    };
    written(tree, choices)
}

fn attribute(root: &'static str) -> Operand {
    Operand::Path(Path { root, rest: Vec::new() })
}

fn written(tree: Expr, choices: &mut Choices) -> Guard {
    let text = print::expression(&tree, choices);
    Written { tree, text }
}

/// Two sides, not both of them literals.
fn sides(choices: &mut Choices, make: impl FnOnce(Operand, Operand) -> Expr) -> Expr {
    let first = Operand::Path(path(choices));
    let second = if choices.once_in(4) { Operand::Path(path(choices)) } else { Operand::Literal(literal(choices)) };
    if choices.once_in(4) { make(second, first) } else { make(first, second) }
}

fn literal(choices: &mut Choices) -> Literal {
    match choices.below(5) {
        0 => Literal::Bool(choices.once_in(2)),
        1 | 2 => Literal::Number(choices.pick_early(&NUMBERS)),
        _ => Literal::Text(choices.pick_early(&TEXTS).to_owned()),
    }
}

pub(super) fn path(choices: &mut Choices) -> Path {
    match choices.below(8) {
        0 => Path { root: choices.pick(&CLOSED), rest: Vec::new() },
        1 => {
            let name = choices.pick(&HELD_NAMES);
            let segment =
                if name.contains('.') || choices.once_in(4) { Segment::Key(name) } else { Segment::Name(name) };
            Path { root: choices.pick(&HELD), rest: vec![segment] }
        }
        _ => open(choices),
    }
}

/// An attribute that may be absent.
fn open(choices: &mut Choices) -> Path {
    match choices.below(7) {
        0 => Path { root: choices.pick(&OPEN), rest: Vec::new() },
        1 => Path { root: "claim", rest: choices.several(1, 2, |choices| segment(choices, 0)) },
        2 => Path { root: "result", rest: choices.several(0, 2, |choices| segment(choices, 1)) },
        3 => {
            let lookup = choices.once_in(3).then(|| Segment::At(Path { root: "subject.tenant", rest: Vec::new() }));
            let least = usize::from(lookup.is_none());
            let rest = lookup.into_iter().chain(choices.several(least, 2, |choices| segment(choices, 1)));
            Path { root: "data", rest: rest.collect() }
        }
        _ => Path { root: "args", rest: choices.several(1, 3, |choices| segment(choices, 1)) },
    }
}

fn segment(choices: &mut Choices, lookups: usize) -> Segment {
    match choices.below(10) {
        0 => Segment::Key(choices.pick_early(&NAMES)),
        1 | 2 => Segment::Index(choices.below(3)),
        3 if lookups > 0 => {
            let root = choices.pick(&["args", "subject.id", "subject.tenant"]);
            let rest = if root == "args" { choices.several(1, 2, |choices| segment(choices, 0)) } else { Vec::new() };
            Segment::At(Path { root, rest })
        }
        _ => Segment::Name(choices.pick_early(&SEGMENTS)),
    }
}

fn pipelines(choices: &mut Choices, most: usize) -> Vec<Pipeline> {
    let mut pipelines: Vec<Pipeline> = Vec::new();
    for pipeline in choices.several(0, most, pipeline) {
        if pipelines.iter().all(|other| other.field.text != pipeline.field.text) {
            pipelines.push(pipeline);
        }
    }
    pipelines
}

pub(super) fn pipeline(choices: &mut Choices) -> Pipeline {
    let tree = field(choices);
    let text = print::field(&tree, choices);
    Pipeline { field: Written { tree, text }, stages: choices.several(1, 3, stage) }
}

pub(super) fn field(choices: &mut Choices) -> Vec<Part> {
    let mut parts = Vec::new();
    for part in choices.several(1, 3, |choices| match choices.below(8) {
        0 => Part::Each,
        1 => Part::Any,
        _ => Part::Name(choices.pick_early(&NAMES)),
    }) {
        let doubled = match part {
            Part::Any => parts.last() == Some(&Part::Any),
            Part::Each => parts.iter().all(|part| *part == Part::Each) && !parts.is_empty(),
            Part::Name(_) => false,
        };
        if !doubled {
            parts.push(part);
        }
    }
    if parts.iter().all(|part| *part == Part::Any) {
        parts.push(Part::Name("a"));
    }
    parts
}

fn stage(choices: &mut Choices) -> Stage {
    match choices.below(18) {
        0 => Stage::Required,
        1..=3 => Stage::Form(choices.pick(&FORMS)),
        4 => Stage::Enum(choices.several(1, 4, |choices| match literal(choices) {
            Literal::Bool(_) => Literal::Number("1"),
            other => other,
        })),
        5 => Stage::Regex(choices.pick(&PATTERNS)),
        6 => {
            let (least, more) = (choices.below(4), choices.below(5));
            let lower = choices.pick(&[Some(least), None]);
            Stage::Len(lower, if lower.is_some() && choices.once_in(4) { None } else { Some(least + more) })
        }
        7 => {
            let (at, more) = (choices.below(BOUNDS.len()), choices.below(4));
            let (least, most) = (BOUNDS[at], BOUNDS[(at + more).min(BOUNDS.len() - 1)]);
            choices.pick(&[(Some(least), Some(most)), (Some(least), None), (None, Some(most))]).into()
        }
        8 => Stage::MaxBytes(choices.below(30)),
        9 | 10 => Stage::Mask(choices.below(4)),
        11 | 12 => Stage::Redact(None),
        13 => Stage::Omit(None),
        14 | 15 => Stage::Redact(Some(guard(choices))),
        _ => Stage::Omit(Some(guard(choices))),
    }
}

impl From<(Option<super::tree::Bound>, Option<super::tree::Bound>)> for Stage {
    fn from((least, most): (Option<super::tree::Bound>, Option<super::tree::Bound>)) -> Self {
        Self::Range(least, most)
    }
}
