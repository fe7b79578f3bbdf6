//! The token endpoint.

use apl_cmf::Secret;
use cpex_sdk::delegation::MintError;
use cpex_sdk::oauth;

use crate::answer::Answer;
use crate::form::{Form, Grant};

/// Where tokens are minted, and as whom this process asks.
pub(crate) struct Endpoint {
    endpoint: oauth::Endpoint,
    authorization: Secret,
}

impl Endpoint {
    pub(crate) const fn new(endpoint: oauth::Endpoint, authorization: Secret) -> Self {
        Self { endpoint, authorization }
    }

    /// Posts a form, once: who gets no answer does not know whether a token was minted.
    pub(crate) async fn post(&self, form: &Form) -> Result<Answer, MintError> {
        let authorization = Some(&self.authorization).filter(|_| form.grant != Grant::Assertion);
        let sent = self.endpoint.post(&form.body, authorization).await;
        let response = sent.map_err(|error| MintError(format!("the token endpoint: {}", error.text)))?;
        Answer::read(&response, form.grant)
    }
}
