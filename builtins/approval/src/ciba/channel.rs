//! The channel of an `elicitation/ciba`.

use std::sync::Arc;
use std::time::Duration;

use cpex_sdk::elicitation::{Ask, ElicitationChannel, ElicitationError, QuestionId, Status, Turn};
use cpex_sdk::http::HttpError;
use cpex_sdk::{Clock, Host, async_trait};

use super::accepted::Accepted;
use super::config::Settings;
use super::form::{asking, polling};
use super::id_token::Expected;
use super::kept::{Found, Kept, Request};
use super::polled::Polled;

/// How long a turn outlasts the request it was taken for, so that the next does not begin while its answer is kept.
const MARGIN: Duration = Duration::from_secs(5);

/// How much longer the interval is once the provider is asked too often, in seconds (CIBA Core 1.0, section 11).
const SLOWER: u64 = 5;

/// How much longer than a question what is kept of it stays, in milliseconds: the question was there before.
const AFTER_MS: u64 = 60_000;

/// Asks the people of one provider.
pub(super) struct Ciba {
    settings: Settings,
    kept: Kept,
    clock: Arc<dyn Clock>,
}

/// What is next to be done for a question.
enum Next {
    Poll(Request),
    /// Nothing: this is how it stands.
    Tell(Status),
}

impl Ciba {
    pub(super) fn new(settings: Settings, host: &Host) -> Self {
        let kept = Kept::new(Arc::clone(&host.elicitations), settings.timeout + MARGIN);
        Self { settings, kept, clock: Arc::clone(&host.clock) }
    }
}

#[async_trait]
impl ElicitationChannel for Ciba {
    async fn ask(&self, ask: &Ask<'_>) -> Result<(), ElicitationError> {
        self.settings.admit(ask.issuer)?;
        // Somebody else asks this already: a person is asked once.
        if self.kept.begin(&ask.question).await? == Turn::Again {
            return Ok(());
        }
        let asked = self.ask_once(ask).await;
        self.kept.end(&ask.question).await;
        asked
    }

    async fn check(&self, question: &QuestionId) -> Result<Status, ElicitationError> {
        if let Next::Tell(status) = self.next(question).await? {
            return Ok(status);
        }
        if self.kept.begin(question).await? == Turn::Again {
            return Ok(Status::Pending);
        }
        let status = self.check_once(question).await;
        self.kept.end(question).await;
        status
    }
}

impl Ciba {
    async fn ask_once(&self, ask: &Ask<'_>) -> Result<(), ElicitationError> {
        if !matches!(self.kept.find(&ask.question).await?, Found::Nothing) {
            return Ok(());
        }
        let (settings, now_ms) = (&self.settings, self.clock.now_ms());
        let sent = settings.backchannel.post(&asking(ask, settings), Some(&settings.authorization)).await;
        let accepted = Accepted::read(&sent.map_err(|error| unanswered("the backchannel endpoint", &error))?)?;
        let request = Request {
            id: accepted.request,
            approver: ask.approver.to_owned(),
            interval: accepted.interval,
            due_ms: after(now_ms, accepted.interval),
            expires_ms: after(now_ms, accepted.expires_in),
            until_ms: after(now_ms, ask.timeout.as_secs()).saturating_add(AFTER_MS),
        };
        self.kept.wait(&ask.question, &request, now_ms).await
    }

    async fn check_once(&self, question: &QuestionId) -> Result<Status, ElicitationError> {
        // Who had the turn before may have polled meanwhile.
        match self.next(question).await? {
            Next::Poll(request) => self.poll(question, request).await,
            Next::Tell(status) => Ok(status),
        }
    }

    async fn next(&self, question: &QuestionId) -> Result<Next, ElicitationError> {
        let now_ms = self.clock.now_ms();
        match self.kept.find(question).await? {
            Found::Verdict(verdict) => verdict.told().map(Next::Tell),
            Found::Request(request) if now_ms >= request.expires_ms => Ok(Next::Tell(Status::Expired)),
            Found::Request(request) if now_ms < request.due_ms => Ok(Next::Tell(Status::Pending)),
            Found::Request(request) => Ok(Next::Poll(request)),
            Found::Nothing => Err(ElicitationError("the question was not asked, or is over".to_owned())),
        }
    }

    async fn poll(&self, question: &QuestionId, mut request: Request) -> Result<Status, ElicitationError> {
        let polled = self.polled(&request).await;
        let now_ms = self.clock.now_ms();
        if let Ok(Polled::Answered(verdict)) = polled {
            return self.kept.settle(question, &request, verdict, now_ms).await?.told();
        }
        if matches!(polled, Ok(Polled::SlowDown)) {
            request.interval = request.interval.saturating_add(SLOWER);
        }
        request.due_ms = after(now_ms, request.interval);
        self.kept.wait(question, &request, now_ms).await?;
        polled.map(|_| Status::Pending)
    }

    async fn polled(&self, request: &Request) -> Result<Polled, ElicitationError> {
        let settings = &self.settings;
        let sent = settings.token.post(&polling(request.id.expose()), Some(&settings.authorization)).await;
        let response = sent.map_err(|error| unanswered("the token endpoint", &error))?;
        let expected = Expected {
            client_id: &settings.client_id,
            issuer: settings.issuer.as_deref(),
            approver_claim: &settings.approver_claim,
            now_ms: self.clock.now_ms(),
        };
        Polled::read(&response, &request.approver, &expected)
    }
}

fn unanswered(endpoint: &str, error: &HttpError) -> ElicitationError {
    ElicitationError(format!("{endpoint}: {}", error.text))
}

/// The time so many seconds later.
fn after(now_ms: u64, seconds: u64) -> u64 {
    now_ms.saturating_add(seconds.saturating_mul(1000))
}
