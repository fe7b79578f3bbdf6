//! Peers that answer every request alike, and count.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpex_http::Hyper;
use cpex_sdk::http::{
    Egress, HttpClient, HttpError, HttpFault, HttpPort as _, OutboundMethod, OutboundRequest, OutboundResponse,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A peer that answers each request with the same bytes, and closes the connection then.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    pub(crate) async fn plain(answer: impl Into<Vec<u8>>) -> Self {
        Self::serve(answer.into(), None).await
    }

    pub(crate) async fn secure(answer: impl Into<Vec<u8>>, tls: rustls::ServerConfig) -> Self {
        Self::serve(answer.into(), Some(TlsAcceptor::from(Arc::new(tls)))).await
    }

    async fn serve(answer: Vec<u8>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                match &tls {
                    None => converse(stream, &answer, &hears).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            converse(stream, &answer, &hears).await;
                        }
                    }
                }
            }
        });
        Self { address, heard }
    }

    /// What was asked, each whole.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn https(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8], heard: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend(bytes.iter().take(count)),
        }
    }
    heard.lock().unwrap().push(String::from_utf8(request).unwrap());
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// An answer of that status line, further head lines and body.
pub(crate) fn answer(status: &str, head: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{head}\r\n{body}", body.len())
}

pub(crate) fn client(egress: Egress) -> Arc<dyn HttpClient> {
    Hyper.client(egress).unwrap()
}

/// Rules for a peer on this host that is not encrypted.
pub(crate) fn plain() -> Egress {
    Egress { insecure_http: true, ..Egress::default() }
}

pub(crate) async fn get(client: &dyn HttpClient, url: &str) -> Result<OutboundResponse, HttpError> {
    client.send(request(OutboundMethod::Get, url)).await
}

pub(crate) async fn post(client: &dyn HttpClient, url: &str, body: &[u8]) -> Result<OutboundResponse, HttpError> {
    client.send(request(OutboundMethod::Post { content_type: "text/plain", body }, url)).await
}

pub(crate) fn request<'r>(method: OutboundMethod<'r>, url: &'r str) -> OutboundRequest<'r> {
    OutboundRequest { method, url, headers: &[], max_bytes: 1024, timeout: Duration::from_secs(20) }
}

pub(crate) fn fault(answered: Result<OutboundResponse, HttpError>) -> (HttpFault, String) {
    let error = answered.unwrap_err();
    (error.fault, error.text)
}
