//! A backend that verifies what is minted.

use std::time::Duration;

use biscuit_auth::builder::{Term, fact, string};
use biscuit_auth::error::Token;
use biscuit_auth::{AuthorizerBuilder, AuthorizerLimits, Biscuit, PublicKey};

/// Which backend this is.
pub(super) struct Backend {
    pub(super) issuer: PublicKey,
    pub(super) audience: String,
}

impl Backend {
    /// Whether the holder of that token may perform the operation, at a time in seconds since the Unix epoch.
    pub(super) fn permits(&self, token: &str, operation: &str, now: u64) -> Result<(), Token> {
        let token = Biscuit::from_base64(token, self.issuer)?;
        let mut authorizer = AuthorizerBuilder::new()
            .set_limits(AuthorizerLimits { max_time: Duration::from_secs(1), ..AuthorizerLimits::default() })
            .fact(fact("audience", &[string(&self.audience)]))?
            .fact(fact("operation", &[string(operation)]))?
            .fact(fact("time", &[Term::Date(now)]))?
            .policy("allow if user($user)")?
            .build(&token)?;
        authorizer.authorize().map(drop)
    }
}
