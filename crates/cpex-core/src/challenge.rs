//! What a denied caller is told of how to come back.

use std::fmt::Write as _;
use std::sync::Arc;

use cpex_sdk::oauth::is_scope;

use crate::resource_url::ResourceUrl;

/// What a bearer token must be to get further (RFC 6750, section 3). It says no more of a failed authentication than its code
/// does, and of scopes nothing to a caller who is not known but those that every operation of the kind needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    error: Option<&'static str>,
    // INVARIANT: each is a scope token (RFC 6749, section 3.3), which has neither blanks nor quotes.
    scopes: Box<[Arc<str>]>,
}

impl Challenge {
    /// Names that cannot be asked for as scopes are left out.
    pub(crate) fn new(error: Option<&'static str>, scopes: &[Arc<str>]) -> Self {
        Self { error, scopes: scopes.iter().filter(|name| is_scope(name)).cloned().collect() }
    }

    /// What was wrong with the token: `invalid_request`, `invalid_token` or `insufficient_scope` (RFC 6750, section 3.1). None
    /// where the caller sent no token.
    #[must_use]
    pub const fn error(&self) -> Option<&'static str> {
        self.error
    }

    /// The scopes that a token needs, as far as they are known beforehand.
    #[must_use]
    pub fn scopes(&self) -> &[Arc<str>] {
        &self.scopes
    }

    /// The value of the header `WWW-Authenticate` of that resource, with the address of its metadata (RFC 9728, section 5.1).
    #[must_use]
    pub fn www_authenticate(&self, resource: &ResourceUrl) -> String {
        let mut value = String::from("Bearer ");
        if let Some(error) = self.error {
            let _ = write!(value, "error=\"{error}\", ");
        }
        if !self.scopes.is_empty() {
            let _ = write!(value, "scope=\"{}\", ", self.scopes.join(" "));
        }
        let _ = write!(value, "resource_metadata=\"{}\"", resource.metadata_url());
        value
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    fn value(error: Option<&'static str>, scopes: &[&str]) -> String {
        let scopes: Vec<Arc<str>> = scopes.iter().copied().map(Arc::from).collect();
        Challenge::new(error, &scopes).www_authenticate(&ResourceUrl::new("https://a.example/mcp").unwrap())
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let metadata = r#"resource_metadata="https://a.example/.well-known/oauth-protected-resource/mcp""#;
        assert_eq!(value(None, &[]), format!("Bearer {metadata}"));
        assert_eq!(value(Some("invalid_token"), &[]), format!(r#"Bearer error="invalid_token", {metadata}"#));
        assert_eq!(
            value(Some("insufficient_scope"), &["mail:read", "mail:write"]),
            format!(r#"Bearer error="insufficient_scope", scope="mail:read mail:write", {metadata}"#)
        );
    }

    #[test]
    fn no_name_ends_the_quoted_string_it_stands_in() {
        let value = value(None, &["a\"b", "a\\b", "a b", "", "a\r\nX: y", "\u{e9}", "mail:read"]);
        assert!(value.starts_with(r#"Bearer scope="mail:read", "#), "{value}");
    }
}
