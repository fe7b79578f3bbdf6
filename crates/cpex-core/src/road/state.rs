//! What an operation is between two stages. Each stage consumes one state and gives the next, so none can be skipped.
//!
//! The states are borrows of one [`Journey`], which stays where the host's call put it: nothing large moves from stage to
//! stage, and whatever the ending is, `settle` finds the whole of it.

use std::sync::Arc;

use apl_cmf::{
    Credentials, Draft, Entity, EntityKind, Envelope, Identity, Message, NameSet, Proofs, RequestContext, Role, Side,
    Standing,
};
use apl_core::{Denial, Rule};
use apl_cpex::{Matched, Plan, Reads};
use cpex_sdk::audit::{Execution, Id, RecordApproval, RecordDeclassification, RecordVerdict};
use cpex_sdk::{HookPoint, HookSide, OwnPayload, SessionKey, code};

use super::yields::Yields;
use crate::context::ContextTable;
use crate::inputs::Inputs;
use crate::meter::Start;
use crate::operation::Caller;
use crate::outcome::{Delegation, Pending};
use crate::snapshot::Snapshot;
use crate::trace::Recording;
use crate::watched::Watched;

/// One operation, from its first stage before it to its last after it.
pub(crate) struct Journey {
    pub(crate) passage: Passage,
    pub(crate) matter: Matter,
    /// The session, once the operation was bound to one.
    pub(crate) session: Option<SessionKey>,
}

/// What an operation is about.
#[expect(
    clippy::large_enum_variant,
    reason = "it stands in one place; a box would be an allocation for every operation"
)]
pub(crate) enum Matter {
    /// Before anybody was identified.
    Draft(Draft),
    /// From then on.
    Envelope(Envelope),
}

/// Who calls, once that is known.
pub(crate) struct Known {
    /// None of an anonymous caller.
    pub(crate) identity: Option<Box<Identity>>,
    pub(crate) standing: Standing,
    /// The tokens of those who were identified by one.
    pub(crate) proofs: Proofs,
}

/// What accompanies an operation through all stages.
pub(crate) struct Passage {
    /// The one snapshot of the operation, pre and post.
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) point: &'static HookPoint,
    pub(crate) operation: Id,
    pub(crate) received_ms: u64,
    /// When this side began.
    pub(crate) start: Start,
    /// Index of the plan in force; none where the document enforces nothing.
    pub(crate) plan: Option<usize>,
    pub(crate) trail: Trail,
    pub(crate) contexts: ContextTable,
    /// The payload of a hook of the host's own; none of the hooks of operations, whose payload is the envelope's.
    pub(crate) own: Option<OwnPayload>,
    /// What policy does on this side, where the operation is explained.
    pub(crate) trace: Option<Box<Recording>>,
    /// The suspended operation that the host repeats, as it says.
    pub(crate) resumes: Option<Arc<str>>,
    /// What is waited for, once a person was asked.
    pub(crate) pending: Option<Pending>,
    pub(crate) yields: Yields,
    /// What it takes to decide this side again, where a sink wants that.
    pub(crate) inputs: Option<Box<Inputs>>,
    /// What is read of the operation, where it is decided again.
    pub(crate) watched: Option<Box<Watched>>,
}

/// What is remembered of one side for its record.
#[derive(Default)]
pub(crate) struct Trail {
    pub(crate) executions: Vec<Execution>,
    /// What decision engines said.
    pub(crate) verdicts: Vec<RecordVerdict>,
    pub(crate) marks: Vec<Arc<str>>,
    pub(crate) errors: Vec<String>,
    /// Labels of the session when they were loaded.
    pub(crate) labels_before: Option<NameSet>,
    /// Credentials that were minted, without the credentials themselves.
    pub(crate) delegations: Vec<Delegation>,
    /// Labels that policy declassifies, each with its reason.
    pub(crate) declassified: Vec<RecordDeclassification>,
    /// Approvals that were asked for or given.
    pub(crate) approvals: Vec<RecordApproval>,
}

/// As the host handed it in.
pub(crate) struct Received<'j> {
    pub(crate) journey: &'j mut Journey,
    pub(crate) caller: Caller,
}

/// What is in force for it is known.
pub(crate) struct Routed<'j> {
    pub(crate) journey: &'j mut Journey,
    pub(crate) caller: Caller,
}

