//! A peer that answers everything alike, at once.

use std::sync::Arc;

use cpex::sdk::async_trait;
use cpex::sdk::http::{Egress, HttpClient, HttpError, HttpFault, HttpPort, OutboundRequest, OutboundResponse};

/// What it answers; nothing where it is not there.
#[derive(Clone)]
pub(super) struct Says(Option<Arc<[u8]>>);

impl Says {
    pub(super) fn nothing() -> Self {
        Self(None)
    }

    pub(super) fn body(body: &[u8]) -> Self {
        Self(Some(body.into()))
    }
}

impl HttpPort for Says {
    fn client(&self, _egress: Egress) -> Result<Arc<dyn HttpClient>, HttpError> {
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
impl HttpClient for Says {
    fn check(&self, _url: &str) -> Result<(), HttpError> {
        Ok(())
    }

    async fn send(&self, _request: OutboundRequest<'_>) -> Result<OutboundResponse, HttpError> {
        let Some(body) = &self.0 else {
            return Err(HttpError { fault: HttpFault::Unreachable, text: "nobody is there".to_owned() });
        };
        Ok(OutboundResponse { status: 200, headers: Vec::new(), body: body.to_vec().into() })
    }
}
