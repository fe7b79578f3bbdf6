//! The reference evaluator: a policy decides a call as the language says, step by step over the written tree.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::fields::{Active, Refusal, Refusals};
use super::json_text::Node;
use super::request::{Call, Text};
use super::slip::Slip;
use super::tree::{Body, Denial, Effect, Pipeline, Route, Step};
use super::truth;
use super::world::{Labels, UNBOUND, World};

/// Labels by issuer, subject and session.
pub(super) type Sessions = BTreeMap<(Option<&'static str>, &'static str, &'static str), Labels>;

/// What the language says of a call.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// None where it is allowed.
    pub(super) denied: Option<Denied>,
    /// What reaches the backend, if anything does.
    pub(super) args: Option<Map<String, Json>>,
    /// What reaches the caller, if anything does.
    pub(super) result: Option<Released>,
    pub(super) message_labels: Labels,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Denied {
    /// The codes it may have: which of several faults of a value is met first is left open.
    pub(super) codes: Vec<String>,
    /// The rule; none where the runtime itself denies.
    pub(super) rule: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) details: Option<Map<String, Json>>,
    /// Whether the language leaves open what becomes of the call: a result flagged as an error has one value that is
    /// refused and another that cannot be read, which alone would be withheld.
    pub(super) is_open: bool,
}

/// The parts of a result as they are released.
#[derive(Clone, Debug)]
pub(super) struct Released {
    pub(super) content: Node,
    pub(super) is_error: bool,
    pub(super) texts: Vec<Text>,
    /// Whether the blanks of the texts are as they were.
    pub(super) keeps_blanks: bool,
    pub(super) has_image: bool,
}

type Walked = Result<(), Denied>;

/// Decides a call and keeps its labels.
pub(super) fn decide(routes: &[Route], call: &Call, sessions: &mut Sessions, slip: Option<Slip>) -> Verdict {
    let key = call.who.subject.as_ref().zip(call.session).map(|(subject, session)| match slip {
        Some(Slip::SessionsAreShared) => (None, "", session),
        _ => (subject.issuer, subject.id, session),
    });
    let session = key.map(|key| sessions.get(&key).cloned().unwrap_or_default());
    let (args, message) = (call.args.clone(), Labels::new());
    let mut world = World { call, args, result: None, text_result: None, session, message, slip };
    let mut verdict = Verdict { denied: None, args: None, result: None, message_labels: Labels::new() };
    let Some((index, route)) = routes.iter().enumerate().find(|(_, route)| route.tool == call.tool) else {
        verdict.denied = Some(Denied { codes: vec!["route.unmatched".to_owned()], ..Denied::default() });
        return verdict;
    };
    let before = world.session.clone();
    if let Err(denied) = walk(index, route, &mut world, &mut verdict) {
        verdict.denied = Some(denied);
        verdict.result = None;
    }
    if let Some((key, labels)) = key.zip(world.session) {
        let is_lost = verdict.denied.is_some() && slip == Some(Slip::LabelsOfADenyAreLost);
        sessions.insert(key, if is_lost { before.unwrap_or_default() } else { labels });
    }
    verdict.message_labels = world.message;
    verdict
}

fn walk(index: usize, route: &Route, world: &mut World<'_>, verdict: &mut Verdict) -> Walked {
    for pipeline in &route.args {
        let active = activate(index, "args", pipeline, world)?;
        let mut args = Node::new(&world.args.clone().into());
        let refusals = active.apply(&mut args);
        let codes = refusals.iter().map(|_| "args.invalid".to_owned()).collect();
        refuse_if(&refusals, codes, pipeline_rule(index, "args", pipeline))?;
        if let Json::Object(args) = args.value() {
            world.args = args;
        }
    }
    steps(&route.policy, &format!("routes[{index}].policy"), None, world)?;
    verdict.args = Some(world.args.clone());
    if world.slips(Slip::MessageLabelsStay) {
        world.message.clear();
    }
    let answer = &world.call.answer;
    let mut released = Released {
        content: Node::new(&answer.content),
        is_error: answer.is_error,
        texts: answer.texts.clone(),
        keeps_blanks: true,
        has_image: answer.has_image,
    };
    world.result = Some(answer.content.clone());
    world.text_result = released.first_text();
    for pipeline in &route.result {
        let active = activate(index, "result", pipeline, world)?;
        let refusals = treat(&active, &mut released, world.slip);
        world.result = Some(released.content.value());
        world.text_result = released.first_text();
        let codes = refusals.iter().map(|refusal| code_of(*refusal).to_owned()).collect();
        let is_open = released.is_error && refusals.len() > 1;
        refuse_if(&refusals, codes, pipeline_rule(index, "result", pipeline))
            .map_err(|denied| Denied { is_open, ..denied })?;
    }
    verdict.result = Some(released);
    steps(&route.post_policy, &format!("routes[{index}].post_policy"), None, world)?;
    if let (Some(released), Some(content)) = (&mut verdict.result, &world.result) {
        released.content = Node::new(content);
    }
    Ok(())
}

impl Released {
    fn first_text(&self) -> Option<Json> {
        self.texts.iter().find_map(|text| match text {
            Text::Json(node) => Some(node.value()),
            Text::Other(_) => None,
        })
    }
}

fn activate<'p>(index: usize, phase: &str, pipeline: &'p Pipeline, world: &World<'_>) -> Result<Active<'p>, Denied> {
    Active::new(pipeline, world).map_err(|fault| Denied::new(fault, &pipeline_rule(index, phase, pipeline)))
}

