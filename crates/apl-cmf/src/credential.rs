//! The tokens a caller sent. They stand apart from the envelope's encodable slots.

use std::fmt;

use crate::Secret;

/// Inbound request headers by lower-case name, in the order received. Wiped when dropped, never printed or encoded.
#[derive(Clone, Default)]
pub struct Credentials {
    headers: Vec<(String, Secret)>,
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
        self
    }

    /// Every value of a header, by any case of its name.
    pub fn values<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        self.headers.iter().filter(move |(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value.expose())
    }

    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.headers.iter().map(|(name, _)| (name, "[redacted]"))).finish()
    }
}
