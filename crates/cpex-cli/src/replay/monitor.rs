//! Decides the operations of a log anew, in the order of their records.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use cpex::cmf::Identity;
use cpex::document::Document;
use cpex::sdk::testing::{ManualClock, SequentialIds};
use cpex::{Decision, ManagerConfig, MemoryElicitations, Operation, Permit, PluginManager, Replayed};
use serde_json::Value as Json;

use super::answers::Answers;
use super::known::Known;
use super::log::text;
use super::store::{Elsewhere, Labels};
use super::{cast, request};
use crate::case::RunError;

/// What became of one record.
pub(super) enum End {
    /// It was decided: what its record is now.
    Decided(Json),
    /// It cannot be: what it would take that no record holds.
    Undetermined(BTreeSet<String>),
    /// It holds nothing to decide it by.
    Unkept,
    /// Its operation ended before, as it is decided now.
    Ended,
}

/// Decides operations under a policy.
pub(super) struct Monitor<'d> {
    policy: &'d Document,
    /// The dialects of the engines that decide as the log says.
    doubled: BTreeSet<String>,
    /// One for each stream of records: a process that was started anew had turned no plugin off.
    managers: HashMap<String, PluginManager>,
    clock: Arc<ManualClock>,
    answers: Arc<Answers>,
    labels: Arc<Labels>,
    elicitations: Arc<MemoryElicitations>,
    /// Operations that are permitted, by their identifiers in the log.
    underway: HashMap<String, Underway>,
    /// What the log says of each session after its latest operation.
    sessions: HashMap<String, BTreeSet<String>>,
    /// By which identifier the suspended operations of the log are suspended now.
    suspended: HashMap<String, String>,
}

/// An operation whose first side was decided.
enum Underway {
    Permitted(Box<Permitted>),
    Undetermined(BTreeSet<String>),
    Ended,
}

/// What its second side is decided with.
struct Permitted {
    permit: Permit,
    known: Known,
    identity: Identity,
}

/// Hooks of what is recorded and no operation: what a person says to a question, and the end of a session.
const NO_OPERATIONS: [&str; 2] = ["elicit", "session.end"];

/// Codes of what is no decision.
const UNDECIDED: [&str; 3] = ["operation.abandoned", "audit.failed", "engine.shutdown"];

/// What one side came to.
struct Side {
    record: Json,
    missing: BTreeSet<String>,
}

impl<'d> Monitor<'d> {
    pub(super) fn new(policy: &'d Document, scripted: &BTreeSet<String>) -> Self {
        let clock = Arc::new(ManualClock::default());
        let elicitations = Arc::new(MemoryElicitations::new(Arc::clone(&clock) as Arc<dyn cpex::sdk::Clock>));
        Self {
            policy,
            doubled: cast::doubled(policy.root(), scripted),
            managers: HashMap::new(),
            clock,
            answers: Arc::default(),
            labels: Arc::default(),
            elicitations,
            underway: HashMap::new(),
            sessions: HashMap::new(),
            suspended: HashMap::new(),
        }
    }

    /// Loads the policy for a stream of records.
    pub(super) async fn enter(&mut self, stream: &str) -> Result<(), RunError> {
        if self.managers.contains_key(stream) {
            return Ok(());
        }
        let manager = PluginManager::new(ManagerConfig {
            clock: Some(Arc::clone(&self.clock) as Arc<dyn cpex::sdk::Clock>),
            ids: Some(Arc::new(SequentialIds::default())),
            sessions: Some(Arc::clone(&self.labels) as Arc<dyn cpex::sdk::SessionStore>),
            elicitations: Some(Arc::clone(&self.elicitations) as Arc<dyn cpex::sdk::elicitation::ElicitationStore>),
            loads_plugin_dirs: true,
            ..ManagerConfig::default()
        });
        cast::enter(self.policy.root(), &self.doubled, &self.answers, &manager);
        let _ = manager.stage(self.policy)?;
        manager.initialize().await?;
        self.managers.insert(stream.to_owned(), manager);
        Ok(())
    }

    /// Decides the side that a record is of.
    pub(super) async fn decide(&mut self, record: &Json) -> End {
        self.clock.set(record.get("time_ms").and_then(Json::as_u64).unwrap_or_default());
        if text(record, "hook").is_some_and(|hook| NO_OPERATIONS.contains(&hook)) {
            return End::Ended;
        }
        let Some(inputs) = record.get("inputs") else { return self.unkept(record) };
        let id = text(record, "operation").unwrap_or_default().to_owned();
        if text(record, "code").is_some_and(|code| UNDECIDED.contains(&code)) {
            return self.given_up(&id);
        }
        match (text(record, "phase"), inputs.get("call").is_some()) {
            (Some("pre"), true) => self.before(id, record, inputs).await,
            (Some("post"), true) => self.alone(record, inputs).await,
            (Some("post"), false) => match self.underway.remove(&id) {
                Some(Underway::Permitted(permitted)) => self.after(*permitted, record, inputs).await,
                Some(Underway::Undetermined(missing)) => End::Undetermined(missing),
                Some(Underway::Ended) => End::Ended,
                None => End::Unkept,
            },
            _ => End::Unkept,
        }
    }

