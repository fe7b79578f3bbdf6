//! A manager set up for one case, and what of each step it lets be seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use cpex::cmf::{ContentPart, Identity, LlmRequest};
use cpex::document::Document;
use cpex::sdk::testing::{ManualClock, SequentialIds};
use cpex::{
    Call, Caller, Decision, Explanation, ManagerConfig, Operation, Outcome, Permit, PluginManager, Report, Viewer,
    Violation,
};
use serde_json::Value as Json;

use super::cast::{Cast, declared};
use super::error::RunError;
use super::seen::{Seen, delegation, record};
use super::step::{Step, Who};
use super::store;
use super::stub::Stub;
use super::wallet::Kind;

/// One case in the course of being run.
pub(crate) struct Stage {
    manager: PluginManager,
    cast: Arc<Cast>,
    /// Session labels as last reported, by principal and session: a step whose policy has no eye for them reports none.
    labels: BTreeMap<(String, String), Vec<String>>,
    /// What the latest step that was left pending is repeated with.
    pending: Option<String>,
}

/// What came of one step.
pub(crate) struct Performed {
    pub(crate) seen: Seen,
    /// Why the step could not be performed as the case states it.
    pub(crate) faults: Vec<String>,
}

/// One side of an operation: its report, and how it was decided.
struct Side {
    report: Report,
    decision: &'static str,
    violation: Option<Violation>,
}

impl Side {
    fn of<T>(outcome: &Outcome<T>) -> Self {
        let Outcome { decision, report } = outcome;
        Self { report: report.clone(), decision: decision.name(), violation: decision.violation().cloned() }
    }
}

/// What the backend receives, beside what names the capability.
fn arguments(call: &Call) -> Json {
    let mut arguments = call.arguments().cloned().unwrap_or_default();
    if call.message.content.iter().any(|part| matches!(part, ContentPart::LlmRequest(_))) {
        arguments.remove(LlmRequest::MODEL);
    }
    Json::Object(arguments)
}

impl Stage {
    /// A manager that enforces the policy, with its collaborators scripted as these steps need.
    pub(crate) async fn set(
        policy: &Document,
        now_ms: u64,
        stubs: impl Iterator<Item = Stub>,
        steps: &[Step],
    ) -> Result<Self, RunError> {
        let verifies = steps.iter().any(|step| matches!(step.who, Who::Credentials(_)));
        let cast = Cast::new(declared(policy.root()), stubs, verifies);
        let manager = PluginManager::new(ManagerConfig {
            clock: Some(Arc::new(ManualClock::at(now_ms))),
            ids: Some(Arc::new(SequentialIds::default())),
            // What the host would load from them is stubbed.
            loads_plugin_dirs: true,
            ..ManagerConfig::default()
        });
        Cast::enter(&cast, &manager);
        store::enter(policy.root(), &manager);
        // Warnings are for `check`: a case tells what a policy does.
        let _ = manager.stage(policy)?;
        manager.initialize().await?;
        Ok(Self { manager, cast, labels: BTreeMap::new(), pending: None })
    }

    /// Everything that explanations of steps can tell of the policy.
    pub(crate) fn outline(&self) -> Json {
        self.manager.outline()
    }

    /// Performs a step, and looks at everything a host, a backend and a sink can see of it.
    pub(crate) async fn perform(&mut self, step: &Step) -> Performed {
        let operation = self.operation(step);
        let Outcome { decision, report } = self.manager.authorize(operation).await;
        let (mut seen, violation) = match decision {
            Decision::Allow(permit) => return self.go_on(step, permit, report).await,
            Decision::Deny(violation) => (Seen { decision: "deny", ..Seen::default() }, Some(violation)),
            Decision::Pending(pending) => {
                let pending = Some(pending.elicitation);
                (Seen { decision: "pending", pending, ..Seen::default() }, None)
            }
        };
        let side = Side { report, decision: seen.decision, violation };
        self.look(step, &mut seen, vec![side]);
        self.performed(step, seen)
    }

    /// Performs a step, and explains how it was decided.
    pub(crate) async fn explain(&mut self, step: &Step) -> (Performed, Explanation) {
        let operation = self.operation(step);
        let explanation = self.manager.explain(operation, step.answer.clone()).await;
        let Explanation { before, after, .. } = &explanation;
        let mut seen = Seen { decision: explanation.decision(), ..Seen::default() };
        seen.trace = Some(explanation.to_json(Viewer::Admin));
        let mut sides = vec![Side::of(before)];
        sides.extend(after.as_ref().map(Side::of));
        if let Decision::Allow(call) = &before.decision {
            (seen.backend_called, seen.args) = (true, Some(arguments(call)));
        }
        match after.as_ref().map(|after| &after.decision) {
            Some(Decision::Allow(answer)) => seen.answer = Some(answer.clone()),
            Some(Decision::Pending(pending)) => seen.pending = Some(pending.elicitation.clone()),
            Some(Decision::Deny(_)) | None => {}
        }
        if let Decision::Pending(pending) = &before.decision {
            seen.pending = Some(pending.elicitation.clone());
        }
        self.look(step, &mut seen, sides);
        (self.performed(step, seen), explanation)
    }

