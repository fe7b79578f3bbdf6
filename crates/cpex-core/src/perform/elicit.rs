//! The verbs that ask a person: asks, and on the repeated call takes the answer if it is good for this very operation.

use std::sync::Arc;

use apl_cmf::{Author, Change, Elicitation, ElicitationStatus, View};
use apl_core::{Denial, Elicit, Fact, Facts as _, Reply, Rule};
use apl_cpex::{Attribute, Facts};
use cpex_sdk::audit::{Id, RecordApproval};
use cpex_sdk::code;
use cpex_sdk::elicitation::{Ask, QuestionId, Status, Turn};

use super::performed::Performed;
use crate::elicitation::{self, Asked, Binding, Found, Question, Suspension, TIMEOUT};
use crate::line::Line;
use crate::outcome::Pending;
use crate::road::state::Identified;
use crate::session::principal;

/// One verb that was reached.
struct Reached<'e> {
    elicit: &'e Elicit<Attribute>,
    rule: &'e Rule,
    /// Who is asked.
    approver: Arc<str>,
    /// The operation that waits, or may have to.
    suspension: Suspension,
    /// What the answer is good for: none where the policy gives a scope.
    arguments: Option<[u8; 32]>,
    /// What is asked, once that is known.
    question: Option<QuestionId>,
}

/// How asking ended.
enum Answer {
    Pending(Arc<str>),
    Approved(Arc<str>),
    /// The code of the denial, and what the record shows.
    Refused(&'static str, &'static str),
    /// The channel failed.
    Failed(String),
}

/// Asks a person, or takes the answer.
pub(super) async fn perform(
    elicit: &Elicit<Attribute>,
    rule: &Rule,
    key: Option<&str>,
    identified: &mut Identified<'_>,
) -> Performed {
    let mut reached = match reach(elicit, rule, key, identified) {
        Ok(reached) => reached,
        Err(code) => return Reply::Refused(Denial::new(code)).into(),
    };
    let resumed = identified.passage.resumes.clone();
    let answer = answer(&mut reached, identified).await;
    let asked = match &answer {
        Answer::Pending(id) | Answer::Approved(id) => Some(Arc::clone(id)),
        Answer::Refused(..) | Answer::Failed(_) => resumed,
    };
    if let Some(id) = asked
        && let Err(code) = state(&reached, &answer, id, identified)
    {
        return Reply::Refused(Denial::new(code)).into();
    }
    let control = Some(Arc::clone(&elicit.approver));
    let passage = &mut *identified.passage;
    let reply = match answer {
        Answer::Pending(id) => {
            passage.pending = Some(Pending { elicitation: id.to_string() });
            Reply::Pending
        }
        Answer::Approved(id) => {
            passage.yields.approved = Some(id);
            return Reply::Performed.into();
        }
        Answer::Refused(code, _) => Reply::Refused(Denial::new(code)),
        Answer::Failed(cause) => {
            passage.trail.errors.push(format!("{}: {cause}", elicit.approver));
            Reply::Refused(Denial::new(code::ELICITATION_FAILED))
        }
    };
    Performed { reply, control }
}

/// Whom to ask, and what an answer is good for. What the arguments of this call put out of scope is not asked about.
fn reach<'e>(
    elicit: &'e Elicit<Attribute>,
    rule: &'e Rule,
    key: Option<&str>,
    identified: &Identified<'_>,
) -> Result<Reached<'e>, &'static str> {
    let passage = &*identified.passage;
    let snapshot = &passage.snapshot;
    let facts = Facts::of(identified.envelope, passage.kind(), key, &snapshot.data).noted_in(passage.reads());
    let approver = match facts.read(&elicit.from) {
        Fact::Text(approver) if !approver.is_empty() => Arc::from(approver),
        _ => return Err(code::ELICITATION_UNRESOLVED),
    };
    let is_in_scope = elicit.scope.as_ref().is_none_or(|scope| scope.test(&facts) == Ok(true));
    if !is_in_scope {
        return Err(code::ELICITATION_SCOPE);
    }
    let id = match &passage.resumes {
        Some(id) => Arc::clone(id),
        None => Id(snapshot.host.ids.next_secret().ok_or(code::ELICITATION_FAILED)?).to_string().into(),
    };
    let suspension = Suspension::of(id).ok_or(code::ELICITATION_FAILED)?;
    if let Some(reads) = passage.reads().filter(|_| elicit.scope.is_none() && passage.resumes.is_some()) {
        reads.note_path("args");
    }
    let arguments = match &elicit.scope {
        Some(_) => None,
        None => Some(suspension.arguments(identified.envelope.arguments()).ok_or(code::ELICITATION_FAILED)?),
    };
    Ok(Reached { elicit, rule, approver, suspension, arguments, question: None })
}

async fn answer(reached: &mut Reached<'_>, identified: &Identified<'_>) -> Answer {
    let passage = &*identified.passage;
    let snapshot = &passage.snapshot;
    let Some(line) = Line::to(snapshot, passage.plan, reached.elicit.index) else {
        return Answer::Failed("it is no channel to people".to_owned());
    };
    let route = passage.route().map(|route| &*route.layer);
    let Some(binding) = Binding::of(identified.envelope, route, &snapshot.digest) else {
        return Answer::Refused(code::ELICITATION_INVALID, "invalid");
    };
    if passage.resumes.is_some() {
        match elicitation::find(&reached.suspension, &binding, &reached.rule.id, snapshot).await {
            Ok(Found::Asked(asked)) => return check(reached, &asked, &line, snapshot.host.clock.now_ms()).await,
            Ok(Found::NotAsked) => {}
            Ok(Found::Used) => return Answer::Refused(code::ELICITATION_REPLAYED, "invalid"),
            Ok(Found::Unknown) => return Answer::Refused(code::ELICITATION_INVALID, "invalid"),
            Err(cause) => return Answer::Failed(cause),
        }
    }
    ask(reached, &binding, identified, &line).await
}