/// The caller is known, or known to be nobody.
pub(crate) struct Identified<'j> {
    pub(crate) passage: &'j mut Passage,
    pub(crate) envelope: &'j mut Envelope,
    pub(crate) session: &'j mut Option<SessionKey>,
}

/// Plugins that may modify have run: what policy judges from here on is what is forwarded.
pub(crate) struct Shaped<'j>(pub(crate) Identified<'j>);

/// The stages ended without a permit.
pub(crate) enum Stop {
    /// The operation does not happen, or its result is withheld.
    Denied(Denied),
    /// It waits for a person.
    Suspended(Suspended),
}

/// The operation waits for a person.
pub(crate) struct Suspended {
    /// The rule that asked.
    pub(crate) rule: Rule,
    pub(crate) pending: Pending,
}

/// The operation does not happen, or its result is withheld.
pub(crate) struct Denied {
    pub(crate) denial: Denial,
    pub(crate) rule: Option<Rule>,
    /// The plugin that denied.
    pub(crate) control: Option<Arc<str>>,
}

impl Journey {
    /// An operation at the beginning of the road.
    pub(crate) fn new(
        snapshot: Arc<Snapshot>,
        point: &'static HookPoint,
        draft: Draft,
        contexts: ContextTable,
    ) -> Self {
        let draft = match &snapshot.this_workload {
            Some(workload) => draft.this_workload(Arc::clone(workload)),
            None => draft,
        };
        let passage = Passage {
            point,
            operation: Id(snapshot.host.ids.next()),
            received_ms: snapshot.host.clock.now_ms(),
            start: snapshot.meter.start(),
            plan: None,
            trail: Trail::default(),
            contexts,
            own: None,
            trace: None,
            resumes: None,
            pending: None,
            yields: Yields::default(),
            inputs: None,
            watched: None,
            snapshot,
        };
        Self { passage, matter: Matter::Draft(draft), session: None }
    }

    /// Makes the draft the envelope of that caller, who sent these credentials.
    pub(crate) fn identify(&mut self, caller: Known, inbound: Credentials) {
        if let Some(draft) = self.matter.take_draft() {
            let received_ms = self.passage.received_ms;
            self.matter = Matter::Envelope(match caller.identity {
                Some(identity) => draft.identify(identity, caller.standing, received_ms),
                None => draft.anonymous(received_ms),
            });
            if let Matter::Envelope(envelope) = &mut self.matter {
                envelope.receive_credentials(inbound, caller.proofs);
            }
        }
    }

    /// The operation as the stages after `identify` see it.
    pub(crate) fn identified(&mut self) -> Result<Identified<'_>, Denied> {
        let Self { passage, matter, session } = self;
        match matter {
            Matter::Envelope(envelope) => Ok(Identified { passage, envelope, session }),
            Matter::Draft(_) => Err(Denial::new(code::POLICY_PROTOCOL).into()),
        }
    }

    /// Turns to the other side of the operation: its own hook, its own record, what the first said left out.
    pub(crate) fn turn(&mut self) {
        self.passage.point = self.passage.point.after();
        self.passage.start = self.passage.snapshot.meter.start();
        let labels_before = self.envelope().and_then(Envelope::session_labels).cloned();
        self.passage.trail = Trail { labels_before, ..Trail::default() };
        self.passage.inputs = self.passage.inputs.take().map(|inputs| inputs.anew());
        if let Matter::Envelope(envelope) = &mut self.matter {
            envelope.turn();
        }
    }

    pub(crate) const fn envelope(&self) -> Option<&Envelope> {
        match &self.matter {
            Matter::Draft(_) => None,
            Matter::Envelope(envelope) => Some(envelope),
        }
    }

    pub(crate) fn entity(&self) -> Option<Entity<'_>> {
        let kind = self.passage.kind()?;
        match &self.matter {
            Matter::Draft(draft) => draft.entity(kind),
            Matter::Envelope(envelope) => envelope.entity(kind),
        }
    }

    /// The MCP server the entity lives on, as the host says.
    pub(crate) fn server(&self) -> Option<&str> {
        match &self.matter {
            Matter::Draft(draft) => draft.server(),
            Matter::Envelope(envelope) => envelope.server(),
        }
    }

    pub(crate) fn request_context(&self) -> &RequestContext {
        match &self.matter {
            Matter::Draft(draft) => draft.request_context(),
            Matter::Envelope(envelope) => envelope.request_context(),
        }
    }
}

