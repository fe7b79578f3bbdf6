//! What is posted to the token endpoint.

use std::sync::Arc;

use cpex_sdk::delegation::{MintError, MintRequest};
use cpex_sdk::oauth::{form, is_scope};
use zeroize::Zeroizing;

/// The type of access tokens (RFC 8693, section 3).
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// What a form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// A token for another (RFC 8693, section 2.1).
    Exchange,
    /// A token of this process (RFC 6749, section 4.4.2).
    ClientCredentials,
    /// A token of a workload, which authenticates by an assertion (RFC 7523, section 2.2).
    Assertion,
}

/// A form (RFC 6749, appendix B). It holds tokens, and is wiped when dropped.
pub(crate) struct Form {
    pub(crate) grant: Grant,
    pub(crate) body: Zeroizing<String>,
}

/// A token and its type.
#[derive(Clone, Copy)]
pub(crate) struct Token<'t> {
    pub(crate) text: &'t str,
    pub(crate) kind: &'t str,
}

/// What the token is to be good for.
pub(crate) struct Purpose<'m> {
    pub(crate) audience: &'m str,
    /// The target, where it is one that RFC 8707 lets be named.
    pub(crate) resource: Option<&'m str>,
    pub(crate) scopes: &'m [Arc<str>],
}

impl<'m> Purpose<'m> {
    pub(crate) fn of(request: &MintRequest<'m>) -> Result<Self, MintError> {
        if let Some(scope) = request.permissions.iter().find(|scope| !is_scope(scope)) {
            return Err(MintError(format!("`{scope}` is not one scope of RFC 6749")));
        }
        let resource = request.target.filter(|target| is_absolute_uri(target));
        Ok(Self { audience: request.audience, resource, scopes: request.permissions })
    }

    fn pairs<'p>(&'p self, scope: &'p str) -> impl Iterator<Item = (&'static str, &'p str)> {
        let scope = Some(scope).filter(|scope| !scope.is_empty());
        let optional = [("resource", self.resource), ("scope", scope)];
        let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
        [("audience", self.audience)].into_iter().chain(optional)
    }
}

impl Form {
    pub(crate) fn exchange(subject: Token<'_>, actor: Option<Token<'_>>, purpose: &Purpose<'_>) -> Self {
        let mut pairs = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", subject.text),
            ("subject_token_type", subject.kind),
        ];
        if let Some(actor) = actor {
            pairs.extend([("actor_token", actor.text), ("actor_token_type", actor.kind)]);
        }
        let scope = purpose.scopes.join(" ");
        pairs.extend(purpose.pairs(&scope));
        Self { grant: Grant::Exchange, body: form(&pairs) }
    }

    pub(crate) fn client_credentials(purpose: &Purpose<'_>) -> Self {
        let scope = purpose.scopes.join(" ");
        let pairs: Vec<_> = [CLIENT_CREDENTIALS].into_iter().chain(purpose.pairs(&scope)).collect();
        Self { grant: Grant::ClientCredentials, body: form(&pairs) }
    }

    pub(crate) fn assertion(assertion: Token<'_>) -> Self {
        let pairs =
            [CLIENT_CREDENTIALS, ("client_assertion_type", assertion.kind), ("client_assertion", assertion.text)];
        Self { grant: Grant::Assertion, body: form(&pairs) }
    }
}

const CLIENT_CREDENTIALS: (&str, &str) = ("grant_type", "client_credentials");

/// Whether a text is a URI with a scheme and no fragment (RFC 3986, section 4.3), as far as its characters tell.
pub(crate) fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_part = |byte: u8| byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(is_scheme)
        && !rest.is_empty()
        && rest.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_an_absolute_uri() {
        for uri in ["https://api.example/v1?x=1", "urn:ietf:params:oauth:token-type:jwt", "a+b-1.c:d"] {
            assert!(is_absolute_uri(uri), "{uri}");
        }
        for other in ["workday-api", "", ":x", "1a:x", "a:", "https://api.example/#x", "a: b", "a:é", "/a:b"] {
            assert!(!is_absolute_uri(other), "{other:?}");
        }
    }
}