/// Asks, unless another replica asks the same now.
async fn ask(reached: &mut Reached<'_>, binding: &Binding<'_>, identified: &Identified<'_>, line: &Line<'_>) -> Answer {
    let Reached { elicit, rule, approver, suspension, arguments, question: known } = reached;
    let snapshot = &identified.passage.snapshot;
    let timeout = elicit.timeout.unwrap_or(TIMEOUT);
    let stands_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
    let asked = Asked {
        approver: suspension.approver(approver),
        arguments: *arguments,
        expires_ms: snapshot.host.clock.now_ms().saturating_add(stands_ms),
    };
    // It is kept before the person can answer.
    let question = Question { rule: &rule.id, asked: &asked, timeout };
    match elicitation::suspend(suspension, binding, &question, snapshot).await {
        Ok(Turn::First) => {}
        Ok(Turn::Again) => return Answer::Pending(Arc::clone(&suspension.id)),
        Err(cause) => return Answer::Failed(cause),
    }
    let asked_as = *known.insert(suspension.question(&rule.id, &asked));
    let ask = Ask {
        question: asked_as,
        rule: &rule.id,
        verb: elicit.verb,
        approver,
        issuer: principal(identified.envelope).and_then(|(_, issuer, _)| issuer),
        channel: elicit.channel.as_deref(),
        purpose: elicit.purpose.as_deref(),
        timeout,
        entity: identified.passage.kind().and_then(|kind| identified.envelope.entity(kind)),
        operation: View::new(identified.envelope, line.control.config.capabilities),
    };
    match line.hear(async { line.channel.ask(&ask).await }).await {
        Ok(()) => Answer::Pending(Arc::clone(&suspension.id)),
        Err(cause) => Answer::Failed(cause),
    }
}

/// Takes the answer to a question that was asked, if it is one of this person about this call.
async fn check(reached: &mut Reached<'_>, asked: &Asked, line: &Line<'_>, now_ms: u64) -> Answer {
    let Reached { rule, approver, suspension, arguments, question: known, .. } = reached;
    let question = *known.insert(suspension.question(&rule.id, asked));
    if asked.approver != suspension.approver(approver) {
        return Answer::Refused(code::ELICITATION_INVALID, "invalid");
    }
    if asked.arguments != *arguments {
        return Answer::Refused(code::ELICITATION_SCOPE, "invalid");
    }
    if now_ms >= asked.expires_ms {
        return Answer::Refused(code::ELICITATION_EXPIRED, "expired");
    }
    match line.hear(async { line.channel.check(&question).await }).await {
        Ok(Status::Pending) => Answer::Pending(Arc::clone(&suspension.id)),
        Ok(Status::Approved { by }) if *by == **approver => Answer::Approved(Arc::clone(&suspension.id)),
        Ok(Status::Denied { by }) if *by == **approver => Answer::Refused(code::ELICITATION_DENIED, "denied"),
        Ok(Status::Expired) => Answer::Refused(code::ELICITATION_EXPIRED, "expired"),
        Ok(Status::Approved { .. } | Status::Denied { .. } | Status::Forged) => {
            Answer::Refused(code::ELICITATION_INVALID, "invalid")
        }
        Err(cause) => Answer::Failed(cause),
    }
}

/// States how far the approval is, for the steps after this one and for the record.
fn state(
    reached: &Reached<'_>,
    answer: &Answer,
    id: Arc<str>,
    identified: &mut Identified<'_>,
) -> Result<(), &'static str> {
    let (status, recorded) = match answer {
        Answer::Pending(_) => (Some(ElicitationStatus::Pending), "pending"),
        Answer::Approved(_) => (Some(ElicitationStatus::Approved), "approved"),
        Answer::Refused(code::ELICITATION_DENIED, said) => (Some(ElicitationStatus::Denied), *said),
        Answer::Refused(code::ELICITATION_EXPIRED, said) => (Some(ElicitationStatus::Expired), *said),
        Answer::Refused(_, said) => (None, *said),
        Answer::Failed(_) => (None, "invalid"),
    };
    let (elicit, rule) = (reached.elicit, &reached.rule.id);
    identified.passage.trail.approvals.push(RecordApproval {
        id: Some(Arc::clone(&id)),
        question: reached.question,
        verb: Some(elicit.verb.into()),
        rule: Some(Arc::clone(rule)),
        approver: Arc::clone(&reached.approver),
        status: recorded,
        comment: None,
    });
    let Some(status) = status else { return Ok(()) };
    let approver = Arc::clone(&reached.approver);
    let stated = Elicitation { id, status, approver, channel: elicit.channel.clone() };
    let author = Author::Policy(Arc::clone(rule));
    let applied = identified.envelope.apply(&author, Change::Elicit(stated));
    applied.map(|_| ()).map_err(|_| code::POLICY_PROTOCOL)
}
