//! Asking, and the two sides of an answer: whoever gives it, and the operation that waits for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cpex_sdk::elicitation::{
    Approver, Ask, AskedEntity, Asker, ElicitationChannel, ElicitationError, ElicitationStore, Entry, InboxPort,
    Listing, OpenQuestion, QuestionId, Status, Turn, Verdict,
};
use cpex_sdk::{Clock, StoreError, async_trait};
use serde_json::{Map, Value as Json};

use super::config::Settings;
use super::kept::{self, Given, Kept, answer_key, question_key, shelf};

/// How many questions a listing holds.
const LISTED: usize = 100;

/// How many bytes of JSON the arguments that are shown may have.
const SHOWN_BYTES: usize = 64 * 1024;

/// An inbox.
pub(super) struct Inbox {
    /// Its name in the document.
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Arc<dyn ElicitationStore>,
}

impl Inbox {
    /// What an approver is shown.
    fn shown(&self, ask: &Ask<'_>) -> Result<OpenQuestion, ElicitationError> {
        let operation = &ask.operation;
        let (asked_ms, stands) = (self.clock.now_ms(), self.settings.expiry.unwrap_or(ask.timeout).min(ask.timeout));
        Ok(OpenQuestion {
            question: ask.question,
            rule: ask.rule.to_owned(),
            verb: ask.verb.to_owned(),
            purpose: ask.purpose.map(str::to_owned),
            entity: ask
                .entity
                .map(|entity| AskedEntity { kind: entity.kind.name().to_owned(), name: entity.name.to_owned() }),
            asker: Asker {
                subject: operation.subject_id().map(str::to_owned),
                client: operation.client().map(|client| client.id.clone()),
                workload: operation.caller_workload().map(|workload| workload.spiffe_id.clone()),
            },
            arguments: if self.settings.shows_arguments { within_bounds(operation.arguments())? } else { None },
            asked_ms,
            expires_ms: asked_ms.saturating_add(u64::try_from(stands.as_millis()).unwrap_or(u64::MAX)),
        })
    }

    async fn kept(&self, question: &QuestionId) -> Result<Option<Kept>, StoreError> {
        let kept = self.store.get(&question_key(question)).await?;
        let kept: Option<Kept> = kept.map(|bytes| kept::read(&bytes)).transpose()?;
        Ok(kept.filter(|kept| kept.open.question == *question && self.stands(kept.open.expires_ms)))
    }

    async fn given(&self, question: &QuestionId) -> Result<Option<Given>, StoreError> {
        let given = self.store.get(&answer_key(question)).await?;
        let given: Option<Given> = given.map(|bytes| kept::read(&bytes)).transpose()?;
        Ok(given.filter(|given| given.question == *question && self.stands(given.expires_ms)))
    }

    fn stands(&self, expires_ms: u64) -> bool {
        self.clock.now_ms() < expires_ms
    }

    fn left(&self, expires_ms: u64) -> Duration {
        Duration::from_millis(expires_ms.saturating_sub(self.clock.now_ms()))
    }
}

#[async_trait]
impl ElicitationChannel for Inbox {
    async fn ask(&self, ask: &Ask<'_>) -> Result<(), ElicitationError> {
        let open = self.shown(ask)?;
        let (key, ttl) = (question_key(&ask.question), self.left(open.expires_ms));
        let issuer = self.settings.approver_issuer.as_deref().or(ask.issuer);
        let shelf = shelf(&self.name, &Approver { id: ask.approver, issuer });
        let kept = Kept { approver: ask.approver.to_owned(), issuer: issuer.map(str::to_owned), open };
        let value = kept::write(&kept).map_err(failed)?;
        let put = self.store.put(Entry { key: &key, shelf: Some(&shelf), value: &value, ttl }).await;
        match put.map_err(failed)? {
            Turn::First => Ok(()),
            Turn::Again => Err(ElicitationError("it was asked already".to_owned())),
        }
    }

    async fn check(&self, question: &QuestionId) -> Result<Status, ElicitationError> {
        // The question goes once its answer is there, so whether it waits is looked at before the answer.
        let waits = self.kept(question).await.map_err(failed)?.is_some();
        Ok(match self.given(question).await.map_err(failed)? {
            Some(Given { verdict: Verdict::Approve, by, .. }) => Status::Approved { by },
            Some(Given { verdict: Verdict::Deny, by, .. }) => Status::Denied { by },
            None if waits => Status::Pending,
            None => Status::Expired,
        })
    }

    fn inbox(&self) -> Option<&dyn InboxPort> {
        Some(self)
    }
}

#[async_trait]
impl InboxPort for Inbox {
    async fn list(&self, approver: &Approver<'_>) -> Result<Listing, ElicitationError> {
        let values = self.store.list(&shelf(&self.name, approver), LISTED + 1).await.map_err(failed)?;
        let has_more = values.len() > LISTED;
        let kept: Result<Vec<Kept>, StoreError> = values.iter().take(LISTED).map(|value| kept::read(value)).collect();
        let open = kept.map_err(failed)?.into_iter().filter(|kept| kept.is_for(approver)).map(|kept| kept.open);
        Ok(Listing { questions: open.filter(|open| self.stands(open.expires_ms)).collect(), has_more })
    }

    async fn find(
        &self,
        approver: &Approver<'_>,
        question: &QuestionId,
    ) -> Result<Option<OpenQuestion>, ElicitationError> {
        let kept = self.kept(question).await.map_err(failed)?;
        Ok(kept.filter(|kept| kept.is_for(approver)).map(|kept| kept.open))
    }

    async fn answer(
        &self,
        approver: &Approver<'_>,
        question: &OpenQuestion,
        verdict: Verdict,
    ) -> Result<Turn, ElicitationError> {
        let OpenQuestion { question, expires_ms, .. } = question;
        let (question, expires_ms) = (*question, *expires_ms);
        let given = Given { question, verdict, by: approver.id.to_owned(), expires_ms };
        let (key, ttl) = (answer_key(&question), self.left(expires_ms));
        let value = kept::write(&given).map_err(failed)?;
        let turn = self.store.put(Entry { key: &key, shelf: None, value: &value, ttl }).await.map_err(failed)?;
        // The answer stands; a question that stays is answered no second time and ends with its time.
        let _ = self.store.remove(&question_key(&question)).await;
        Ok(turn)
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("name", &self.name).field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Whoever sees a part of the arguments approves what is not seen.
fn within_bounds(arguments: Option<&Map<String, Json>>) -> Result<Option<Map<String, Json>>, ElicitationError> {
    let bytes = serde_json::to_vec(&arguments).map(|bytes| bytes.len());
    match bytes {
        Ok(bytes) if bytes <= SHOWN_BYTES => Ok(arguments.cloned()),
        _ => {
            Err(ElicitationError(format!("the arguments are larger than is shown to an approver: {SHOWN_BYTES} bytes")))
        }
    }
}

fn failed(error: StoreError) -> ElicitationError {
    ElicitationError(error.0)
}
