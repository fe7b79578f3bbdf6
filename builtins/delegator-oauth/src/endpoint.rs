//! The token endpoint.

use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cpex_sdk::delegation::MintError;
use cpex_sdk::http::{HttpClient, OutboundMethod, OutboundRequest};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::form::{Form, Grant};

/// How much of an answer is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Where tokens are minted, and as whom this process asks.
pub(crate) struct Endpoint {
    url: String,
    client: Arc<dyn HttpClient>,
    timeout: Duration,
    /// Identifier and secret, as a header has them.
    authorization: Secret,
}

impl Endpoint {
    pub(crate) fn new(url: &str, client: Arc<dyn HttpClient>, timeout: Duration, id: &str, secret: &Secret) -> Self {
        Self { url: url.to_owned(), client, timeout, authorization: basic(id, secret) }
    }

    /// Posts a form, once: who gets no answer does not know whether a token was minted.
    pub(crate) async fn post(&self, form: &Form) -> Result<Answer, MintError> {
        let accept = ("Accept", "application/json");
        let authorization = ("Authorization", self.authorization.expose());
        let all = [accept, authorization];
        let asserted = [accept];
        let headers: &[_] = if form.grant == Grant::Assertion { &asserted } else { &all };
        let request = OutboundRequest {
            method: OutboundMethod::Post {
                content_type: "application/x-www-form-urlencoded",
                body: form.body.as_bytes(),
            },
            url: &self.url,
            headers,
            max_bytes: MAX_BYTES,
            timeout: self.timeout,
        };
        let sent = self.client.send(request).await;
        let response = sent.map_err(|error| MintError(format!("the token endpoint: {}", error.text)))?;
        Answer::read(&response, form.grant)
    }
}

/// Both are encoded as in a form before they are joined (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &Secret) -> Secret {
    let mut joined = Zeroizing::new(String::with_capacity(3 * (id.len() + secret.expose().len()) + 1));
    joined.extend(form_urlencoded::byte_serialize(id.as_bytes()));
    joined.push(':');
    joined.extend(form_urlencoded::byte_serialize(secret.expose().as_bytes()));
    let encoded = Zeroizing::new(STANDARD.encode(joined.as_bytes()));
    Secret::new(format!("Basic {}", *encoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifier_and_secret_are_encoded_before_they_are_joined() {
        let header = basic("acme:gateway", &Secret::from("p&s s/é:%"));
        let decoded = STANDARD.decode(header.expose().strip_prefix("Basic ").unwrap_or_default());
        assert_eq!(decoded.as_deref(), Ok(b"acme%3Agateway:p%26s+s%2F%C3%A9%3A%25".as_slice()));
    }
}
