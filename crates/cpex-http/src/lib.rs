//! The default implementation of the HTTP port of `cpex-sdk`: hyper over rustls.
//!
//! Whatever a plugin asks, the address that is dialled was checked, after the name was resolved and for every connection:
//! addresses that are not public are refused unless the plugin's declaration allows them, link-local ones and the metadata
//! services of clouds always. There are no redirects, no proxies of the environment, no cookies and no decompression.
//! Each client has connections of its own, since another may be under other rules.

mod address;
mod client;
mod dial;
mod target;
mod tls;

use std::sync::Arc;

use cpex_sdk::http::{Egress, HttpClient, HttpError, HttpPort};

/// Opens clients that speak HTTP/1.1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hyper;

impl HttpPort for Hyper {
    fn client(&self, egress: Egress) -> Result<Arc<dyn HttpClient>, HttpError> {
        Ok(Arc::new(client::Client::new(&egress)?))
    }
}