    /// Which of these stubs no step reached.
    pub(crate) fn unreached(&self, stubs: &[Stub]) -> Vec<String> {
        let unreached = stubs.iter().filter(|stub| !self.cast.was_reached(&stub.plugin));
        unreached.map(|stub| format!("stub: nothing reaches `{}`", stub.plugin)).collect()
    }

    /// The records that decide its operations again, where they are kept.
    pub(crate) fn recorded(&self) -> Vec<Json> {
        self.cast.recorded()
    }

    /// Ends the case.
    pub(crate) async fn end(self) {
        self.manager.shutdown().await;
    }

    /// The operation of a step with its caller; scripted identity plugins get ready to yield that caller.
    fn operation(&self, step: &Step) -> Operation {
        let operation = match &self.pending {
            Some(pending) if step.resumes => step.operation.clone().resume(pending.as_str()),
            _ => step.operation.clone(),
        };
        match &step.who {
            Who::Credentials(credentials) => {
                self.cast.wallet.step_aside();
                operation.caller(Caller::Credentials(credentials.clone()))
            }
            Who::Scripted(identity) if !self.manager.authentication_in_force(&operation) => {
                self.cast.wallet.fill(&Identity::default());
                operation.caller(Caller::Vouched(identity.clone()))
            }
            Who::Scripted(identity) => {
                self.cast.wallet.fill(identity);
                operation.caller(Caller::anonymous())
            }
        }
    }

    /// Calls the backend of a permitted step, if it has one.
    async fn go_on(&mut self, step: &Step, mut permit: Permit, report: Report) -> Performed {
        let call = permit.take_call();
        let mut seen = Seen { backend_called: true, args: Some(arguments(&call)), ..Seen::default() };
        let mut sides = vec![Side { report, decision: "allow", violation: None }];
        seen.decision = "allow";
        if let Some(answer) = step.answer.clone() {
            let Outcome { decision, report } = permit.complete(answer).await;
            seen.decision = decision.name();
            let mut violation = None;
            match decision {
                Decision::Allow(answer) => seen.answer = Some(answer),
                Decision::Deny(denied) => violation = Some(denied),
                Decision::Pending(pending) => seen.pending = Some(pending.elicitation),
            }
            sides.push(Side { report, decision: seen.decision, violation });
        }
        self.look(step, &mut seen, sides);
        self.performed(step, seen)
    }

    fn performed(&mut self, step: &Step, seen: Seen) -> Performed {
        let left = self.cast.wallet.left();
        let fault =
            |kind: &Kind| format!("caller: no authenticator in force yields {} that the step states", kind.name());
        // A denial may well come before everybody was asked.
        let mut faults: Vec<String> = Vec::new();
        if seen.decision == "allow" {
            faults.extend(left.iter().map(fault));
        }
        if step.resumes && self.pending.is_none() {
            faults.push("resume: no step before this one was left pending".to_owned());
        }
        if seen.pending.is_some() {
            self.pending.clone_from(&seen.pending);
        }
        Performed { seen, faults }
    }

    fn look(&mut self, step: &Step, seen: &mut Seen, sides: Vec<Side>) {
        let key = (step.principal(), step.session.clone());
        let reported = sides.iter().rev().find_map(|side| side.report.session_labels.as_ref());
        if let Some(labels) = reported {
            let labels = labels.as_slice().iter().map(|label| label.to_string()).collect();
            self.labels.insert(key.clone(), labels);
        }
        seen.labels = self.labels.get(&key).cloned().unwrap_or_default();
        seen.records = self.records(&sides);
        seen.restrict = sides.iter().find_map(|side| Some(side.report.restriction.as_ref()?.to_json()));
        let delegations = sides.iter().flat_map(|side| &side.report.delegations);
        seen.delegations = delegations.map(delegation).collect();
        seen.errors = sides.iter().flat_map(|side| side.report.errors.iter().cloned()).collect();
        if let Some(Side { report, violation, .. }) = sides.into_iter().next_back() {
            seen.message_labels = report.message_labels.as_slice().iter().map(|label| label.to_string()).collect();
            seen.rule = report.rule.map(|rule| (rule.id.to_string(), rule.at.to_string()));
            seen.violation = violation;
        }
    }

    /// The records of the sides: those a sink was given, else what their reports tell.
    fn records(&self, sides: &[Side]) -> Vec<Json> {
        let Some(written) = self.cast.records() else {
            return sides.iter().map(|side| record(&side.report, side.decision, side.violation.as_ref())).collect();
        };
        let of_side = |record: &&Json| {
            sides.iter().any(|side| {
                let id = record.get("id").and_then(Json::as_str);
                id == Some(&side.report.record.to_string())
            })
        };
        written.iter().filter(of_side).cloned().collect()
    }
}