fn pipeline_rule(index: usize, phase: &str, pipeline: &Pipeline) -> String {
    format!("routes[{index}].{phase}.{}", pipeline.field.text)
}

const fn code_of(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Invalid => "result.invalid",
        Refusal::Unreadable => "result.unreadable",
    }
}

fn refuse_if(refusals: &Refusals, codes: Vec<String>, rule: String) -> Walked {
    if refusals.is_empty() { Ok(()) } else { Err(Denied { codes, rule: Some(rule), ..Denied::default() }) }
}

/// Treats every form of a result that the caller will receive.
fn treat(active: &Active<'_>, released: &mut Released, slip: Option<Slip>) -> Refusals {
    let mut refusals = Refusals::new();
    let mut is_readable = false;
    if !released.content.value().is_null() {
        refusals.append(&mut active.apply(&mut released.content));
        is_readable = true;
    }
    for text in released.texts.iter_mut().filter(|_| slip != Some(Slip::TextPartsAreNotTreated)) {
        match text {
            Text::Json(node) => {
                refusals.append(&mut active.apply(node));
                is_readable = true;
            }
            Text::Other(_) if active.could_transform() => drop(refusals.insert(Refusal::Unreadable)),
            Text::Other(_) => {}
        }
    }
    if released.has_image && active.could_transform() {
        refusals.insert(Refusal::Unreadable);
    }
    if !is_readable && !refusals.contains(&Refusal::Unreadable) {
        refusals.append(&mut active.apply(&mut Node::new(&Json::Null)));
    }
    released.keeps_blanks &= !active.omits();
    if released.is_error && refusals.iter().eq([&Refusal::Unreadable]) {
        if slip != Some(Slip::ErrorsPassUnread) {
            released.content = Node::new(&Json::Null);
            released.texts = vec![Text::Other("result withheld".to_owned())];
            released.has_image = false;
        }
        return Refusals::new();
    }
    refusals
}

fn steps(list: &[Step], place: &str, id: Option<&str>, world: &mut World<'_>) -> Walked {
    list.iter().enumerate().try_for_each(|(at, one)| step(one, &format!("{place}[{at}]"), id, world))
}

/// `place` is the default name of the step, `id` that of the innermost step around it that has one.
fn step(step_: &Step, place: &str, id: Option<&str>, world: &mut World<'_>) -> Walked {
    let own = match step_ {
        Step::Require(_) | Step::Line(..) => None,
        Step::Deny { id, .. } | Step::Guarded { id, .. } | Step::Sequential { id, .. } => id.as_deref(),
    };
    let id = if world.slips(Slip::OuterIdNamesTheRule) { id.or(own) } else { own.or(id) };
    let rule = id.unwrap_or(place);
    match step_ {
        Step::Require(guards) => {
            for guard in guards {
                if !truth::holds(&guard.tree, world).map_err(|fault| Denied::new(fault, rule))? {
                    return Err(Denied::new("policy.require_failed", rule));
                }
                if world.slips(Slip::RequireAsksTheFirst) {
                    break;
                }
            }
            Ok(())
        }
        Step::Line(None, does) => effect(does, rule, world),
        Step::Line(Some(guard), does) => {
            match truth::holds(&guard.tree, world).map_err(|fault| Denied::new(fault, rule))? {
                true => effect(does, rule, world),
                false => Ok(()),
            }
        }
        Step::Deny { denial, .. } => Err(deny(denial, rule)),
        Step::Guarded { guard, body, .. } => {
            match (truth::holds(&guard.tree, world).map_err(|fault| Denied::new(fault, rule))?, body) {
                (false, _) => Ok(()),
                (true, Body::One(one)) => step(one, place, id, world),
                (true, Body::Many(many)) => steps(many, &format!("{place}.do"), id, world),
            }
        }
        Step::Sequential { steps: many, .. } => steps(many, &format!("{place}.sequential"), id, world),
    }
}

fn effect(effect: &Effect, rule: &str, world: &mut World<'_>) -> Walked {
    match effect {
        Effect::Allow | Effect::Run("allows") => Ok(()),
        Effect::Deny(denial) => Err(deny(denial, rule)),
        Effect::Taint { label, scope: Some("message") } => {
            world.message.insert((*label).to_owned());
            Ok(())
        }
        Effect::Taint { label, .. } => match &mut world.session {
            Some(labels) => {
                labels.insert((*label).to_owned());
                Ok(())
            }
            None => Err(Denied::new(UNBOUND, rule)),
        },
        Effect::Run("denies") => {
            Err(Denied { reason: Some("not today".to_owned()), ..Denied::new("scripted.denied", rule) })
        }
        Effect::Run("fails") => Err(Denied::new("plugin.error", rule)),
        // It sets `a` in what the phase is about, where that is a map.
        Effect::Run(_) => {
            world.set("a", &"set".into());
            Ok(())
        }
    }
}

fn deny(denial: &Denial, rule: &str) -> Denied {
    let code = denial.code.as_deref().unwrap_or("policy.denied");
    let (reason, details) = (denial.reason.clone(), denial.details.clone());
    Denied { reason, details, ..Denied::new(code, rule) }
}

impl Denied {
    fn new(code: &str, rule: &str) -> Self {
        Self { codes: vec![code.to_owned()], rule: Some(rule.to_owned()), ..Self::default() }
    }
}
