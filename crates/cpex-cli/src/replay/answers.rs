//! What the record of an operation says that collaborators answered, for the doubles that stand in for them.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cpex::cmf::{Client, Identity, Principal, Subject, Workload};
use cpex::sdk::elicitation::QuestionId;
use serde_json::Value as Json;

/// The answers of the operation that is decided.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    current: Current,
    /// Which rule asked a question, and whom, from operation to operation.
    questions: HashMap<QuestionId, (String, String)>,
}

#[derive(Debug, Default)]
struct Current {
    replies: Vec<Json>,
    engines: VecDeque<Json>,
    approvals: Vec<Json>,
    channels_fail: bool,
    principals: Vec<Principal>,
    /// What was asked for and nobody said.
    missing: BTreeSet<String>,
    /// Plugins that were asked and of which nobody said what they answered.
    unanswered: BTreeSet<String>,
}

/// How a person decided, by a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Pending,
    Approved,
    Denied,
    Expired,
    Forged,
}

impl Answers {
    /// Begins one side of an operation: what its record says.
    pub(super) fn begin(&self, record: &Json, identity: &Identity) {
        let list = |value: Option<&Json>| value.and_then(Json::as_array).cloned().unwrap_or_default();
        let Identity { subject, client, caller_workload } = identity.clone();
        let principals = [
            subject.map(Principal::Subject),
            client.map(Principal::Client),
            caller_workload.map(Principal::CallerWorkload),
        ];
        self.state().current = Current {
            replies: list(record.pointer("/inputs/replies")),
            engines: list(record.get("engines")).into(),
            approvals: list(record.get("approvals")),
            channels_fail: record.get("code").and_then(Json::as_str) == Some("elicitation.failed"),
            principals: principals.into_iter().flatten().collect(),
            ..Current::default()
        };
    }

    /// What was asked for in vain, given which plugins had their say in the end.
    pub(super) fn missing(&self, controls: &BTreeSet<String>) -> BTreeSet<String> {
        let current = &self.state().current;
        let plugins = current.unanswered.intersection(controls).map(|plugin| format!("plugins.{plugin}"));
        current.missing.iter().cloned().chain(plugins).collect()
    }

    /// Something was asked for that no record says.
    pub(super) fn miss(&self, what: &str) {
        self.state().current.missing.insert(what.to_owned());
    }

    /// A plugin was asked of which no record says what it answered.
    pub(super) fn miss_plugin(&self, plugin: &str) {
        self.state().current.unanswered.insert(plugin.to_owned());
    }

    /// Takes out the next reply that fits.
    pub(super) fn take(&self, fits: impl Fn(&Json) -> bool) -> Option<Json> {
        let replies = &mut self.state().current.replies;
        let at = replies.iter().position(fits)?;
        Some(replies.remove(at))
    }

    /// Whether some reply that is left fits, and the first such.
    pub(super) fn find(&self, fits: impl Fn(&Json) -> bool) -> Option<Json> {
        self.state().current.replies.iter().find(|reply| fits(reply)).cloned()
    }

    /// Takes out the next verdict of an engine.
    pub(super) fn verdict(&self, dialect: &str) -> Option<Json> {
        let engines = &mut self.state().current.engines;
        let at = engines.iter().position(|verdict| verdict.get("engine").and_then(Json::as_str) == Some(dialect))?;
        engines.remove(at)
    }

    /// The principal of that kind, however often it is asked for: where the record has none, one that nobody knows.
    pub(super) fn principal(&self, kind: &str) -> Option<Principal> {
        let state = self.state();
        let is_wanted = |principal: &&Principal| {
            matches!(
                (principal, kind),
                (Principal::Subject(_), "subject")
                    | (Principal::Client(_), "client")
                    | (Principal::CallerWorkload(_), "caller_workload")
            )
        };
        let unknown = || match kind {
            "subject" => Some(Principal::Subject(Subject { id: "unknown".to_owned(), ..Subject::default() })),
            "client" => Some(Principal::Client(Client { id: "unknown".to_owned(), ..Client::default() })),
            "caller_workload" => Some(Principal::CallerWorkload(Workload {
                spiffe_id: "spiffe://unknown".to_owned(),
                trust_domain: "unknown".to_owned(),
            })),
            _ => None,
        };
        state.current.principals.iter().find(is_wanted).cloned().or_else(unknown)
    }

    /// A person is asked by a rule; whether the channel takes it.
    pub(super) fn asks(&self, question: QuestionId, rule: &str, approver: &str) -> bool {
        let mut state = self.state();
        state.questions.insert(question, (rule.to_owned(), approver.to_owned()));
        !state.current.channels_fail || status_of(&state.current, rule).is_some_and(|status| status != "invalid")
    }

    /// What a person said to a question, and who it is; none where the channel failed.
    pub(super) fn said(&self, question: &QuestionId) -> Option<(Said, String)> {
        let mut state = self.state();
        let (rule, approver) = state.questions.get(question).cloned()?;
        let said = match status_of(&state.current, &rule) {
            Some("approved") => Said::Approved,
            Some("denied") => Said::Denied,
            Some("expired") => Said::Expired,
            Some("pending") => Said::Pending,
            Some(_) if state.current.channels_fail => return None,
            Some(_) => Said::Forged,
            None => {
                state.current.missing.insert(format!("approvals.{rule}"));
                Said::Pending
            }
        };
        Some((said, approver))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far the approval of a rule is, by the record.
fn status_of<'c>(current: &'c Current, rule: &str) -> Option<&'c str> {
    let of_rule = |approval: &&Json| approval.get("rule").and_then(Json::as_str) == Some(rule);
    current.approvals.iter().find(of_rule)?.get("status")?.as_str()
}
