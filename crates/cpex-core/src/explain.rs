//! Explains an operation: decides it on the road of every other, and says how that came about.
//!
//! An explanation is for whoever runs the policy. What of it a caller may see is what a denied caller sees anyway, and is
//! all there is in [`Viewer::Agent`].

use apl_cmf::Entity;
use cpex_sdk::HookSide;
use serde_json::{Value as Json, json};

use crate::context::ContextTable;
use crate::manager::PluginManager;
use crate::operation::{Answer, Call, Operation};
use crate::outcome::{Outcome, Report, Violation};
use crate::permit::Permit;
use crate::road::state::Journey;
use crate::trace::Recording;
use crate::underway::Underway;

/// How an operation was decided, and why.
#[derive(Debug)]
pub struct Explanation {
    /// The side before the operation, with what would go to the capability.
    pub before: Outcome<Call>,
    /// The side after it; none where the operation is denied or no answer was given.
    pub after: Option<Outcome<Answer>>,
    entity: Json,
    rules_before: Json,
    rules_after: Json,
}

/// Who reads an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Whoever runs the policy: everything, with the values of the attributes that were read. Credentials are not among
    /// them.
    Admin,
    /// The caller: how each side was decided, with the code and the reason the caller is told. Neither values nor anything
    /// of the policy.
    Agent,
}

impl PluginManager {
    /// Decides an operation as [`PluginManager::guard`] does, with `answer` in place of a backend, and explains the
    /// decision. It is an operation like any other: plugins are called, labels are stored and records are written. Without
    /// an answer a permitted operation ends before it happens and is recorded as abandoned.
    pub async fn explain(&self, operation: Operation, answer: Option<Answer>) -> Explanation {
        let point = operation.point();
        let Operation { draft, caller, resumes } = operation;
        let entity = point.entity.and_then(|kind| draft.entity(kind));
        let entity = entity.map_or(Json::Null, |entity| entity_json(entity, draft.server()));
        let Some(snapshot) = self.snapshot() else { return Explanation::new(entity, Outcome::engine_down(), None) };
        let mut journey = Journey::new(snapshot, point, draft, ContextTable::default());
        journey.passage.resumes = resumes;
        journey.passage.trace = Some(Box::default());
        let mut underway = Underway::new(journey);
        let Some(settled) = underway.before(caller).await else {
            return Explanation::new(entity, Outcome::engine_down(), None);
        };
        let Outcome { decision: end, report } = underway.conclude(settled);
        let trace = underway.journey_mut().and_then(|journey| journey.passage.trace.take());
        let mut permit = None;
        let decision = end.map(|granted| permit.insert(Permit::new(underway, &granted)).take_call());
        let explanation = Explanation::new(entity, Outcome { decision, report }, trace);
        match (permit, answer) {
            (Some(permit), Some(answer)) => explanation.followed_by(permit.explain(answer).await),
            _ => explanation,
        }
    }
}

impl Explanation {
    fn new(entity: Json, before: Outcome<Call>, trace: Option<Box<Recording>>) -> Self {
        Self { before, after: None, entity, rules_before: rules(trace), rules_after: Json::Null }
    }

    fn followed_by(self, (after, trace): (Outcome<Answer>, Option<Box<Recording>>)) -> Self {
        Self { after: Some(after), rules_after: rules(trace), ..self }
    }

    /// How the operation was decided: `allow`, `deny` or `pending`.
    #[must_use]
    pub const fn decision(&self) -> &'static str {
        match &self.after {
            Some(after) => after.decision.name(),
            None => self.before.decision.name(),
        }
    }

    /// The explanation for that reader. The names of its members are fixed; later releases only add.
    #[must_use]
    pub fn to_json(&self, view: Viewer) -> Json {
        let mut sides = vec![side(view, HookSide::Pre, &self.before, &self.rules_before)];
        sides.extend(self.after.iter().map(|after| side(view, HookSide::Post, after, &self.rules_after)));
        match view {
            Viewer::Agent => json!({ "view": "agent", "decision": self.decision(), "sides": sides }),
            Viewer::Admin => json!({
                "view": "admin",
                "decision": self.decision(),
                "operation": self.before.report.operation,
                "entity": self.entity,
                "sides": sides,
            }),
        }
    }
}

fn side<T>(view: Viewer, side: HookSide, outcome: &Outcome<T>, rules: &Json) -> Json {
    let phase = match side {
        HookSide::Pre => "pre",
        HookSide::Post => "post",
    };
    let decision = outcome.decision.name();
    let violation = outcome.decision.violation();
    match view {
        Viewer::Agent => json!({
            "phase": phase,
            "decision": decision,
            "code": violation.map(|violation| &*violation.code),
            "reason": violation.map(|violation| &*violation.reason),
            "details": violation.and_then(|violation| violation.details.as_deref()),
        }),
        Viewer::Admin => admin_side(phase, decision, violation, &outcome.report, rules),
    }
}

fn admin_side(phase: &str, decision: &str, violation: Option<&Violation>, report: &Report, rules: &Json) -> Json {
    let own_code = violation.map(|violation| &*violation.code).filter(|code| report.code != Some(*code));
    json!({
        "phase": phase,
        "decision": decision,
        "code": report.code,
        "own_code": own_code,
        "reason": violation.map(|violation| &*violation.reason),
        "rule": report.rule.as_ref().map(|rule| json!({ "id": &*rule.id, "at": &*rule.at })),
        "control": report.control.as_deref(),
        "record": report.record,
        "route": report.route.as_deref(),
        "rules": rules,
        "controls": report.controls,
        "labels": { "session": report.session_labels, "message": report.message_labels },
        "errors": report.errors,
    })
}

fn entity_json(entity: Entity<'_>, server: Option<&str>) -> Json {
    json!({ "type": entity.kind.name(), "name": entity.name, "server": server })
}

fn rules(trace: Option<Box<Recording>>) -> Json {
    trace.map_or_else(|| Json::Array(Vec::new()), |trace| trace.into_json())
}
