//! The tokens a caller sent, and those that were minted for the backend. They stand apart from the envelope's encodable slots.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::echo::Echoes;
use crate::{PrincipalKind, Secret};

/// What the caller sent that may be a credential: headers by lower-case name and parameters of the query, in the order
/// received. Wiped when dropped, never printed or encoded. It remembers which headers were asked for, since those are
/// not forwarded.
#[derive(Clone, Default)]
pub struct Credentials {
    headers: Vec<(String, Secret)>,
    parameters: Vec<(String, Secret)>,
    /// A bit for each header that was asked for, the last one for all that have none of their own. None without headers.
    read: Option<Arc<AtomicU64>>,
}

impl Credentials {
    /// No credentials.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// An `Authorization: Bearer` header (RFC 6750, section 2.1).
    #[must_use]
    pub fn bearer(token: &str) -> Self {
        Self::none().with("authorization", format!("Bearer {token}"))
    }

    /// The same with one more header; a repeated name is kept twice.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self.read.get_or_insert_default();
        self
    }

    /// The same with one more parameter of the query of the request (RFC 6750, section 2.3), name and value decoded; a
    /// repeated name is kept twice.
    ///
    /// Only for requests that cannot send a header: queries end up in logs and histories. What is handed in here does not
    /// belong into the path of the operation. In the query among its arguments it is not seen where an authenticator in force
    /// reads it; elsewhere policy, plugins and the backend do.
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.parameters.push((name.to_owned(), value.into()));
        self
    }

    /// Every value of a header, by any case of its name.
    pub fn values<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        let named = self.headers.iter().enumerate().filter(move |(_, (held, _))| held.eq_ignore_ascii_case(name));
        named.map(|(at, (_, value))| {
            self.mark_read(at);
            value.expose()
        })
    }

    /// The lower-case names of the headers that were asked for so far: what identified the caller, or was made into a
    /// credential for the backend, is not for the backend itself.
    pub fn read_headers(&self) -> impl Iterator<Item = &str> {
        let read = self.read.as_ref().map_or(0, |read| read.load(Ordering::Relaxed));
        let asked = self.headers.iter().enumerate().filter(move |(at, _)| read & bit(*at) != 0);
        asked.map(|(_, (name, _))| name.as_str())
    }

    /// Every value of a parameter of the query, by its exact name.
    pub fn parameters<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        self.parameters.iter().filter(move |(held, _)| held == name).map(|(_, value)| value.expose())
    }

    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.parameters.is_empty()
    }

    fn mark_read(&self, at: usize) {
        if let Some(read) = &self.read {
            read.fetch_or(bit(at), Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.headers.iter().chain(&self.parameters);
        f.debug_list().entries(all.map(|(name, _)| (name, "[redacted]"))).finish()
    }
}

/// The tokens that principals were identified by: those of what was sent that an identity plugin verified. What stands in
/// another place of the request may be anybody's.
#[derive(Clone, Default)]
pub struct Proofs(Vec<(PrincipalKind, Secret)>);

impl Proofs {
    /// None at all, as of principals that a host vouches for.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The same with the token that one more principal was identified by.
    #[must_use]
    pub fn with(mut self, principal: PrincipalKind, token: Secret) -> Self {
        self.0.push((principal, token));
        self
    }

    /// The token that a principal was identified by; none where there is no such principal, or no token of its own.
    #[must_use]
    pub fn token(&self, principal: PrincipalKind) -> Option<&str> {
        self.0.iter().find(|(of, _)| *of == principal).map(|(_, token)| token.expose())
    }
}

impl fmt::Debug for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(principal, _)| principal)).finish()
    }
}

/// A credential that was minted for the backend.
#[derive(Clone, PartialEq, Eq)]
pub struct Minted {
    /// The header it is sent in.
    pub header: String,
    /// The value of that header.
    pub value: Secret,
    /// The audience it was granted for.
    pub audience: Arc<str>,
    /// The scopes that were granted, which may be fewer than were asked for.
    pub permissions: Vec<Arc<str>>,
}

impl Minted {
    /// Whether it can be sent: its header is one, and its value cannot end it (RFC 9110, section 5.5).
    #[must_use]
    pub fn is_sendable(&self) -> bool {
        is_http_token(&self.header) && is_header_value(self.value.expose())
    }

    pub(crate) fn is_for(&self, header: &str) -> bool {
        self.header.eq_ignore_ascii_case(header)
    }
}

impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minted").field("audience", &self.audience).finish_non_exhaustive()
    }
}

/// What an envelope holds of credentials.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawCredentials {
    pub(crate) inbound: Credentials,
    pub(crate) proofs: Proofs,
    by_policy: Vec<Minted>,
    by_plugins: Vec<Minted>,
    /// The values of those that were taken out: what comes back may hold them.
    taken: Vec<Secret>,
}

impl RawCredentials {
    /// Those for the backend, one for each header.
    pub(crate) fn minted(&self) -> impl Iterator<Item = &Minted> {
        self.by_policy.iter().chain(&self.by_plugins)
    }

    /// What policy minted takes the place of any other for its header.
    pub(crate) fn mint(&mut self, minted: Minted) {
        self.by_policy.retain(|earlier| !earlier.is_for(&minted.header));
        self.by_plugins.retain(|earlier| !earlier.is_for(&minted.header));
        self.by_policy.push(minted);
    }

    /// Whether a plugin may add one for that header: none takes the place of what policy minted.
    pub(crate) fn is_free(&self, header: &str) -> bool {
        !self.by_policy.iter().any(|minted| minted.is_for(header))
    }

    /// What a plugin adds takes the place of what a plugin added before.
    pub(crate) fn add(&mut self, minted: Minted) {
        self.by_plugins.retain(|earlier| !earlier.is_for(&minted.header));
        self.by_plugins.push(minted);
    }

    /// Takes those for the backend out.
    pub(crate) fn take_minted(&mut self) -> Vec<Minted> {
        let mut minted = std::mem::take(&mut self.by_policy);
        minted.append(&mut self.by_plugins);
        self.taken.extend(minted.iter().map(|minted| minted.value.clone()));
        minted
    }

    /// What the backend may have been sent; none where nothing was minted.
    pub(crate) fn echoes(&self) -> Option<Echoes> {
        let values = self.minted().map(|minted| &minted.value).chain(&self.taken);
        let mut values = values.peekable();
        values.peek().is_some().then(|| Echoes::of(values))
    }
}

/// The bit of a header by its place.
const fn bit(at: usize) -> u64 {
    1 << if at < 63 { at } else { 63 }
}

/// Whether a text is a token of HTTP (RFC 9110, section 5.6.2), as the names of methods, headers and cookies are.
#[must_use]
pub fn is_http_token(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

/// Whether a text may be the value of a header: it cannot end it (RFC 9110, section 5.5).
pub(crate) fn is_header_value(value: &str) -> bool {
    !value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0))
}
