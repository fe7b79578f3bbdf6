//! Inboxes: questions that wait until whoever was asked opens them, by the API of the host.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::error::ElicitationError;
use super::question::QuestionId;
use super::store::Turn;

/// A channel whose questions are listed and answered by the API of the host. Who opens it was verified before.
#[async_trait]
pub trait InboxPort: Send + Sync + 'static {
    /// The open questions to a person, those that end first before the others.
    ///
    /// # Errors
    /// Why they cannot be had.
    async fn list(&self, approver: &Approver<'_>) -> Result<Listing, ElicitationError>;

    /// An open question to a person. None where there is no such question, it is another person's, its time is over or it was
    /// answered: these are one to whoever asks.
    ///
    /// # Errors
    /// Why it cannot be told.
    async fn find(
        &self,
        approver: &Approver<'_>,
        question: &QuestionId,
    ) -> Result<Option<OpenQuestion>, ElicitationError>;

    /// Answers an open question of that person, once among all who share the store. Of two answers the first stands.
    ///
    /// # Errors
    /// It may have been answered.
    async fn answer(
        &self,
        approver: &Approver<'_>,
        question: &OpenQuestion,
        verdict: Verdict,
    ) -> Result<Turn, ElicitationError>;
}

/// A person, as whoever verified them calls them. The identifier means a person only together with the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approver<'a> {
    /// The identifier.
    pub id: &'a str,
    /// Who vouches for it, where that is known.
    pub issuer: Option<&'a str>,
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes.
    Approve,
    /// No.
    Deny,
}

/// The open questions to a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listing {
    /// Those that end first, in that order.
    pub questions: Vec<OpenQuestion>,
    /// Whether there are more than these.
    pub has_more: bool,
}

/// A question that nobody answered yet.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenQuestion {
    /// What it is called by.
    pub question: QuestionId,
    /// The rule that asks, by its id.
    pub rule: String,
    /// What is asked for: the verb of the step, such as `require_approval`.
    pub verb: String,
    /// What it is for, where the step says so.
    pub purpose: Option<String>,
    /// What the operation is on; none where it names nothing.
    pub entity: Option<AskedEntity>,
    /// Who wants it, as far as the channel may see.
    pub asker: Asker,
    /// The arguments as they would reach the capability; none where the channel does not show them.
    pub arguments: Option<Map<String, Json>>,
    /// When it was asked, in milliseconds since the Unix epoch.
    pub asked_ms: u64,
    /// When its time is over, in milliseconds since the Unix epoch.
    pub expires_ms: u64,
}

/// What an operation is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedEntity {
    /// Its kind: `tool`, `prompt`, `resource`, `llm`, `agent` or `http`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// Who wants an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asker {
    /// Id of the subject.
    pub subject: Option<String>,
    /// Id of the client.
    pub client: Option<String>,
    /// SPIFFE ID of the workload.
    pub workload: Option<String>,
}

impl fmt::Debug for OpenQuestion {
    // The arguments may be nobody's but the approver's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenQuestion")
            .field("question", &self.question)
            .field("rule", &self.rule)
            .finish_non_exhaustive()
    }
}
