//! The audit port: one record for every decision.

mod wants;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::elicitation::QuestionId;
pub use wants::{CARRIED, Digests, Replay, ValuePath, Wants};

/// Receives the record of every decision, denials included.
#[async_trait]
pub trait AuditSink: Send + Sync + 'static {
    /// Writes one record. The answer to the caller waits for it.
    ///
    /// # Errors
    /// The record may not have been written; the operation is denied `audit.failed`.
    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError>;

    /// What its records hold beside what those of every sink do. It is asked once, when the document is loaded.
    fn wants(&self) -> Wants {
        Wants::default()
    }

    /// How many records it gave up since this was asked last. A sink that answers before it has written counts them.
    fn take_dropped(&self) -> u64 {
        0
    }

    /// Makes ready: opens what it needs.
    ///
    /// # Errors
    /// Why it cannot run; the document it belongs to is then not published.
    async fn initialize(&self) -> Result<(), crate::PluginError> {
        Ok(())
    }

    /// Writes out what it holds back.
    async fn shutdown(&self) {}
}

/// A record could not be written. Its text is logged, never shown to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

/// The record of one side of one operation. The names of the fields are fixed; later releases only add.
#[derive(Clone, Debug, Serialize)]
pub struct Record<'r> {
    /// Version of the format, 1.
    pub version: u32,
    /// When the operation was received, milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// The record's own identifier.
    pub id: Id,
    /// The operation's identifier, shared by the records of both sides.
    pub operation: Id,
    /// `pre` or `post`.
    pub phase: &'static str,
    /// The hook.
    pub hook: &'r str,
    /// The host's identifiers.
    pub request: RequestIds<'r>,
    /// What the operation is about; none where it names nothing.
    pub entity: Option<RecordEntity<'r>>,
    /// The route that matched, such as `routes[0]`.
    pub route: Option<&'r str>,
    /// Digest of the policy document, `sha256:<hex>`.
    pub policy: &'r str,
    /// Who asked.
    pub caller: RecordCaller<'r>,
    /// `allow`, `deny` or `pending`.
    pub decision: &'static str,
    /// The stable code of a denial.
    pub code: Option<&'static str>,
    /// The code policy or a plugin gave in its place.
    pub own_code: Option<&'r str>,
    /// The reason the caller reads.
    pub reason: Option<&'r str>,
    /// The rule that decided; none where the runtime itself did.
    pub rule: Option<RecordRule<'r>>,
    /// The control that denied, if it is a plugin.
    pub control: Option<&'r str>,
    /// What each control did, in order.
    pub controls: &'r [Execution],
    /// What decision engines said, in the order policy asked them.
    pub engines: &'r [RecordVerdict],
    /// Labels of the session and of the operation.
    pub labels: RecordLabels<'r>,
    /// What was changed, by whom; never a value.
    pub changes: Vec<RecordChange<'r>>,
    /// Credentials that were minted for the backend, without the credentials themselves.
    pub delegations: Vec<RecordDelegation<'r>>,
    /// What the host's router may choose from, in the words of policy; none where nothing restricts it.
    pub restriction: Option<serde_json::Value>,
    /// Labels of the session that policy declassifies.
    pub declassified: &'r [RecordDeclassification],
    /// Approvals that were asked for or given.
    pub approvals: &'r [RecordApproval],
    /// Rules that asked to be seen in this sink.
    pub marks: &'r [Arc<str>],
    /// What went wrong on the way, without values and secrets.
    pub errors: &'r [String],
    /// Keyed digests of values; left out where the sink wants none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digests: Option<RecordDigests>,
    /// What it takes to decide this side again, in the form of a case of policy tests, with the values the sink lists; left
    /// out where it wants none of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inputs: Option<serde_json::Value>,
}

/// Keyed digests of values: HMAC-SHA-256 under `plugin_settings.audit_key` of their RFC 8785 form, as
/// `hmac-sha256:<lower-case hex>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordDigests {
    /// Of the arguments as policy left them, which is what the backend receives; none after the operation.
    pub args: Option<String>,
    /// Of the result as the caller receives it; none where it receives none, or none that is JSON.
    pub result: Option<String>,
}

