//! The decision point, and how it is asked.

use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Secret;
use cpex_sdk::IdSource;
use cpex_sdk::engine::EngineError;
use cpex_sdk::http::{HttpClient, OutboundMethod, OutboundRequest};

use crate::answer;
use crate::request::{Asks, REQUEST_ID, Request};

/// The path of one evaluation.
pub(crate) const EVALUATION: &str = "/access/v1/evaluation";

/// The path of several.
pub(crate) const EVALUATIONS: &str = "/access/v1/evaluations";

/// The headers that say something of each request, or of its connection.
pub(crate) const OWN_HEADERS: [&str; 8] =
    ["Accept", "Connection", "Content-Length", "Content-Type", "Host", "Transfer-Encoding", "User-Agent", REQUEST_ID];

/// How much of an answer is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// A policy decision point.
pub(crate) struct DecisionPoint {
    evaluation: String,
    evaluations: String,
    client: Arc<dyn HttpClient>,
    auth: Option<AuthHeader>,
    timeout: Duration,
    ids: Arc<dyn IdSource>,
}

/// The header that this process authenticates by.
pub(crate) struct AuthHeader {
    pub(crate) name: String,
    pub(crate) value: Secret,
}

impl DecisionPoint {
    /// The decision point at that URL, which has no slash at its end.
    pub(crate) fn new(
        base: &str,
        client: Arc<dyn HttpClient>,
        auth: Option<AuthHeader>,
        timeout: Duration,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        let [evaluation, evaluations] = [EVALUATION, EVALUATIONS].map(|path| format!("{base}{path}"));
        Self { evaluation, evaluations, client, auth, timeout, ids }
    }

    /// Asks, once, whether all of a request is permitted.
    pub(crate) async fn evaluate(&self, request: &Request) -> Result<bool, EngineError> {
        let id = format!("{:032x}", self.ids.next());
        let known = [("Accept", "application/json"), (REQUEST_ID, id.as_str())];
        let auth = self.auth.as_ref().map(|auth| (auth.name.as_str(), auth.value.expose()));
        let headers: Vec<_> = known.into_iter().chain(auth).collect();
        let outbound = OutboundRequest {
            method: OutboundMethod::Post { content_type: "application/json", body: &request.body },
            url: match request.asks {
                Asks::One => &self.evaluation,
                Asks::All(..) => &self.evaluations,
            },
            headers: &headers,
            max_bytes: MAX_BYTES,
            timeout: self.timeout,
        };
        let answer = self.client.send(outbound).await;
        let answer = answer.map_err(|error| EngineError(format!("the decision point: {}", error.text)))?;
        answer::read(&answer, request.asks, &id)
    }
}

impl AuthHeader {
    pub(crate) fn authorization(value: Secret) -> Self {
        Self { name: "Authorization".to_owned(), value }
    }
}
