//! What is kept of a question between asking and answering, where every replica finds it.
//!
//! | sort | what | until |
//! |---|---|---|
//! | `ciba.request` | what is polled, when, and who was asked | there is an answer |
//! | `ciba.verdict` | the answer; the first that is kept stands | the question is over |
//! | `ciba.turn` | somebody is asking or polling | they are done, or were lost |

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Secret;
use cpex_sdk::StoreError;
use cpex_sdk::elicitation::{
    ElicitationError, ElicitationStore, Entry, QuestionId, Status, StoreKey, Turn, decode, encode,
};
use serde::{Deserialize, Serialize, Serializer};

/// The version of the shapes that are kept.
const VERSION: u8 = 1;

/// A request that nobody answered yet.
#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    /// What it is polled by.
    #[serde(serialize_with = "exposed")]
    pub(super) id: Secret,
    /// Who was asked.
    pub(super) approver: String,
    /// How far apart polls are, in seconds.
    pub(super) interval: u64,
    /// When it may be polled next, in milliseconds since the Unix epoch.
    pub(super) due_ms: u64,
    /// When the provider forgets it.
    pub(super) expires_ms: u64,
    /// When nobody asks for its answer any more.
    pub(super) until_ms: u64,
}

/// What became of a request in the end.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Approved { by: String },
    Denied { by: String },
    Expired,
    Forged,
    Failed { cause: String },
}

/// What is there under a question.
pub(super) enum Found {
    Request(Request),
    Verdict(Verdict),
    Nothing,
}

/// The questions of one channel, in the store of the host.
pub(super) struct Kept {
    store: Arc<dyn ElicitationStore>,
    /// How long a turn lasts where who took it was lost.
    turn: Duration,
}

impl Kept {
    pub(super) fn new(store: Arc<dyn ElicitationStore>, turn: Duration) -> Self {
        Self { store, turn }
    }

    pub(super) async fn find(&self, question: &QuestionId) -> Result<Found, ElicitationError> {
        // A verdict is kept before its request is dropped: in this order one of them is seen.
        if let Some(request) = self.store.get(&key("ciba.request", question)).await.map_err(failed)? {
            return Ok(Found::Request(decode(VERSION, &request).map_err(failed)?));
        }
        match self.store.get(&key("ciba.verdict", question)).await.map_err(failed)? {
            Some(verdict) => Ok(Found::Verdict(decode(VERSION, &verdict).map_err(failed)?)),
            None => Ok(Found::Nothing),
        }
    }

    /// Begins a turn at the endpoints; nobody else begins one for this question before it ends.
    pub(super) async fn begin(&self, question: &QuestionId) -> Result<Turn, ElicitationError> {
        let key = key("ciba.turn", question);
        self.store.put(Entry { key: &key, shelf: None, value: &[], ttl: self.turn }).await.map_err(failed)
    }

    pub(super) async fn end(&self, question: &QuestionId) {
        // A turn that cannot be given up ends by itself.
        let _ = self.store.remove(&key("ciba.turn", question)).await;
    }

    /// Keeps a request, in place of what was kept of it before.
    pub(super) async fn wait(
        &self,
        question: &QuestionId,
        request: &Request,
        now_ms: u64,
    ) -> Result<(), ElicitationError> {
        let (key, value) = (key("ciba.request", question), encode(VERSION, request).map_err(failed)?);
        let ttl = left(request, now_ms);
        self.store.replace(Entry { key: &key, shelf: None, value: &value, ttl }).await.map_err(failed)
    }

    /// Keeps a verdict in place of its request, and tells the one that stands: whoever was first.
    pub(super) async fn settle(
        &self,
        question: &QuestionId,
        request: &Request,
        verdict: Verdict,
        now_ms: u64,
    ) -> Result<Verdict, ElicitationError> {
        let (key_of_verdict, value) = (key("ciba.verdict", question), encode(VERSION, &verdict).map_err(failed)?);
        let entry = Entry { key: &key_of_verdict, shelf: None, value: &value, ttl: left(request, now_ms) };
        let stands = match self.store.put(entry).await.map_err(failed)? {
            Turn::First => verdict,
            Turn::Again => match self.store.get(&key_of_verdict).await.map_err(failed)? {
                Some(first) => decode(VERSION, &first).map_err(failed)?,
                None => return Err(ElicitationError("the answer is over".to_owned())),
            },
        };
        // One that stays is polled once more, in vain, and this verdict stands.
        let _ = self.store.remove(&key("ciba.request", question)).await;
        Ok(stands)
    }
}

impl Verdict {
    /// The same for who asked.
    pub(super) fn told(self) -> Result<Status, ElicitationError> {
        match self {
            Self::Approved { by } => Ok(Status::Approved { by }),
            Self::Denied { by } => Ok(Status::Denied { by }),
            Self::Expired => Ok(Status::Expired),
            Self::Forged => Ok(Status::Forged),
            Self::Failed { cause } => Err(ElicitationError(cause)),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("due_ms", &self.due_ms).finish_non_exhaustive()
    }
}

const fn key(sort: &'static str, question: &QuestionId) -> StoreKey {
    StoreKey { sort, digest: question.0 }
}

fn left(request: &Request, now_ms: u64) -> Duration {
    Duration::from_millis(request.until_ms.saturating_sub(now_ms).max(1))
}

fn exposed<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

fn failed(StoreError(mut text): StoreError) -> ElicitationError {
    text.insert_str(0, "what waits for people: ");
    ElicitationError(text)
}
