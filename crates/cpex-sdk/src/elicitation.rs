//! The elicitation port: asking a person, and hearing what the person said.
//!
//! Asking and answering are two operations apart: an operation that asks is pending, and is repeated once there may be an
//! answer, perhaps at another replica. So a channel keeps nothing in the process: what it needs in between it puts into the
//! [`ElicitationStore`] that [`crate::Host`] lends, under the [`QuestionId`] it was asked with.

mod encoding;
mod error;
mod inbox;
mod question;
mod store;

use std::fmt;
use std::time::Duration;

use apl_cmf::{Entity, View};
use async_trait::async_trait;

pub use encoding::{decode, encode};
pub use error::ElicitationError;
pub use inbox::{Approver, AskedEntity, Asker, InboxPort, Listing, OpenQuestion, Verdict};
pub use question::{NotAQuestion, QuestionId};
pub use store::{ElicitationStore, Entry, OnceStore, StoreKey, Turn};

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
    async fn check(&self, question: &QuestionId) -> Result<Status, ElicitationError>;

    /// The inbox that the answers are given in; none where they come in another way.
    fn inbox(&self) -> Option<&dyn InboxPort> {
        None
    }

    /// Makes ready.
    ///
    /// # Errors
    /// Why it cannot run; the document it belongs to is then not published.
    async fn initialize(&self) -> Result<(), crate::PluginError> {
        Ok(())
    }
}

/// What a person is asked.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The question, under which its answer is had. It is a digest of all that is asked.
    pub question: QuestionId,
    /// The rule that asks, by its id.
    pub rule: &'a str,
    /// What is asked for: the verb of the step, such as `require_approval`.
    pub verb: &'static str,
    /// Who is asked.
    pub approver: &'a str,
    /// Who vouched for the caller, where that is known. The identifier of an approver means a person only together with it.
    pub issuer: Option<&'a str>,
    /// The channel's own way to reach that person, where the step names one.
    pub channel: Option<&'a str>,
    /// What it is for, where the step says so.
    pub purpose: Option<&'a str>,
    /// How long the question stands.
    pub timeout: Duration,
    /// What the operation is on; none where it names nothing.
    pub entity: Option<Entity<'a>>,
    /// The operation that waits.
    pub operation: View<'a>,
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

impl fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("question", &self.question).field("rule", &self.rule).finish_non_exhaustive()
    }
}
