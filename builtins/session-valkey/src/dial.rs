//! A connection, from its address to where it may be used: dialled, over TLS, as the user, to a server that keeps what it is
//! given.

use std::io;
use std::net::IpAddr;

use apl_cmf::Secret;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Pipeline, RedisConnectionInfo, Value};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::endpoint::Endpoint;
use crate::fault::Fault;
use crate::server;
use crate::tls::Tls;

/// What is dialled.
pub(crate) struct Target {
    pub(crate) endpoint: Endpoint,
    /// None where the server is on this host.
    pub(crate) tls: Option<Tls>,
    /// None where the server asks nobody.
    pub(crate) user: Option<User>,
}

/// Whom the server knows this process as.
pub(crate) struct User {
    /// The server has one called `default`.
    pub(crate) name: Option<String>,
    pub(crate) password: Secret,
}

/// A connection that may be used. It is closed when it is let go of.
pub(crate) struct Live {
    connection: MultiplexedConnection,
    driver: JoinHandle<()>,
}

/// How much may be asked at once; more waits, within its time.
const IN_FLIGHT: usize = 1_024;

impl Live {
    /// Dials the server, and asks whether it may be used.
    pub(crate) async fn dial(target: &Target) -> Result<Self, Fault> {
        let stream = connect(target).await?;
        match &target.tls {
            None => Self::over(stream, target).await,
            Some(tls) => {
                let stream =
                    tls.connector.connect(tls.name.clone(), stream).await.map_err(|error| refused_tls(&error))?;
                Self::over(stream, target).await
            }
        }
    }

    /// Whether nothing can be sent any more, nor was since that is so.
    pub(crate) fn is_over(&self) -> bool {
        self.driver.is_finished()
    }

    /// What each command of a pipeline is answered with, or those of a transaction together. One that fails fails it all.
    pub(crate) async fn ask(&self, pipeline: &Pipeline) -> Result<Vec<Value>, Fault> {
        let mut connection = self.connection.clone();
        pipeline.query_async(&mut connection).await.map_err(Fault::of)
    }

    async fn over<S>(stream: S, target: &Target) -> Result<Self, Fault>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // The user is stated below, so that the password is in no value of the library.
        let info = RedisConnectionInfo::default().set_skip_set_lib_name();
        let config = AsyncConnectionConfig::new()
            .set_response_timeout(None)
            .set_connection_timeout(None)
            .set_concurrency_limit(IN_FLIGHT)
            .set_pipeline_buffer_size(IN_FLIGHT);
        let made = MultiplexedConnection::new_with_config(&info, stream, config).await;
        let (connection, driver) = made.map_err(Fault::of)?;
        let live = Self { connection, driver: tokio::spawn(driver) };
        if let Some(user) = &target.user {
            live.authenticate(user).await?;
        }
        server::examine(&live.ask(&server::questions()).await.map_err(refused)?)?;
        Ok(live)
    }

    async fn authenticate(&self, user: &User) -> Result<(), Fault> {
        let mut pipeline = Pipeline::new();
        let command = pipeline.cmd("AUTH");
        if let Some(name) = &user.name {
            command.arg(name);
        }
        command.arg(user.password.expose());
        self.ask(&pipeline).await.map(|_| ()).map_err(refused)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What a server says to the first questions means that it must not be used; whether it is there is another matter.
fn refused(fault: Fault) -> Fault {
    match fault {
        // It will serve once it has read what it keeps.
        Fault::Answer { ref word } if word == "LOADING" => fault,
        Fault::Answer { .. } | Fault::Unreadable(_) => Fault::Refused(fault.to_string()),
        Fault::Unreachable(_) | Fault::Refused(_) | Fault::Timeout | Fault::Lost => fault,
    }
}

async fn connect(target: &Target) -> Result<TcpStream, Fault> {
    let Endpoint { host, port } = &target.endpoint;
    let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(|error| unreachable(&error))?;
    let address = stream.peer_addr().map_err(|error| unreachable(&error))?;
    if target.tls.is_none() && !is_loopback(address.ip()) {
        return Err(Fault::Refused("it is not on this host, and is not spoken to over TLS".to_owned()));
    }
    // What is asked is short, and waited for.
    stream.set_nodelay(true).map_err(|error| unreachable(&error))?;
    Ok(stream)
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn unreachable(error: &io::Error) -> Fault {
    Fault::Unreachable(error.kind().to_string())
}

/// A certificate that does not count is a refusal; a connection that breaks is none.
fn refused_tls(error: &io::Error) -> Fault {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(tls) => Fault::Refused(format!("TLS: {tls}")),
        None => unreachable(error),
    }
}
