//! The way to the identity provider of the scenario: what is sent to its name goes to a socket of this process.

use std::net::SocketAddr;
use std::sync::Arc;

use cpex::sdk::async_trait;
use cpex::sdk::http::{Egress, HttpClient, HttpError, HttpPort, OutboundRequest, OutboundResponse};

use super::issuer;

/// Whoever would reach the identity provider by a name service reaches it here. Everything else is up to the client.
pub(super) struct Nearby {
    pub(super) client: Arc<dyn HttpPort>,
    pub(super) address: SocketAddr,
}

struct Client {
    client: Arc<dyn HttpClient>,
    /// The URL of the socket.
    origin: String,
}

impl HttpPort for Nearby {
    fn client(&self, egress: Egress) -> Result<Arc<dyn HttpClient>, HttpError> {
        let client = self.client.client(Egress { insecure_http: true, ..egress })?;
        Ok(Arc::new(Client { client, origin: format!("http://{}", self.address) }))
    }
}

impl Client {
    fn moved(&self, url: &str) -> String {
        match url.strip_prefix(issuer::NAME) {
            Some(path) if path.starts_with('/') => format!("{}{path}", self.origin),
            _ => url.to_owned(),
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    fn check(&self, url: &str) -> Result<(), HttpError> {
        self.client.check(&self.moved(url))
    }

    async fn send(&self, request: OutboundRequest<'_>) -> Result<OutboundResponse, HttpError> {
        let url = self.moved(request.url);
        self.client.send(OutboundRequest { url: &url, ..request }).await
    }
}
