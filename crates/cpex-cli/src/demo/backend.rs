//! The backends of the scenario: each reads the credential it got as a resource server does.

use cpex::Call;
use serde_json::Value as Json;

use super::issuer::Issuer;

/// What a backend found in a call.
pub(super) struct Receipt {
    /// Whom the credential is for; none where there is none.
    pub(super) audience: Option<String>,
    /// What it is good for.
    pub(super) scope: String,
    /// Whether the token that the caller sent is anywhere in it.
    pub(super) has_inbound: bool,
}

impl Receipt {
    /// Reads all that a call brings, where the caller came with that token.
    pub(super) fn of(call: &Call, issuer: &Issuer, inbound: &str) -> Self {
        let values: Vec<&str> = call.credentials().iter().map(|minted| minted.value.expose()).collect();
        let bearer = values.iter().find_map(|value| value.strip_prefix("Bearer "));
        let claims = bearer.and_then(|token| issuer.verify(token, None)).unwrap_or_default();
        let text = |name: &str| claims.get(name).and_then(Json::as_str).map(str::to_owned);
        // What cannot be looked through could hold anything.
        let message = serde_json::to_string(&call.message).unwrap_or_else(|_| inbound.to_owned());
        Self {
            audience: text("aud"),
            scope: text("scope").unwrap_or_default(),
            has_inbound: values.iter().any(|value| value.contains(inbound)) || message.contains(inbound),
        }
    }

    /// The cells of audience, scopes and the caller's own token.
    pub(super) fn cells(&self) -> [String; 3] {
        let audience = self.audience.clone().unwrap_or_else(|| "no credential".to_owned());
        let scope = if self.scope.is_empty() { "-".to_owned() } else { self.scope.clone() };
        [audience, scope, if self.has_inbound { "ARRIVED" } else { "not there" }.to_owned()]
    }
}