/// A credential that was minted.
#[derive(Clone, Debug, Serialize)]
pub struct RecordDelegation<'r> {
    /// The delegator.
    pub delegator: &'r str,
    /// The audience it was granted for.
    pub audience: &'r str,
    /// The scopes that were granted.
    pub permissions: &'r [Arc<str>],
    /// On whose behalf: `user`, `client`, `caller_workload` or `this_workload`.
    pub subject: &'static str,
}

/// A label of the session that policy declassifies. It is removed if the operation is allowed to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordDeclassification {
    /// The label.
    pub label: Arc<str>,
    /// Why.
    pub reason: Arc<str>,
    /// The rule, by its id.
    pub rule: Arc<str>,
}

/// An approval that was asked for or given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordApproval {
    /// The suspended operation; none where a person answers, who is not told it.
    pub id: Option<Arc<str>>,
    /// The question, by which the records of who asks and of who answers find one another; none where there is none.
    pub question: Option<QuestionId>,
    /// What was asked for, such as `require_approval`; none of a question that is not there.
    pub verb: Option<Arc<str>>,
    /// The rule that asks, by its id; none of a question that is not there.
    pub rule: Option<Arc<str>>,
    /// Who was asked.
    pub approver: Arc<str>,
    /// `pending`, `approved`, `denied`, `expired`, or `invalid` for an answer that is not accepted.
    pub status: &'static str,
    /// What the person who answers says about it; left out where that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Arc<str>>,
}

/// A 128-bit identifier, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(pub u128);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The host's identifiers of a request.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RequestIds<'r> {
    /// The request.
    pub id: Option<&'r str>,
    /// W3C trace identifier.
    pub trace_id: Option<&'r str>,
    /// W3C span identifier.
    pub span_id: Option<&'r str>,
}

/// The entity of an operation.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordEntity<'r> {
    /// Its kind: `tool`, `prompt`, `resource`, `llm`, `agent` or `http`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its name.
    pub name: &'r str,
    /// The server it lives on.
    pub server: Option<&'r str>,
}

/// The caller of an operation.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordCaller<'r> {
    /// `verified`, `vouched` or `anonymous`.
    pub standing: &'static str,
    /// Id of the subject.
    pub subject: Option<&'r str>,
    /// Issuer of the subject.
    pub issuer: Option<&'r str>,
    /// Tenant of the subject.
    pub tenant: Option<&'r str>,
    /// Id of the client.
    pub client: Option<&'r str>,
    /// SPIFFE ID of the calling workload.
    pub workload: Option<&'r str>,
}

/// A rule of the policy.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordRule<'r> {
    /// Its id.
    pub id: &'r str,
    /// `file:line:column`.
    pub at: &'r str,
}

/// What one control did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Execution {
    /// Its name.
    pub name: Arc<str>,
    /// Its mode.
    pub mode: &'static str,
    /// What it asked for: `allow`, `deny`, `modify` or `error`; `nothing` where an authenticator found no credential of
    /// its kind.
    pub requested: &'static str,
    /// What came of it: `allow`, `deny` or `modify`.
    pub effective: &'static str,
    /// The stable code of its denial or failure.
    pub code: Option<&'static str>,
    /// How long it took.
    pub duration_us: u64,
    /// What it wants on the record; left out where it is nothing.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Json>,
}

/// What a decision engine said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordVerdict {
    /// The engine, by its dialect.
    pub engine: Arc<str>,
    /// The rule that asked, by its id.
    pub rule: Arc<str>,
    /// `permit` or `deny`; `error` where it could not decide, which `errors` explains.
    pub verdict: &'static str,
    /// The policies that determined it, by their ids in the engine.
    pub policies: Vec<String>,
}

/// Labels before and after.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordLabels<'r> {
    /// Of the session, before; none where the policy neither reads nor writes them.
    pub before: Option<&'r apl_cmf::NameSet>,
    /// Of the session, afterwards.
    pub after: Option<&'r apl_cmf::NameSet>,
    /// Of this operation.
    pub message: &'r apl_cmf::NameSet,
}

/// One change of the envelope.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordChange<'r> {
    /// The rule or plugin that made it.
    pub author: &'r str,
    /// The slot.
    pub slot: &'static str,
    /// Where in the slot.
    pub path: &'r str,
    /// `append` or `modify`.
    pub kind: &'static str,
}
