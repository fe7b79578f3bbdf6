//! What was seen of one step.

use cpex::policy::Response;
use cpex::{Answer, Delegation, Report, Violation};
use serde_json::{Map, Value as Json, json};

use super::answer::to_parts;

/// Everything a step let be seen. What was withheld is not here.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) decision: &'static str,
    pub(crate) violation: Option<Violation>,
    /// The rule that denied: its id, and its place as `file:line:column`.
    pub(crate) rule: Option<(String, String)>,
    /// What the backend received; none where it was not called.
    pub(crate) args: Option<Json>,
    pub(crate) backend_called: bool,
    /// What the caller received.
    pub(crate) answer: Option<Answer>,
    /// Labels of the session afterwards, in order.
    pub(crate) labels: Vec<String>,
    pub(crate) message_labels: Vec<String>,
    pub(crate) pending: Option<String>,
    /// What the host's router may choose from, in the form of `expect.restrict`.
    pub(crate) restrict: Option<Json>,
    /// Credentials that were minted, in the form of `expect.delegations`.
    pub(crate) delegations: Vec<Json>,
    pub(crate) errors: Vec<String>,
    /// One record for each side, as a sink of the document got it, or as far as the report tells.
    pub(crate) records: Vec<Json>,
    /// How it was decided, for whoever runs the policy; where that was asked.
    pub(crate) trace: Option<Json>,
}

impl Seen {
    /// The value an expectation of that key is compared with.
    pub(crate) fn value(&self, key: &str) -> Json {
        let violation = self.violation.as_ref();
        match key {
            "decision" => self.decision.into(),
            "code" => violation.map(|violation| violation.code.to_string()).into(),
            "reason" => violation.map(|violation| violation.reason.to_string()).into(),
            "rule" => self.rule.as_ref().map(|(id, _)| id.clone()).into(),
            "args" => self.args.clone().into(),
            "result" => self.answer.as_ref().map(|answer| answer.content().clone()).into(),
            "result_parts" => self.answer.as_ref().map(to_parts).into(),
            "labels" => self.labels.clone().into(),
            "message_labels" => self.message_labels.clone().into(),
            "response" => violation.and_then(|violation| violation.response.as_deref()).map(response).into(),
            "restrict" => self.restrict.clone().into(),
            "delegations" => self.delegations.clone().into(),
            "backend_called" => self.backend_called.into(),
            _ => Json::Null,
        }
    }

    /// Why it was denied, for people.
    pub(crate) fn why(&self) -> Option<String> {
        let violation = self.violation.as_ref()?;
        let mut why = format!("{}: {}", violation.code, violation.reason);
        if let Some((id, at)) = &self.rule {
            why.push_str(&format!(", by {id} at {at}"));
        }
        for error in &self.errors {
            why.push_str(&format!("; {error}"));
        }
        Some(why)
    }
}

/// A minted credential in the form of `expect.delegations`.
pub(crate) fn delegation(delegation: &Delegation) -> Json {
    let Delegation { delegator, audience, permissions, subject } = delegation;
    let permissions: Vec<&str> = permissions.iter().map(|scope| &**scope).collect();
    json!({ "name": &**delegator, "audience": &**audience, "permissions": permissions, "subject": subject })
}

/// A response in the form of `expect.response`.
fn response(response: &Response) -> Json {
    let headers: Map<String, Json> =
        response.headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    json!({ "status": response.status, "headers": headers, "body": response.body })
}

/// What of a record can be told from the report, for a document that has no sink.
pub(crate) fn record(report: &Report, decision: &str, violation: Option<&Violation>) -> Json {
    let own_code = violation.map(|violation| &*violation.code).filter(|code| report.code != Some(*code));
    json!({
        "id": report.record,
        "operation": report.operation,
        "route": report.route.as_deref(),
        "decision": decision,
        "code": report.code,
        "own_code": own_code,
        "reason": violation.map(|violation| &*violation.reason),
        "rule": report.rule.as_ref().map(|rule| json!({ "id": &*rule.id, "at": &*rule.at })),
        "control": report.control.as_deref(),
        "controls": report.controls,
        "labels": { "after": report.session_labels, "message": report.message_labels },
        "errors": report.errors,
    })
}
