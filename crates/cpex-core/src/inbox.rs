//! Inboxes: what people are asked, opened by whoever was asked.
//!
//! Who opens one is identified as callers of operations are, by the authentication of `global`. No text that the host passes
//! says who somebody is, and policy has no say: it has asked this person. What they say is recorded before it counts.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use apl_cmf::{Draft, Message, Role, Subject};
use apl_core::Denial;
use cpex_sdk::audit::{Id, RecordApproval};
use cpex_sdk::elicitation::{Approver, InboxPort, Listing, OpenQuestion, QuestionId, Turn, Verdict};
use cpex_sdk::{HookPoint, HookSide, code};

use crate::context::ContextTable;
use crate::invoke;
use crate::line::Line;
use crate::manager::PluginManager;
use crate::operation::Caller;
use crate::outcome::{Decision, Violation};
use crate::road::identify::identify;
use crate::road::state::{Denied, Identified, Journey, Routed, Stop};
use crate::snapshot::Snapshot;

/// How many characters a comment may have.
const COMMENT: usize = 1_000;

/// What is told to whoever answers a question that is not theirs to answer, whatever the reason is.
const NOT_OPEN: &str = "there is no such open question for you";

/// Where answers stand in records and metrics.
static ELICIT: HookPoint = HookPoint { name: "elicit", aliases: &[], side: HookSide::Pre, entity: None, after: None };

/// An inbox that a person has opened: the questions to that person, and to nobody else. It is for one request of theirs, for
/// their credentials may have expired at the next.
#[must_use]
pub struct Inbox {
    journey: Journey,
    channel: usize,
}

impl PluginManager {
    /// Opens the inbox that a plugin keeps, such as one of kind `elicitation/inbox`, as whoever these credentials speak for. A
    /// host may vouch for that person where the authentication of `global` lets it.
    ///
    /// # Errors
    /// What the person may learn: nobody was identified, or there is no inbox of that name. It is recorded.
    pub async fn inbox(&self, plugin: &str, caller: Caller) -> Result<Inbox, Violation> {
        let snapshot = self.snapshot().ok_or_else(|| refusal(code::ENGINE_SHUTDOWN, "no document is in force"))?;
        let channel = snapshot
            .position(plugin)
            .filter(|index| Line::to(&snapshot, None, *index).is_some_and(|line| line.channel.inbox().is_some()));
        let channel = channel.ok_or_else(|| refusal(code::PAYLOAD_INVALID, "there is no inbox of that name"))?;
        let draft = Draft::new(Message::new(Role::User, Vec::new()));
        let mut journey = Journey::new(snapshot, &ELICIT, draft, ContextTable::default());
        journey.passage.plan = journey.passage.snapshot.policy.global();
        let stop = stop_of(pin!(identify(Routed { journey: &mut journey, caller })).await);
        match stop {
            None => Ok(Inbox { journey, channel }),
            Some(stop) => Err(refused(&mut journey, stop).await),
        }
    }
}

impl Inbox {
    /// The open questions, those that end first before the others.
    ///
    /// # Errors
    /// They cannot be had. It is recorded.
    pub async fn list(&mut self) -> Result<Listing, Violation> {
        let snapshot = self.begin();
        let listed = match self.port(&snapshot) {
            Ok((line, port, approver)) => line.hear(async { port.list(&approver).await }).await,
            Err(cause) => Err(cause),
        };
        match listed {
            Ok(listing) => Ok(listing),
            Err(cause) => Err(self.failed(cause).await),
        }
    }

    /// Answers a question, with a comment for the record of at most 1,000 characters. The first answer stands.
    ///
    /// # Errors
    /// What the person may learn. That there is no such question, that it is another person's, that its time is over and that it
    /// was answered are one. It is recorded.
    pub async fn answer(
        &mut self,
        question: &QuestionId,
        verdict: Verdict,
        comment: Option<&str>,
    ) -> Result<(), Violation> {
        if comment.is_some_and(|comment| comment.chars().nth(COMMENT).is_some()) {
            return Err(refusal(code::PAYLOAD_INVALID, "a comment has at most 1,000 characters"));
        }
        let snapshot = self.begin();
        let open = match self.find(question, &snapshot).await {
            Ok(Some(open)) => open,
            Ok(None) => return Err(self.not_open(question).await),
            Err(cause) => return Err(self.failed(cause).await),
        };
        let status = match verdict {
            Verdict::Approve => "approved",
            Verdict::Deny => "denied",
        };
        self.note(question, Some(&open), status, comment);
        let settled = pin!(invoke::answered(&mut self.journey, Ok(()))).await;
        if let Decision::Deny(violation) = settled.conclude(&mut self.journey).decision {
            return Err(violation);
        }
        let answered = match self.port(&snapshot) {
            Ok((line, port, approver)) => line.hear(async { port.answer(&approver, &open, verdict).await }).await,
            Err(cause) => Err(cause),
        };
        match answered {
            Ok(Turn::First) => Ok(()),
            Ok(Turn::Again) => Err(self.not_open(question).await),
            Err(cause) => Err(self.failed(cause).await),
        }
    }

