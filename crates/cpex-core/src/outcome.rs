//! How one side of an operation ended, as the host learns it.

use std::sync::Arc;

use apl_cmf::NameSet;
use apl_cpex::{Response, Restriction};
use cpex_sdk::audit::{Execution, Id};
use cpex_sdk::code;
use serde_json::Value as Json;

use crate::challenge::Challenge;

/// The end of one side of an operation: the decision, with what it releases, and the report.
#[derive(Debug)]
#[must_use]
pub struct Outcome<T> {
    /// What was decided. What is released can be had in no other way.
    pub decision: Decision<T>,
    /// What happened on the way, for the host's own logs; not for the caller.
    pub report: Report,
}

/// What was decided. There is no default and no way to read a permit out of a denial.
#[derive(Debug)]
pub enum Decision<T> {
    /// Go on with this.
    Allow(T),
    /// The operation does not happen, or its result is withheld.
    Deny(Violation),
    /// A human was asked. The operation does not happen unless it is repeated with the answer.
    Pending(Pending),
}

/// What a denied caller may learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The code: policy's or the plugin's own, else the stable one.
    pub code: Arc<str>,
    /// The reason.
    pub reason: Arc<str>,
    /// More for people, where a plugin says more.
    pub description: Option<Arc<str>>,
    /// More for the caller to act on.
    pub details: Option<Arc<Json>>,
    /// HTTP status (RFC 9110).
    pub http_status: u16,
    /// JSON-RPC error code.
    pub json_rpc: i32,
    /// The literal answer the route declares for HTTP hosts.
    pub response: Option<Arc<Response>>,
    /// What a bearer token must be to get further, for the header `WWW-Authenticate` of an HTTP host. None where none
    /// helps, and where the literal answer has that header.
    pub challenge: Option<Arc<Challenge>>,
}

/// An operation that waits for a human.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The identifier the repeated call carries.
    pub elicitation: String,
}

/// A credential that was minted for the backend. The credential itself is the permit's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The delegator.
    pub delegator: Arc<str>,
    /// The audience it was granted for.
    pub audience: Arc<str>,
    /// The scopes that were granted.
    pub permissions: Vec<Arc<str>>,
    /// On whose behalf: `user`, `client`, `caller_workload` or `this_workload`.
    pub subject: &'static str,
}

/// What happened on the way to a decision.
#[derive(Clone, Debug)]
pub struct Report {
    /// The record of this side.
    pub record: Id,
    /// The operation, shared by both sides.
    pub operation: Id,
    /// The route that matched, such as `routes[0]`.
    pub route: Option<Arc<str>>,
    /// The stable code of a denial, even where policy gave its own.
    pub code: Option<&'static str>,
    /// The rule that denied.
    pub rule: Option<apl_core::Rule>,
    /// The plugin that denied.
    pub control: Option<Arc<str>>,
    /// What each control did.
    pub controls: Vec<Execution>,
    /// Labels of the session afterwards; none where the policy neither reads nor writes them.
    pub session_labels: Option<NameSet>,
    /// Labels of the operation.
    pub message_labels: NameSet,
    /// What the host's router may choose from; none where nothing restricts it.
    pub restriction: Option<Box<Restriction>>,
    /// Credentials that were minted for the backend.
    pub delegations: Vec<Delegation>,
    /// What went wrong on the way.
    pub errors: Vec<String>,
    /// How it was decided: `allow`, `deny` or `pending`.
    pub decision: &'static str,
    /// Of a message that asks for several operations, the reports of all that were decided, in order; this is the one that
    /// decides the message. Empty where it is of one operation.
    pub operations: Vec<Self>,
}

impl<T> Decision<T> {
    /// The same decision about something else that is released.
    pub(crate) fn map<U>(self, release: impl FnOnce(T) -> U) -> Decision<U> {
        match self {
            Self::Allow(released) => Decision::Allow(release(released)),
            Self::Deny(violation) => Decision::Deny(violation),
            Self::Pending(pending) => Decision::Pending(pending),
        }
    }

