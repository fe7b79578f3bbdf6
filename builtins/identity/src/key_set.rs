//! The keys an issuer publishes (RFC 7517, section 5): fetched when a token asks for them, and kept.
//!
//! Nothing runs in the background. A token finds the keys that are there; the first one after they grew old fetches them anew,
//! and the others go on with those that are there meanwhile. A token that names a key which is not there has them fetched
//! too, so that the first one after a rollover verifies, but not more often than every [`FLOOR`]: names are anybody's to make
//! up. One fetch is under way at a time, and who needs its keys waits for it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cpex_sdk::http::{HttpClient, OutboundMethod, OutboundRequest};
use cpex_sdk::{Clock, code, json};
use serde_json::Value as Json;

use crate::key::VerifyingKey;
use crate::refusal::Refusal;

/// How long is waited at least between two fetches for names of keys that are not there.
pub(crate) const FLOOR: Duration = Duration::from_secs(30);

/// How long is waited between two fetches where no keys were ever had.
const RETRY: Duration = Duration::from_secs(1);

/// How long keys serve that cannot be fetched anew.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// How much is read of an answer, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// How many keys are kept of one issuer.
const MAX_KEYS: usize = 100;

/// How long one fetch may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The keys behind one URL.
pub(crate) struct KeySet {
    url: String,
    client: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    refresh: Duration,
    state: Mutex<State>,
    /// Held by the one who fetches.
    flight: tokio::sync::Mutex<()>,
}

/// What is known of the keys. Times are readings of the monotonic clock, in nanoseconds.
#[derive(Clone, Default)]
struct State {
    keys: Arc<[VerifyingKey]>,
    /// When they were fetched; none before.
    fetched: Option<u64>,
    /// When a fetch was tried last, with what came of it.
    tried: Option<(u64, bool)>,
    /// When a fetch was tried last for a name that is not there.
    asked: Option<u64>,
}

/// Why keys are fetched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// There are none.
    Any,
    /// They are old.
    Newer,
    /// A token names one that is not there.
    Named,
}

impl KeySet {
    pub(crate) fn new(url: &str, client: Arc<dyn HttpClient>, clock: Arc<dyn Clock>, refresh: Duration) -> Self {
        let (state, flight) = (Mutex::default(), tokio::sync::Mutex::new(()));
        Self { url: url.to_owned(), client, clock, refresh, state, flight }
    }

    /// The keys, with that one among them if the issuer has it.
    pub(crate) async fn keys(&self, named: Option<&str>) -> Result<Arc<[VerifyingKey]>, Refusal> {
        let state = self.state();
        let Some(need) = self.need(&state, named) else { return state.serve(named) };
        // Keys that only grew old serve while another one fetches.
        let _flight = match (need, self.flight.try_lock()) {
            (_, Ok(flight)) => flight,
            (Need::Newer, Err(_)) => return state.serve(named),
            (Need::Any | Need::Named, Err(_)) => self.flight.lock().await,
        };
        // What was waited for may have brought them.
        if let Some(need) = self.need(&self.state(), named) {
            self.fetch(need).await;
        }
        self.state().serve(named)
    }

    /// Why keys have to be fetched now, if they have.
    fn need(&self, state: &State, named: Option<&str>) -> Option<Need> {
        let now = self.clock.monotonic_ns();
        let is_over = |since, time| is_over(since, time, now);
        let tried = state.tried.map(|(at, _)| at);
        if state.keys.is_empty() {
            return is_over(tried, RETRY).then_some(Need::Any);
        }
        if named.is_some_and(|named| !holds(&state.keys, named)) && is_over(state.asked, FLOOR) {
            return Some(Need::Named);
        }
        (is_over(state.fetched, self.refresh) && is_over(tried, FLOOR)).then_some(Need::Newer)
    }

    async fn fetch(&self, need: Need) {
        let fetched = self.read().await;
        let now = self.clock.monotonic_ns();
        let mut state = self.locked();
        state.tried = Some((now, fetched.is_some()));
        if need == Need::Named {
            state.asked = Some(now);
        }
        if let Some(keys) = fetched {
            (state.keys, state.fetched) = (keys.into(), Some(now));
        }
    }

    /// The keys as the issuer publishes them now; none where there is no answer, or none that holds a usable key.
    async fn read(&self) -> Option<Vec<VerifyingKey>> {
        let request = OutboundRequest {
            method: OutboundMethod::Get,
            url: &self.url,
            headers: &[("Accept", "application/jwk-set+json, application/json")],
            max_bytes: MAX_BYTES,
            timeout: TIMEOUT,
        };
        let answer = self.client.send(request).await.ok().filter(|answer| answer.status == 200)?;
        let set = json::object(&answer.body).ok()?;
        let keys = usable(set.get("keys")?.as_array()?);
        (!keys.is_empty()).then_some(keys)
    }

    /// What is known now. Keys that could not be fetched anew for too long are none.
    fn state(&self) -> State {
        let state = self.locked().clone();
        if is_over(state.fetched, MAX_AGE, self.clock.monotonic_ns()) {
            return State { keys: Arc::default(), ..state };
        }
        state
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The keys, for a token that names that one.
    fn serve(self, named: Option<&str>) -> Result<Arc<[VerifyingKey]>, Refusal> {
        let is_unknown = named.is_some_and(|named| !holds(&self.keys, named));
        let failed = self.tried.is_some_and(|(_, succeeded)| !succeeded);
        if self.keys.is_empty() || is_unknown && failed {
            return Err(Refusal::new(code::AUTH_UNAVAILABLE, "the keys of the issuer cannot be had"));
        }
        Ok(self.keys)
    }
}

/// The keys that signatures can be verified with. What is published is public, so that a shared secret among them is none.
fn usable(published: &[Json]) -> Vec<VerifyingKey> {
    let jwks =
        published.iter().filter_map(Json::as_object).filter(|jwk| jwk.get("kty").is_none_or(|kind| kind != "oct"));
    jwks.filter_map(|jwk| VerifyingKey::from_jwk(jwk).ok()).take(MAX_KEYS).collect()
}

fn holds(keys: &[VerifyingKey], named: &str) -> bool {
    // A single key without a name serves whatever a token names.
    matches!(keys, [VerifyingKey { id: None, .. }]) || keys.iter().any(|key| key.id.as_deref() == Some(named))
}

/// Whether so much time has passed since then, on the monotonic clock; since nothing happened, it has.
fn is_over(since: Option<u64>, time: Duration, now: u64) -> bool {
    let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    since.is_none_or(|since| time <= now.saturating_sub(since))
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet").field("url", &self.url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