impl Matter {
    /// Takes the draft out, for it to become an envelope; an empty one is left in its place meanwhile.
    pub(crate) fn take_draft(&mut self) -> Option<Draft> {
        match self {
            Self::Draft(draft) => Some(std::mem::replace(draft, Draft::new(Message::new(Role::User, Vec::new())))),
            Self::Envelope(_) => None,
        }
    }
}

impl Passage {
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.plan.and_then(|index| self.snapshot.policy.plans().get(index))
    }

    /// The route that matched.
    pub(crate) fn route(&self) -> Option<&Matched> {
        self.plan().and_then(|plan| plan.route.as_ref())
    }

    /// The kind of entity it is about; none of a hook that stands at no operation.
    pub(crate) const fn kind(&self) -> Option<EntityKind> {
        self.point.entity
    }

    /// Where what is read of the operation is noted, if anywhere.
    pub(crate) fn reads(&self) -> Option<&Reads> {
        self.watched.as_ref().map(|watched| &*watched.reads)
    }

    /// The same passage for a branch that runs beside others: what it notes is its own until it is merged.
    pub(crate) fn branch(&self) -> Self {
        Self {
            snapshot: Arc::clone(&self.snapshot),
            trail: Trail { labels_before: self.trail.labels_before.clone(), ..Trail::default() },
            contexts: self.contexts.clone(),
            own: self.own.clone(),
            trace: self.trace.as_ref().map(|_| Box::default()),
            resumes: self.resumes.clone(),
            pending: None,
            yields: Yields::of_branch(),
            inputs: self.inputs.as_ref().map(|inputs| inputs.anew()),
            watched: self.watched.as_ref().map(|watched| watched.branch()),
            ..*self
        }
    }

    /// Takes over what a branch noted.
    pub(crate) fn merge(&mut self, branch: Self) {
        let Trail { executions, verdicts, marks, errors, labels_before: _, delegations, declassified, approvals } =
            branch.trail;
        self.trail.executions.extend(executions);
        self.trail.verdicts.extend(verdicts);
        self.trail.marks.extend(marks);
        self.trail.errors.extend(errors);
        self.trail.delegations.extend(delegations);
        self.trail.declassified.extend(declassified);
        self.trail.approvals.extend(approvals);
        self.yields.merge(branch.yields);
        if let Some((inputs, branch)) = self.inputs.as_mut().zip(branch.inputs) {
            inputs.merge(*branch);
        }
        self.contexts.merge(branch.contexts);
        if let Some((trace, branch)) = self.trace.as_mut().zip(branch.trace) {
            trace.merge(*branch);
        }
    }

    /// The phase of policy that runs on this side.
    pub(crate) const fn phase(&self) -> &'static str {
        match self.point.side {
            HookSide::Pre => "pre",
            HookSide::Post => "post",
        }
    }

    /// The payload that this side of the operation is about.
    pub(crate) const fn side(&self) -> Side {
        match self.point.side {
            HookSide::Pre => Side::Args,
            HookSide::Post => Side::Result,
        }
    }
}

impl Routed<'_> {
    /// The same operation, if nothing in force has anything to say before it.
    pub(crate) fn without_pre_phases(self) -> Result<Self, Denied> {
        if self.journey.passage.plan().is_some_and(|plan| !plan.pre.is_empty()) {
            return Err(Denial::new(code::REQUEST_MALFORMED).into());
        }
        Ok(self)
    }
}

impl Denied {
    pub(crate) const fn by_control(denial: Denial, control: Arc<str>) -> Self {
        Self { denial, rule: None, control: Some(control) }
    }
}

impl From<Denied> for Stop {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<Denial> for Stop {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial.into())
    }
}

impl Stop {
    /// The denial, if it is one.
    pub(crate) const fn denied(&self) -> Option<&Denied> {
        match self {
            Self::Denied(denied) => Some(denied),
            Self::Suspended(_) => None,
        }
    }

    /// The rule that stopped the operation.
    pub(crate) const fn rule(&self) -> Option<&Rule> {
        match self {
            Self::Denied(denied) => denied.rule.as_ref(),
            Self::Suspended(suspended) => Some(&suspended.rule),
        }
    }
}

impl From<Denial> for Denied {
    fn from(denial: Denial) -> Self {
        Self { denial, rule: None, control: None }
    }
}
