//! What an operation is between two stages. Each stage consumes one state and gives the next, so none can be skipped.

use std::sync::Arc;

use apl_cmf::{Draft, Entity, EntityKind, Envelope, NameSet, Side};
use apl_core::{Denial, Denied as PolicyDenied, Rule};
use apl_cpex::Route;
use cpex_sdk::audit::{Execution, Id};
use cpex_sdk::{HookPoint, HookSide, SessionKey, code};

use crate::context::ContextTable;
use crate::operation::Caller;
use crate::outcome::{Report, Violation};
use crate::snapshot::Snapshot;

/// What accompanies an operation through all states.
pub(crate) struct Passage {
    /// The one snapshot of the operation, pre and post.
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) point: &'static HookPoint,
    pub(crate) operation: Id,
    pub(crate) received_ms: u64,
    /// Index of the route that matched.
    pub(crate) route: Option<usize>,
    pub(crate) trail: Trail,
    pub(crate) contexts: ContextTable,
}

/// What is remembered for the record.
#[derive(Default)]
pub(crate) struct Trail {
    pub(crate) executions: Vec<Execution>,
    pub(crate) marks: Vec<Arc<str>>,
    pub(crate) errors: Vec<String>,
    /// Labels of the session when they were loaded.
    pub(crate) labels_before: Option<NameSet>,
}

/// What a host handed in.
pub(crate) struct Received {
    pub(crate) passage: Passage,
    pub(crate) draft: Draft,
    pub(crate) caller: Caller,
}

/// Its route is known, or known to be none.
pub(crate) struct Routed {
    pub(crate) passage: Passage,
    pub(crate) draft: Draft,
    pub(crate) caller: Caller,
}

/// The caller is known, or known to be nobody, and the session's labels are loaded where policy needs them.
pub(crate) struct Identified {
    pub(crate) passage: Passage,
    pub(crate) envelope: Envelope,
    pub(crate) session: Option<SessionKey>,
}

/// Plugins that may modify have run: what policy judges from here on is what is forwarded.
pub(crate) struct Shaped(pub(crate) Identified);

/// The operation does not happen, or its result is withheld.
pub(crate) struct Denied {
    pub(crate) passage: Passage,
    pub(crate) matter: Matter,
    pub(crate) session: Option<SessionKey>,
    pub(crate) denial: Denial,
    pub(crate) rule: Option<Rule>,
    /// The plugin that denied.
    pub(crate) control: Option<Arc<str>>,
}

/// What a denied operation was about.
pub(crate) enum Matter {
    /// Denied before anybody was identified.
    Draft(Draft),
    Envelope(Box<Envelope>),
}

/// One side of an operation, recorded.
pub(crate) struct Settled {
    pub(crate) end: Result<Identified, Violation>,
    pub(crate) report: Report,
}

impl Passage {
    pub(crate) fn route(&self) -> Option<&Route> {
        self.route.and_then(|index| self.snapshot.policy.routes().get(index))
    }

    pub(crate) const fn kind(&self) -> EntityKind {
        self.point.entity
    }

    /// The payload that this side of the operation is about.
    pub(crate) const fn side(&self) -> Side {
        match self.point.side {
            HookSide::Pre => Side::Args,
            HookSide::Post => Side::Result,
        }
    }

    pub(crate) fn deny(self, draft: Draft, denial: Denial) -> Box<Denied> {
        let matter = Matter::Draft(draft);
        Box::new(Denied { passage: self, matter, session: None, denial, rule: None, control: None })
    }
}

impl Routed {
    /// The same operation, if its route has nothing to say before it.
    pub(crate) fn without_pre_phases(self) -> Result<Self, Box<Denied>> {
        if self.passage.route().is_some_and(|route| !route.pre.is_empty()) {
            return Err(self.passage.deny(self.draft, Denial::new(code::REQUEST_MALFORMED)));
        }
        Ok(self)
    }
}

impl Identified {
    pub(crate) fn deny(self, denial: Denial) -> Box<Denied> {
        let Self { passage, envelope, session } = self;
        let matter = Matter::Envelope(Box::new(envelope));
        Box::new(Denied { passage, matter, session, denial, rule: None, control: None })
    }

    pub(crate) fn deny_by_rule(self, denied: PolicyDenied, control: Option<Arc<str>>) -> Box<Denied> {
        let PolicyDenied { denial, rule } = denied;
        Box::new(Denied { rule, control, ..*self.deny(denial) })
    }

    pub(crate) fn deny_by_control(self, denial: Denial, control: Arc<str>) -> Box<Denied> {
        Box::new(Denied { control: Some(control), ..*self.deny(denial) })
    }
}

impl Denied {
    pub(crate) fn entity(&self) -> Option<Entity<'_>> {
        match &self.matter {
            Matter::Draft(draft) => draft.entity(self.passage.kind()),
            Matter::Envelope(envelope) => envelope.entity(self.passage.kind()),
        }
    }

    pub(crate) const fn envelope(&self) -> Option<&Envelope> {
        match &self.matter {
            Matter::Draft(_) => None,
            Matter::Envelope(envelope) => Some(envelope),
        }
    }
}