    /// What is released, if it is.
    #[must_use]
    pub fn allowed(self) -> Option<T> {
        match self {
            Self::Allow(released) => Some(released),
            Self::Deny(_) | Self::Pending(_) => None,
        }
    }

    /// The violation of a denial.
    #[must_use]
    pub const fn violation(&self) -> Option<&Violation> {
        match self {
            Self::Deny(violation) => Some(violation),
            Self::Allow(_) | Self::Pending(_) => None,
        }
    }

    /// The spelling of records: `allow`, `deny` or `pending`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Allow(_) => "allow",
            Self::Deny(_) => "deny",
            Self::Pending(_) => "pending",
        }
    }
}

impl<T> Outcome<T> {
    /// The answer where there is no snapshot to decide under: before `initialize` and after `shutdown`.
    pub(crate) fn engine_down() -> Self {
        Self::refused(code::ENGINE_SHUTDOWN, "no document is in force: load one and call `initialize`")
    }

    /// What comes out where nothing is declared that could have a say: nothing is recorded.
    pub(crate) const fn nothing_asked(released: T) -> Self {
        Self { decision: Decision::Allow(released), report: Report::empty() }
    }

    /// The same denial of something else. What is no denial releases nothing here.
    pub(crate) fn denied<U>(self) -> Outcome<U> {
        match self.decision {
            Decision::Deny(violation) => Outcome { decision: Decision::Deny(violation), report: self.report },
            Decision::Allow(_) | Decision::Pending(_) => Outcome::engine_down(),
        }
    }

    /// The outcome of several operations: the report of the one that decides it, with all of them.
    pub(crate) fn of_several(decision: Decision<T>, operations: Vec<Report>) -> Self {
        let decides = |report: &&Report| report.decision == decision.name();
        match operations.iter().find(decides).or(operations.last()).cloned() {
            Some(report) => Self { decision, report: Report { operations, ..report } },
            None => Self::engine_down(),
        }
    }

    /// The reports of the operations that the message asks for, in order: of one it is the report itself.
    #[must_use]
    pub fn operations(&self) -> &[Report] {
        if self.report.operations.is_empty() { std::slice::from_ref(&self.report) } else { &self.report.operations }
    }

    /// A denial before there is an operation to record.
    pub(crate) fn refused(code: &'static str, reason: &'static str) -> Self {
        let denial = apl_core::Denial::new(code).because(reason);
        let report = Report { code: Some(code), decision: "deny", ..Report::empty() };
        Self { decision: Decision::Deny(Violation::new(&denial, None)), report }
    }
}

impl Report {
    /// The report of what left no record.
    const fn empty() -> Self {
        Self {
            record: Id(0),
            operation: Id(0),
            route: None,
            code: None,
            rule: None,
            control: None,
            controls: Vec::new(),
            session_labels: None,
            message_labels: NameSet::EMPTY,
            restriction: None,
            delegations: Vec::new(),
            errors: Vec::new(),
            decision: "allow",
            operations: Vec::new(),
        }
    }
}

impl Violation {
    /// What the caller learns of a denial under a route with that response.
    pub(crate) fn new(denial: &apl_core::Denial, response: Option<Arc<Response>>) -> Self {
        let row = code::find(denial.code);
        let aside = denial.aside.as_deref();
        let text = || Arc::from(row.map_or("denied", |row| row.text));
        Self {
            code: denial.own_code.clone().unwrap_or_else(|| Arc::from(denial.code)),
            reason: denial.reason.clone().unwrap_or_else(text),
            details: denial.details.clone(),
            http_status: code::http_status(denial.code),
            description: aside.and_then(|aside| aside.description.clone()),
            json_rpc: aside.and_then(|aside| aside.json_rpc).unwrap_or_else(|| code::json_rpc(denial.code)),
            response,
            challenge: None,
        }
    }
}
