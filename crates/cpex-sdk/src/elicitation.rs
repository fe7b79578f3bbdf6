//! The elicitation port: asking a person, and hearing what the person said.
//!
//! Asking and answering are two operations apart: an operation that asks is pending, and is repeated once there may be an
//! answer. A channel keeps what it needs in between under the [`Ask::id`] and [`Ask::rule`] it was asked with.

use std::time::Duration;

use async_trait::async_trait;

/// A channel to the people who may be asked.
#[async_trait]
pub trait ElicitationChannel: Send + Sync + 'static {
    /// Asks. The answer is had later, by [`ElicitationChannel::check`].
    ///
    /// # Errors
    /// Why the person could not be asked; the operation is then denied `elicitation.failed`.
    async fn ask(&self, ask: &Ask<'_>) -> Result<(), ElicitationError>;

    /// What became of a question. Whether the answer is genuine is for the channel to verify.
    ///
    /// # Errors
    /// Why that cannot be told now; the operation is then denied `elicitation.failed`.
    async fn check(&self, id: &str, rule: &str) -> Result<Status, ElicitationError>;

    /// Makes ready.
    ///
    /// # Errors
    /// Why it cannot run; the document it belongs to is then not published.
    async fn initialize(&self) -> Result<(), crate::PluginError> {
        Ok(())
    }
}

/// What a person is asked.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The suspended operation; what the client repeats its call with.
    pub id: &'a str,
    /// The rule that asks, by its id.
    pub rule: &'a str,
    /// What is asked for: the verb of the step, such as `require_approval`.
    pub verb: &'static str,
    /// Who is asked.
    pub approver: &'a str,
    /// The channel's own way to reach that person, where the step names one.
    pub channel: Option<&'a str>,
    /// What it is for, where the step says so.
    pub purpose: Option<&'a str>,
    /// How long the question stands.
    pub timeout: Duration,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody answered yet.
    Pending,
    /// The person said yes.
    Approved {
        /// Who answered.
        by: String,
    },
    /// The person said no.
    Denied {
        /// Who answered.
        by: String,
    },
    /// Nobody answered in time.
    Expired,
    /// There is an answer, and it is not genuine.
    Forged,
}

/// Why a person cannot be asked, or the answer not be had. The text goes to the record, never to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ElicitationError(pub String);