    async fn find(&self, question: &QuestionId, snapshot: &Snapshot) -> Result<Option<OpenQuestion>, String> {
        let (line, port, approver) = self.port(snapshot)?;
        line.hear(async { port.find(&approver, question).await }).await
    }

    /// Begins what the person does next: it has its own time and its own record.
    fn begin(&mut self) -> Arc<Snapshot> {
        let passage = &mut self.journey.passage;
        let snapshot = Arc::clone(&passage.snapshot);
        passage.operation = Id(snapshot.host.ids.next());
        passage.received_ms = snapshot.host.clock.now_ms();
        passage.start = snapshot.meter.start();
        snapshot
    }

    /// The channel, and who has opened its inbox.
    fn port<'s>(&'s self, snapshot: &'s Snapshot) -> Result<(Line<'s>, &'s dyn InboxPort, Approver<'s>), String> {
        let line = Line::to(snapshot, None, self.channel).ok_or("it is no channel to people")?;
        let port = line.channel.inbox().ok_or("it is no inbox")?;
        let subject = self.subject().ok_or("nobody has opened it")?;
        Ok((line, port, Approver { id: &subject.id, issuer: subject.issuer.as_deref() }))
    }

    fn subject(&self) -> Option<&Subject> {
        self.journey.envelope()?.identity().subject.as_ref()
    }

    /// Notes for the record what was said.
    fn note(
        &mut self,
        question: &QuestionId,
        open: Option<&OpenQuestion>,
        status: &'static str,
        comment: Option<&str>,
    ) {
        let approval = RecordApproval {
            id: None,
            question: Some(*question),
            verb: open.map(|open| open.verb.as_str().into()),
            rule: open.map(|open| open.rule.as_str().into()),
            approver: self.subject().map(|subject| subject.id.as_str()).unwrap_or_default().into(),
            status,
            comment: comment.map(Arc::from),
        };
        self.journey.passage.trail.approvals.push(approval);
    }

    async fn not_open(&mut self, question: &QuestionId) -> Violation {
        self.note(question, None, "invalid", None);
        refused(&mut self.journey, Denial::new(code::ELICITATION_INVALID).because(NOT_OPEN).into()).await
    }

    async fn failed(&mut self, cause: String) -> Violation {
        let passage = &mut self.journey.passage;
        let name = passage.snapshot.control(None, self.channel).map(|control| &*control.name).unwrap_or_default();
        passage.trail.errors.push(format!("{name}: {cause}"));
        refused(&mut self.journey, Denial::new(code::ELICITATION_FAILED).into()).await
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

/// What keeps a caller from opening an inbox: nobody but a verified or vouched subject has one.
fn stop_of(identified: Result<Identified<'_>, Denied>) -> Option<Stop> {
    match identified {
        Ok(identified) if identified.envelope.identity().subject.is_some() => None,
        Ok(_) => Some(Denial::new(code::AUTH_MISSING).into()),
        Err(denied) => Some(Stop::Denied(denied)),
    }
}

/// Records a refusal.
async fn refused(journey: &mut Journey, stop: Stop) -> Violation {
    let settled = pin!(invoke::answered(journey, Err(stop))).await;
    match settled.conclude(journey).decision {
        Decision::Deny(violation) => violation,
        Decision::Allow(()) | Decision::Pending(_) => refusal(code::POLICY_PROTOCOL, NOT_OPEN),
    }
}

/// A refusal of what nobody has asked yet.
fn refusal(code: &'static str, reason: &'static str) -> Violation {
    Violation::new(&Denial::new(code).because(reason), None)
}
