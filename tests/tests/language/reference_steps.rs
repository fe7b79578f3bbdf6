//! The reference evaluator: what steps do, one after the other.

use serde_json::{Map, Value as Json};

use super::ports::{ENGINE, grant, opinion, shown};
use super::reference::{Denied, Walked, pipe};
use super::slip::Slip;
use super::tree::{Body, Delegate, Denial, Effect, Hole, Path, Pipeline, Question, Step};
use super::truth;
use super::world::{Fault, Grant, Mark, Value, World};

pub(super) fn steps(list: &[Step], place: &str, id: Option<&str>, world: &mut World<'_>) -> Walked {
    list.iter().enumerate().try_for_each(|(at, one)| step(one, &format!("{place}[{at}]"), id, world))
}

/// `place` is the default name of the step, `id` that of the innermost step around it that has one.
fn step(step_: &Step, place: &str, id: Option<&str>, world: &mut World<'_>) -> Walked {
    let own = match step_ {
        Step::Require(_) | Step::Line(..) => None,
        Step::Deny { id, .. }
        | Step::Guarded { id, .. }
        | Step::Sequential { id, .. }
        | Step::Parallel { id, .. }
        | Step::Ask { id, .. }
        | Step::Mapped { id, .. }
        | Step::Restrict { id, .. } => id.as_deref(),
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
        Step::Parallel { branches, .. } => fork(branches, place, id, world),
        Step::Ask { question, on_allow, on_deny, .. } => {
            ask(question, &[on_allow, on_deny].map(Option::as_deref), place, id, world)
        }
        Step::Mapped { effect: does, .. } => effect(does, rule, world),
        Step::Restrict { narrowing, .. } => leave(Mark::Narrowed(narrowing.clone()), rule, world),
    }
}

/// Every branch sees the state at the fork. The first denial in written order is the answer, and what branches up to it
/// leave stays.
fn fork(branches: &[Step], place: &str, id: Option<&str>, world: &mut World<'_>) -> Walked {
    let at_the_fork = World { marks: Vec::new(), ..world.clone() };
    let mut ended = Ok(());
    for (at, branch) in branches.iter().enumerate() {
        let mut own = if world.slips(Slip::BranchSeesItsSibling) {
            World { marks: Vec::new(), ..world.clone() }
        } else {
            at_the_fork.clone()
        };
        let walked = step(branch, &format!("{place}.parallel[{at}]"), id, &mut own);
        if ended.is_ok() || world.slips(Slip::LaterBranchLeavesItsLabels) {
            for mark in own.marks {
                let declassified = world.declassified.clone();
                // A mark that a branch could leave can be left here.
                let _ = world.leave(mark);
                if world.slips(Slip::BranchForgetsItsTaint) {
                    world.declassified.extend(declassified);
                }
            }
        }
        if ended.is_ok() || walked.is_err() && world.slips(Slip::LastBranchAnswers) {
            ended = walked;
        }
    }
    ended
}

fn ask(
    question: &Question,
    [on_allow, on_deny]: &[Option<&[Step]>; 2],
    place: &str,
    id: Option<&str>,
    world: &mut World<'_>,
) -> Walked {
    let rule = id.unwrap_or(place);
    let react = |reaction: &Option<&[Step]>, key: &str, world: &mut World<'_>| match reaction {
        Some(reaction) => steps(reaction, &format!("{place}.{key}"), id, world),
        None => Ok(()),
    };
    let asked = filled(question, world).map_err(|faults| {
        let codes = faults.into_iter().map(str::to_owned).collect();
        Denied { codes, rule: Some(rule.to_owned()), ..Denied::default() }
    })?;
    match opinion(&asked) {
        Some(true) => react(on_allow, "on_allow", world),
        Some(false) => {
            react(on_deny, "on_deny", world)?;
            if on_deny.is_some() && world.slips(Slip::ReactionOverturnsADenial) {
                return Ok(());
            }
            Err(Denied {
                reason: Some(format!("denied by `{ENGINE}`: {}", shown(&asked))),
                ..Denied::new("pdp.denied", rule)
            })
        }
        None => {
            if world.slips(Slip::ErrorRunsTheReaction) {
                react(on_deny, "on_deny", world)?;
            }
            Err(Denied::new("pdp.error", rule))
        }
    }
}

