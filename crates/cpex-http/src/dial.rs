//! Dialling: the name is resolved here, and the very address that was checked is connected to.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tower_service::Service;

use crate::address::{Reach, reach};
use crate::target::Rules;

/// Connects to where a URI leads.
#[derive(Clone, Debug)]
pub(crate) struct Dial {
    pub(crate) rules: Rules,
    pub(crate) connect_timeout: Duration,
}

/// Why nothing was connected.
#[derive(Debug)]
pub(crate) enum DialError {
    /// The rules forbid the address.
    Forbidden(IpAddr, Reach),
    /// Nobody answered there.
    Io(io::Error),
}

impl fmt::Display for DialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(address, Reach::Never) => write!(f, "its host is {address}, which is never dialled"),
            Self::Forbidden(address, _) => {
                write!(f, "its host is {address}, which is not public; `allow_private: true` allows it")
            }
            Self::Io(error) => write!(f, "no connection: {error}"),
        }
    }
}

impl std::error::Error for DialError {}

impl Service<Uri> for Dial {
    type Response = TokioIo<TcpStream>;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, DialError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dial = self.clone();
        Box::pin(async move { dial.connect(&uri).await })
    }
}

impl Dial {
    async fn connect(&self, uri: &Uri) -> Result<TokioIo<TcpStream>, DialError> {
        let is_plain = uri.scheme() != Some(&Scheme::HTTPS);
        let addresses = timeout(self.connect_timeout, resolve(uri, is_plain)).await.map_err(elapsed)??;
        // One address that is not allowed spoils the name: whoever answers for it is not to be believed.
        for address in &addresses {
            self.admit(address.ip(), is_plain)?;
        }
        let mut failed = DialError::Io(io::ErrorKind::HostUnreachable.into());
        for address in addresses {
            match timeout(self.connect_timeout, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true).map_err(DialError::Io)?;
                    return Ok(TokioIo::new(stream));
                }
                Ok(Err(error)) => failed = DialError::Io(error),
                Err(over) => failed = elapsed(over),
            }
        }
        Err(failed)
    }

    /// What is not encrypted does not leave this host.
    fn admit(&self, address: IpAddr, is_plain: bool) -> Result<(), DialError> {
        match (reach(address), is_plain) {
            (Reach::Loopback, true) if self.rules.insecure_http => Ok(()),
            (Reach::Public, false) => Ok(()),
            (Reach::Private | Reach::Loopback, false) if self.rules.allow_private => Ok(()),
            (reach, _) => Err(DialError::Forbidden(address, reach)),
        }
    }
}

async fn resolve(uri: &Uri, is_plain: bool) -> Result<Vec<SocketAddr>, DialError> {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().unwrap_or(if is_plain { 80 } else { 443 });
    Ok(lookup_host((host, port)).await.map_err(DialError::Io)?.collect())
}

fn elapsed(_over: tokio::time::error::Elapsed) -> DialError {
    DialError::Io(io::ErrorKind::TimedOut.into())
}