    async fn before(&mut self, id: String, record: &Json, inputs: &Json) -> End {
        let request = match request::operation(inputs) {
            Ok(request) => request,
            Err(why) => return End::Undetermined(BTreeSet::from([format!("inputs: {why}")])),
        };
        let (mut operation, unknown) = self.resumed(request.operation, record, inputs);
        if inputs.get("vouched").and_then(Json::as_bool) != Some(true) {
            operation = operation.caller(cpex::Caller::anonymous());
        }
        self.begin(record, inputs, &request.identity);
        let Some(manager) = self.manager(record) else { return End::Unkept };
        let Replayed { outcome, reads, record: new } = manager.replay(operation).await;
        let mut known = Known::of(inputs);
        let side = self.side(record, new, &reads, &mut known, unknown);
        let permit = match outcome.decision {
            Decision::Allow(permit) => Some(permit),
            Decision::Pending(pending) => {
                if let Some(suspended) = suspended_as(record) {
                    self.suspended.insert(suspended.to_owned(), pending.elicitation);
                }
                None
            }
            Decision::Deny(_) => None,
        };
        let undetermined = !side.missing.is_empty();
        let underway = match permit {
            Some(permit) if !undetermined => {
                Underway::Permitted(Box::new(Permitted { permit, known, identity: request.identity }))
            }
            _ if undetermined => Underway::Undetermined(side.missing.clone()),
            _ => Underway::Ended,
        };
        self.underway.insert(id, underway);
        self.settle(record, side)
    }

    async fn after(&mut self, permitted: Permitted, record: &Json, inputs: &Json) -> End {
        let Permitted { mut permit, known, identity } = permitted;
        let mut known = known.and(inputs);
        self.begin(record, inputs, &identity);
        let answer = match request::answer(inputs) {
            Ok(answer) => answer,
            Err(why) => return End::Undetermined(BTreeSet::from([format!("inputs: {why}")])),
        };
        let _ = permit.take_call();
        let Replayed { reads, record: new, .. } = permit.replay(answer).await;
        let side = self.side(record, new, &reads, &mut known, None);
        self.settle(record, side)
    }

    async fn alone(&mut self, record: &Json, inputs: &Json) -> End {
        let read = request::operation(inputs).and_then(|request| Ok((request, request::answer(inputs)?)));
        let (request, answer) = match read {
            Ok(read) => read,
            Err(why) => return End::Undetermined(BTreeSet::from([format!("inputs: {why}")])),
        };
        self.begin(record, inputs, &request.identity);
        let Some(manager) = self.manager(record) else { return End::Unkept };
        let Replayed { reads, record: new, .. } = manager.replay_alone(request.operation, answer).await;
        let side = self.side(record, new, &reads, &mut Known::of(inputs), None);
        self.settle(record, side)
    }

    /// What became of an operation that the host let go of, or whose record could not be written, is no decision.
    fn given_up(&mut self, id: &str) -> End {
        match self.underway.remove(id) {
            Some(Underway::Undetermined(missing)) => End::Undetermined(missing),
            Some(Underway::Permitted(_) | Underway::Ended) => End::Ended,
            None => End::Unkept,
        }
    }

    /// A record that holds nothing to decide it by may still say that its operation was given up.
    fn unkept(&mut self, record: &Json) -> End {
        if let Some(id) = text(record, "operation") {
            drop(self.underway.remove(id));
        }
        End::Unkept
    }

    fn manager(&self, record: &Json) -> Option<&PluginManager> {
        self.managers.get(text(record, "stream").unwrap_or_default())
    }

    /// The operation as the repetition of one that was suspended, if it is; and what is not known of that.
    fn resumed(&self, operation: Operation, record: &Json, inputs: &Json) -> (Operation, Option<String>) {
        let Some(resumed) = text(inputs, "resume") else { return (operation, None) };
        match self.suspended.get(resumed) {
            Some(suspended) => (operation.resume(suspended.as_str()), None),
            // One that nobody suspended is refused; one that was suspended before the log begins is not known.
            None if text(record, "code") == Some("elicitation.invalid") => (operation.resume(resumed), None),
            None => (operation.resume(resumed), Some("approvals".to_owned())),
        }
    }