/// The question with its places filled in, or what the denial may be where some cannot be.
fn filled(question: &Question, world: &World<'_>) -> Result<Json, Vec<Fault>> {
    let mut map = Map::from_iter([("answer".to_owned(), question.answer.into())]);
    let mut faults = Vec::new();
    for (name, hole) in &question.values {
        match fill(hole, world) {
            Ok(value) => drop(map.insert((*name).to_owned(), value)),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(map.into()) } else { Err(faults) }
}

fn fill(hole: &Hole, world: &World<'_>) -> Result<Json, Fault> {
    let read = |path: &Path| match world.read(path)? {
        None if world.slips(Slip::AbsentIsEmptyInAQuestion) => Ok(Json::from("")),
        value => value.map(Value::json).ok_or("pdp.error"),
    };
    let text = |value: Json| match value {
        Json::String(text) => Ok(text),
        Json::Bool(_) | Json::Number(_) => Ok(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Err("pdp.error"),
    };
    match hole {
        Hole::Literal(value) => Ok(value.clone()),
        Hole::Alone(path) if world.slips(Slip::QuestionTakesTextOnly) => text(read(&path.tree)?).map(Json::from),
        Hole::Alone(path) => read(&path.tree),
        Hole::Within(before, path, after) => Ok(format!("{before}{}{after}", text(read(&path.tree)?)?).into()),
    }
}

fn leave(mark: Mark, rule: &str, world: &mut World<'_>) -> Walked {
    world.leave(mark).map_err(|fault| Denied::new(fault, rule))
}

fn delegate(asked: &Delegate, rule: &str, world: &mut World<'_>) -> Walked {
    let who = &world.call.who;
    let is_there = |party: &str| match party {
        "user" => who.subject.is_some(),
        "client" => who.client.is_some(),
        // No call of these comes from a workload that was attested.
        party => party == "this_workload",
    };
    let mut parties = [Some(asked.subject.unwrap_or("user")), asked.actor].into_iter().flatten();
    let are_there = parties.all(is_there) || world.slips(Slip::NobodyIsNeededToDelegate);
    let granted = if are_there { grant(asked.delegator, &asked.permissions) } else { None };
    let (Some(permissions), Some(audience)) = (granted, asked.audience.or(asked.target)) else {
        return match asked.on_error {
            Some("continue") if !world.slips(Slip::FailedMintAlwaysDenies) => Ok(()),
            _ => Err(Denied::new("delegation.failed", rule)),
        };
    };
    world.credentials.insert(asked.delegator, Grant { audience, permissions: permissions.clone() });
    let is_read = world.granted.is_none() || !world.slips(Slip::FirstGrantIsRead);
    let permissions = if world.slips(Slip::GrantedIsWhatWasAsked) { asked.permissions.clone() } else { permissions };
    if is_read {
        world.granted = Some(Grant { audience, permissions });
    }
    Ok(())
}

fn field(root: &str, pipeline: &Pipeline, rule: &str, world: &mut World<'_>) -> Walked {
    if world.slips(Slip::FieldStepIsNamedByItsField) {
        return pipe(pipeline, &format!("{root}.{}", pipeline.field.text), world);
    }
    let before = (world.args.clone(), world.released.clone());
    pipe(pipeline, rule, world)?;
    if world.slips(Slip::FieldStepOnlyValidates) {
        (world.args, world.released) = before;
    }
    Ok(())
}

fn effect(effect: &Effect, rule: &str, world: &mut World<'_>) -> Walked {
    match effect {
        Effect::Allow | Effect::Run("allows") => Ok(()),
        Effect::Deny(denial) => Err(deny(denial, rule)),
        Effect::Taint { label, scope: Some("message") } => leave(Mark::Message(label), rule, world),
        Effect::Taint { label, .. } => leave(Mark::Session(label), rule, world),
        Effect::Declassify(label) => leave(Mark::Declassified(label), rule, world),
        Effect::Delegate(asked) => delegate(asked, rule, world),
        Effect::Field(root, pipeline) => field(root, pipeline, rule, world),
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
    let (reason, details) = (denial.reason.clone(), denial.details.clone().map(Box::new));
    Denied { reason, details, ..Denied::new(code, rule) }
}
