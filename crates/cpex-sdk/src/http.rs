//! The HTTP port: how plugins reach identity providers, token endpoints and engines in other processes.
//!
//! One implementation serves all of them, so that one place decides which addresses may be dialled, what is believed of the
//! peer and how much of its answer is read. A client never follows a redirect and never asks the environment for a proxy.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Secret;
use async_trait::async_trait;
use zeroize::Zeroizing;

/// Opens clients.
pub trait HttpPort: Send + Sync + 'static {
    /// A client that keeps to these rules. Nothing is dialled yet.
    ///
    /// # Errors
    /// The certificates or the key of the rules cannot be read as such.
    fn client(&self, egress: Egress) -> Result<Arc<dyn HttpClient>, HttpError>;
}

/// What a client may reach, and whom it believes.
#[derive(Clone, Debug)]
pub struct Egress {
    /// Lets `http` be spoken to this host itself (loopback addresses), and to no other.
    pub insecure_http: bool,
    /// Lets addresses be dialled that are not public: private networks and this host. Link-local addresses and the metadata
    /// services of clouds are refused all the same.
    pub allow_private: bool,
    /// The authorities believed in place of the system's: certificates in PEM (RFC 7468).
    pub authorities: Option<String>,
    /// What the client shows of itself (RFC 8446, section 4.4.2).
    pub identity: Option<ClientIdentity>,
    /// How long one address may take to answer the dial.
    pub connect_timeout: Duration,
}

impl Default for Egress {
    fn default() -> Self {
        Self {
            insecure_http: false,
            allow_private: false,
            authorities: None,
            identity: None,
            connect_timeout: Duration::from_secs(5),
        }
    }
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct ClientIdentity {
    /// The certificate and those that lead to its authority, in PEM.
    pub certificates: String,
    /// The private key, in PEM.
    pub key: Secret,
}

/// Sends requests under one set of rules.
#[async_trait]
pub trait HttpClient: Send + Sync + 'static {
    /// Whether a URL may be asked, as far as its text tells. What its host resolves to is checked when it is dialled.
    ///
    /// # Errors
    /// [`HttpFault::Refused`], and why.
    fn check(&self, url: &str) -> Result<(), HttpError>;

    /// Sends a request and reads the whole answer, whatever its status is.
    ///
    /// # Errors
    /// There is no answer, or none that could be read.
    async fn send(&self, request: OutboundRequest<'_>) -> Result<OutboundResponse, HttpError>;
}

/// A request to a peer.
#[derive(Clone, Copy)]
pub struct OutboundRequest<'r> {
    /// What is done there.
    pub method: OutboundMethod<'r>,
    /// Where: absolute, without credentials and fragment (RFC 3986).
    pub url: &'r str,
    /// Further headers.
    pub headers: &'r [(&'r str, &'r str)],
    /// How much of the body of the answer is read at most, in bytes; a longer one is an error.
    pub max_bytes: usize,
    /// How long it may take altogether.
    pub timeout: Duration,
}

/// What is done at a peer (RFC 9110, section 9).
#[derive(Clone, Copy)]
pub enum OutboundMethod<'r> {
    /// Reads. It is sent a second time where the connection was lost.
    Get,
    /// Hands over a body of that content type. It is never sent twice.
    Post {
        /// The `Content-Type`.
        content_type: &'r str,
        /// The body.
        body: &'r [u8],
    },
}

impl OutboundMethod<'_> {
    /// Its spelling.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post { .. } => "POST",
        }
    }
}

/// What a peer answered. The body may hold tokens: it is wiped when dropped.
pub struct OutboundResponse {
    /// The status (RFC 9110, section 15).
    pub status: u16,
    /// Headers by lower-case name; those that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

impl OutboundResponse {
    /// The first header of that name, written in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer. The text names the peer and what went wrong, for logs. Nothing of the request is in it, and of what
/// the peer said nothing but whom its certificate is for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct HttpError {
    /// What went wrong.
    pub fault: HttpFault,
    /// The same for people.
    pub text: String,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpFault {
    /// The rules forbid it.
    Refused,
    /// No connection came about.
    Unreachable,
    /// The connection was lost, or the time was over, after the request may have arrived.
    Lost,
    /// The answer is longer than the request takes.
    TooLarge,
}

impl HttpFault {
    /// Whether the peer certainly did nothing.
    #[must_use]
    pub const fn is_unsent(self) -> bool {
        matches!(self, Self::Refused | Self::Unreachable)
    }
}

impl fmt::Debug for OutboundRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("OutboundRequest")
            .field("method", &self.method.name())
            .field("url", &url)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OutboundResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundResponse").field("status", &self.status).finish_non_exhaustive()
    }
}
