//! The reference evaluator: a policy decides a call as the language says, phase by phase over the written tree.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::fields::{Active, Refusal, Refusals};
use super::json_text::Node;
use super::reference_steps::steps;
use super::request::{Call, Text};
use super::restriction;
use super::slip::Slip;
use super::tree::{Pipeline, Route};
use super::world::{Grant, Labels, Released, World};

/// Labels by issuer, subject and session.
pub(super) type Sessions = BTreeMap<(Option<&'static str>, &'static str, &'static str), Labels>;

/// What the language says of a call.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// None where it is allowed.
    pub(super) denied: Option<Denied>,
    /// What reaches the backend, if anything does.
    pub(super) sent: Option<Sent>,
    /// What reaches the caller, if anything does.
    pub(super) result: Option<Released>,
    pub(super) message_labels: Labels,
}

/// What a backend gets.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) args: Map<String, Json>,
    /// In the words of policy; none where nothing restricts.
    pub(super) restriction: Option<Json>,
    pub(super) credentials: BTreeMap<&'static str, Grant>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Denied {
    /// The codes it may have: which of several faults of a value is met first is left open.
    pub(super) codes: Vec<String>,
    /// The rule; none where the runtime itself denies.
    pub(super) rule: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) details: Option<Box<Map<String, Json>>>,
    /// Whether the language leaves open what becomes of the call: a result flagged as an error has one value that is
    /// refused and another that cannot be read, which alone would be withheld.
    pub(super) is_open: bool,
}

pub(super) type Walked = Result<(), Denied>;

/// Decides a call and keeps its labels.
pub(super) fn decide(routes: &[Route], call: &Call, sessions: &mut Sessions, slip: Option<Slip>) -> Verdict {
    let key = call.who.subject.as_ref().zip(call.session).map(|(subject, session)| match slip {
        Some(Slip::SessionsAreShared) => (None, "", session),
        _ => (subject.issuer, subject.id, session),
    });
    let session = key.map(|key| sessions.get(&key).cloned().unwrap_or_default());
    let mut world = World::new(call, session, slip);
    let mut verdict = Verdict { denied: None, sent: None, result: None, message_labels: Labels::new() };
    let Some((index, route)) = routes.iter().enumerate().find(|(_, route)| route.tool == call.tool) else {
        verdict.denied = Some(Denied { codes: vec!["route.unmatched".to_owned()], ..Denied::default() });
        return verdict;
    };
    let before = world.session.clone();
    verdict.denied = walk(index, route, &mut world, &mut verdict.sent).err();
    if let Some((key, mut labels)) = key.zip(world.session) {
        if verdict.denied.is_none() || slip == Some(Slip::DeclassifiedThoughDenied) {
            labels = &labels - &world.declassified;
        }
        let is_lost = verdict.denied.is_some() && slip == Some(Slip::LabelsOfADenyAreLost);
        sessions.insert(key, if is_lost { before.unwrap_or_default() } else { labels });
    }
    verdict.result = world.released.filter(|_| verdict.denied.is_none());
    verdict.message_labels = world.message;
    verdict
}

fn walk(index: usize, route: &Route, world: &mut World<'_>, sent: &mut Option<Sent>) -> Walked {
    for pipeline in &route.args {
        pipe(pipeline, &pipeline_rule(index, "args", pipeline), world)?;
    }
    steps(&route.policy, &format!("routes[{index}].policy"), None, world)?;
    let restriction = restriction::fold(&world.narrowings, world.slip);
    *sent = Some(Sent { args: world.args.clone(), restriction, credentials: world.credentials.clone() });
    if world.slips(Slip::MessageLabelsStay) {
        world.message.clear();
    }
    if !world.slips(Slip::GrantOutlastsItsPhase) {
        world.granted = None;
    }
    let answer = &world.call.answer;
    world.released = Some(Released {
        content: Node::new(&answer.content),
        is_error: answer.is_error,
        texts: answer.texts.clone(),
        keeps_blanks: true,
        has_image: answer.has_image,
    });
    for pipeline in &route.result {
        pipe(pipeline, &pipeline_rule(index, "result", pipeline), world)?;
    }
    steps(&route.post_policy, &format!("routes[{index}].post_policy"), None, world)
}

/// Takes what the phase is about through a pipeline.
pub(super) fn pipe(pipeline: &Pipeline, rule: &str, world: &mut World<'_>) -> Walked {
    let active = Active::new(pipeline, world).map_err(|fault| Denied::new(fault, rule))?;
    let Some(released) = &mut world.released else {
        let mut args = Node::new(&world.args.clone().into());
        let refusals = active.apply(&mut args);
        refuse_if(&refusals, refusals.iter().map(|_| "args.invalid".to_owned()).collect(), rule)?;
        if let Json::Object(args) = args.value() {
            world.args = args;
        }
        return Ok(());
    };
    let refusals = treat(&active, released, world.slip);
    let is_open = released.is_error && refusals.len() > 1;
    refuse_if(&refusals, refusals.iter().map(|refusal| code_of(*refusal).to_owned()).collect(), rule)
        .map_err(|denied| Denied { is_open, ..denied })
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

fn refuse_if(refusals: &Refusals, codes: Vec<String>, rule: &str) -> Walked {
    if refusals.is_empty() { Ok(()) } else { Err(Denied { codes, rule: Some(rule.to_owned()), ..Denied::default() }) }
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

impl Denied {
    pub(super) fn new(code: &str, rule: &str) -> Self {
        Self { codes: vec![code.to_owned()], rule: Some(rule.to_owned()), ..Self::default() }
    }
}