    fn begin(&self, record: &Json, inputs: &Json, identity: &Identity) {
        self.answers.begin(record, identity);
        let code = text(record, "code");
        let (mut added, mut gone) = (BTreeSet::new(), BTreeSet::new());
        if let (Some(now), Some(bound)) = (labels(record, "before"), text(inputs, "bound")) {
            let before = self.sessions.get(bound).cloned().unwrap_or_default();
            added.extend(now.difference(&before).cloned());
            gone.extend(before.difference(&now).cloned());
        }
        self.labels.begin(Elsewhere {
            added,
            gone,
            load_fails: code == Some("session.load_failed"),
            persist_fails: code == Some("session.persist_failed"),
        });
    }

    /// What a side came to, and what was read of it that nobody knows.
    fn side(
        &self,
        record: &Json,
        new: Json,
        reads: &BTreeSet<String>,
        known: &mut Known,
        unknown: Option<String>,
    ) -> Side {
        let names = |record: &Json| -> BTreeSet<String> {
            let controls = record.get("controls").and_then(Json::as_array).into_iter().flatten();
            controls.filter_map(|control| text(control, "name")).map(str::to_owned).collect()
        };
        let asked = self.answers.missing(&names(&new));
        for namespace in asked.iter().filter(|namespace| ["args", "result"].contains(&namespace.as_str())) {
            known.lose(namespace);
        }
        let mut missing = known.missing(reads);
        missing.extend(asked.into_iter().filter(|what| !["args", "result", "caller"].contains(&what.as_str())));
        if caller_is_missing(record, &new, self.answers.missing(&BTreeSet::new()).contains("caller")) {
            missing.insert("caller".to_owned());
        }
        missing.extend(other_engines(record, &new, &self.doubled));
        let of_session = reads.iter().any(|path| path == "session.labels" || path == "security.labels");
        if of_session && self.labels.met_uncertain() && !is_same_policy(record, &new) {
            missing.insert("session.labels".to_owned());
        }
        missing.extend(unknown);
        Side { record: new, missing }
    }

    fn settle(&mut self, record: &Json, side: Side) -> End {
        if !side.missing.is_empty() {
            self.labels.take_back(is_same_policy(record, &side.record));
            return End::Undetermined(side.missing);
        }
        let bound = record.get("inputs").and_then(|inputs| text(inputs, "bound"));
        if let (Some(bound), Some(after)) = (bound, labels(record, "after")) {
            self.sessions.insert(bound.to_owned(), declassified(after, record));
        }
        End::Decided(side.record)
    }
}

/// The labels a session is left with: without those that are declassified by an operation that is allowed to its end.
fn declassified(mut after: BTreeSet<String>, record: &Json) -> BTreeSet<String> {
    if text(record, "phase") == Some("post") && text(record, "decision") == Some("allow") {
        let labels = record.get("declassified").and_then(Json::as_array).into_iter().flatten();
        for label in labels.filter_map(|declassified| text(declassified, "label")) {
            after.remove(label);
        }
    }
    after
}

/// Whether the policy is the one of the record.
pub(super) fn is_same_policy(record: &Json, new: &Json) -> bool {
    record.get("policy") == new.get("policy")
}

/// Labels of the session, of a record.
fn labels(record: &Json, when: &str) -> Option<BTreeSet<String>> {
    let labels = record.get("labels")?.get(when)?.as_array()?;
    Some(labels.iter().filter_map(Json::as_str).map(str::to_owned).collect())
}

/// Who calls is not known where nobody was identified: it can only be refused as it was.
fn caller_is_missing(record: &Json, new: &Json, was_asked_for: bool) -> bool {
    let identified = record.pointer("/inputs/identified").and_then(Json::as_bool) != Some(false);
    (was_asked_for || !identified) && record.get("code") != new.get("code")
}

/// Engines that are not embedded decide as they decided: for the rules that asked them.
fn other_engines(record: &Json, new: &Json, doubled: &BTreeSet<String>) -> BTreeSet<String> {
    let asked = |record: &Json| -> Vec<(String, String)> {
        let verdicts = record.get("engines").and_then(Json::as_array).into_iter().flatten();
        let of = |verdict: &Json| Some((text(verdict, "engine")?.to_owned(), text(verdict, "rule")?.to_owned()));
        verdicts.filter_map(of).filter(|(engine, _)| doubled.contains(engine)).collect()
    };
    let (then, now) = (asked(record), asked(new));
    let differs =
        |(at, asked): (usize, (String, String))| (then.get(at) != Some(&asked)).then(|| format!("engines.{}", asked.0));
    now.into_iter().enumerate().filter_map(differs).collect()
}

/// The suspended operation of a record of one that is left pending.
fn suspended_as(record: &Json) -> Option<&str> {
    let approvals = record.get("approvals")?.as_array()?;
    approvals.iter().rev().find_map(|approval| text(approval, "id"))
}
