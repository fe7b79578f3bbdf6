//! The identity port: from credentials to principals.

use apl_cmf::{Credentials, Draft, Principal, Secret};
use async_trait::async_trait;

/// Resolves one kind of credential to a principal.
#[async_trait]
pub trait IdentityResolver: Send + Sync + 'static {
    /// Looks for the credential it knows and verifies it.
    async fn resolve(&self, inbound: Inbound<'_>) -> Resolution;

    /// What it accepts, for callers who are to be told how to be let in, and for whoever takes credentials out of requests.
    /// It is asked while a document loads; what it answers then holds. None says nothing.
    fn accepts(&self) -> Option<Accepts> {
        None
    }

    /// Makes ready.
    ///
    /// # Errors
    /// Why it cannot run; the document it belongs to is then not published.
    async fn initialize(&self) -> Result<(), crate::PluginError> {
        Ok(())
    }
}

/// What an identity resolver accepts. Callers may come to know it: no secret and no key is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepts {
    /// Where its credential stands in a request.
    pub place: CredentialPlace,
    /// The scheme of HTTP authentication that comes before it (RFC 9110, section 11.1), or that a parameter of the query
    /// stands for (RFC 6750, section 2.3), such as `Bearer`; none where there is none.
    pub scheme: Option<String>,
    /// Who makes the credentials it accepts; empty where nobody does on request.
    pub issuers: Vec<TrustedIssuer>,
    /// Whether scopes of the credential are among the permissions of the subject, so that who lacks a permission may ask
    /// an issuer for a scope of its name.
    pub has_scopes: bool,
}

/// Where a credential stands in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialPlace {
    /// In the header of that name, in any case.
    Header(String),
    /// In the cookie of that name.
    Cookie(String),
    /// In the parameter of the query of exactly that name.
    Parameter(String),
}

/// An issuer whose credentials are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// Its identifier: that of an authorization server, where it is one (RFC 8414, section 2).
    pub issuer: String,
    /// The audiences of which a credential must name one; empty where none need be named.
    pub audiences: Vec<String>,
    /// The JWS algorithms a credential may be signed with (RFC 7518, section 3.1); empty where the issuer's keys decide.
    pub algorithms: Vec<String>,
}

impl Accepts {
    /// How callers send it as an OAuth 2.0 bearer token: `header` (RFC 6750, section 2.1) or `query` (section 2.3). None
    /// where it is no such token, and where nobody makes it on request.
    #[must_use]
    pub fn bearer_method(&self) -> Option<&'static str> {
        let is_bearer = self.scheme.as_ref().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
        match &self.place {
            _ if !is_bearer || self.issuers.is_empty() => None,
            CredentialPlace::Header(name) if name.eq_ignore_ascii_case("authorization") => Some("header"),
            CredentialPlace::Parameter(name) if name == "access_token" => Some("query"),
            CredentialPlace::Header(_) | CredentialPlace::Cookie(_) | CredentialPlace::Parameter(_) => None,
        }
    }
}

/// What an identity resolver is given.
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'i> {
    /// The credentials the caller sent.
    pub credentials: &'i Credentials,
    /// The operation they came with.
    pub draft: &'i Draft,
}

/// What an identity resolver answers.
#[derive(Clone, Debug)]
pub enum Resolution {
    /// Its credential verified.
    Verified(Box<Verified>),
    /// There is no credential of its kind.
    Nothing,
    /// There is one, and it is not acceptable.
    Failed(AuthFailure),
}

/// A principal that was verified.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Who it is.
    pub principal: Principal,
    /// The token it was identified by, where that may be exchanged for another: what a delegator mints by. None where it was
    /// identified by a key, or otherwise.
    pub token: Option<Secret>,
}

impl Resolution {
    /// A principal that was identified by that token.
    #[must_use]
    pub fn by_token(principal: Principal, token: &str) -> Self {
        Self::Verified(Box::new(Verified { principal, token: Some(Secret::from(token)) }))
    }

    /// A principal that was identified by what cannot be exchanged for a token.
    #[must_use]
    pub fn verified(principal: Principal) -> Self {
        Self::Verified(Box::new(Verified { principal, token: None }))
    }
}

/// Why a credential is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthFailure {
    /// A code of the table, `auth.*`.
    pub code: &'static str,
    /// What failed, for the record: issuer, key id and check, never the credential.
    pub note: String,
}
