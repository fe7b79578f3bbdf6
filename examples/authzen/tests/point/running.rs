//! A decision point on loopback, and how it is called.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use authzen::{DecisionPoint, Server};
use cpex::cmf::Secret;
use cpex::sdk::http::{Egress, HttpClient, OutboundMethod, OutboundRequest, OutboundResponse};
use serde_json::Value as Json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(super) const TOKEN: &str = "planted-token";
pub(super) const JSON: &str = "application/json";

/// The identifiers of the scenario's people.
pub(super) const RICK: &str = "CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";
pub(super) const MORTY: &str = "CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";
pub(super) const SUMMER: &str = "CiRmZDI2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";
pub(super) const BETH: &str = "CiRmZDM2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";
pub(super) const JERRY: &str = "CiRmZDQ2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";

pub(super) struct Running {
    pub(super) url: String,
    client: Arc<dyn HttpClient>,
    serving: JoinHandle<()>,
}

impl Running {
    pub(super) async fn new() -> Self {
        let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy.yaml");
        let point = DecisionPoint::of_file(&policy).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server { point, url: url.clone(), token: Secret::from(TOKEN) };
        let client = cpex::outbound_client().unwrap().client(Egress { insecure_http: true, ..Egress::default() });
        Self { url, client: client.unwrap(), serving: tokio::spawn(server.serve(listener)) }
    }

    /// Answers nobody any more.
    pub(super) async fn stop(self) {
        self.serving.abort();
        assert!(self.serving.await.unwrap_err().is_cancelled());
    }

    /// What a question is answered, as the API has it.
    pub(super) async fn asked(&self, path: &str, body: &Json) -> Json {
        let answer = self.posted(path, &[("Authorization", &format!("Bearer {TOKEN}"))], JSON, &body.to_string()).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(JSON)), "{}", text(&answer));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// The status and the text of a call that is refused.
    pub(super) async fn refused(&self, path: &str, body: &str) -> (u16, String) {
        let answer = self.posted(path, &[("Authorization", &format!("Bearer {TOKEN}"))], JSON, body).await;
        (answer.status, text(&answer))
    }

    pub(super) async fn posted(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        content_type: &str,
        body: &str,
    ) -> OutboundResponse {
        self.sent(path, OutboundMethod::Post { content_type, body: body.as_bytes() }, headers).await
    }

    pub(super) async fn sent(
        &self,
        path: &str,
        method: OutboundMethod<'_>,
        headers: &[(&str, &str)],
    ) -> OutboundResponse {
        let (url, timeout) = (format!("{}{path}", self.url), Duration::from_secs(20));
        self.client.send(OutboundRequest { method, url: &url, headers, max_bytes: 64 * 1024, timeout }).await.unwrap()
    }
}

pub(super) fn text(answer: &OutboundResponse) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}
