//! Sending a request and reading its answer, within its bounds.

use std::error::Error;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use cpex_sdk::http::{Egress, HttpClient, HttpError, HttpFault, OutboundMethod, OutboundRequest, OutboundResponse};
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::dial::{Dial, DialError};
use crate::target::{Rules, refused};
use crate::tls;

/// How much of the head of an answer is read, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// How long a connection is kept for another request.
const IDLE: Duration = Duration::from_secs(30);

/// How often a request that only reads is sent at most.
const READS: usize = 2;

pub(crate) struct Client {
    rules: Rules,
    inner: legacy::Client<HttpsConnector<Dial>, Full<Bytes>>,
}

impl Client {
    pub(crate) fn new(egress: &Egress) -> Result<Self, HttpError> {
        let rules = Rules::of(egress);
        let dial = Dial { rules, connect_timeout: egress.connect_timeout };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::config(egress)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(dial);
        let inner = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http1_max_buf_size(MAX_HEAD)
            .build(connector);
        Ok(Self { rules, inner })
    }

    async fn attempt(&self, request: Request<Full<Bytes>>, max_bytes: usize) -> Result<OutboundResponse, HttpError> {
        let peer = peer(request.uri());
        let answer = self.inner.request(request).await.map_err(|error| unanswered(&peer, &error))?;
        read(answer, &peer, max_bytes).await
    }
}

#[async_trait]
impl HttpClient for Client {
    fn check(&self, url: &str) -> Result<(), HttpError> {
        self.rules.target(url).map(drop)
    }

    async fn send(&self, request: OutboundRequest<'_>) -> Result<OutboundResponse, HttpError> {
        let target = self.rules.target(request.url)?;
        let peer = peer(&target);
        let reads = match request.method {
            OutboundMethod::Get => READS,
            OutboundMethod::Post { .. } => 1,
        };
        let sending = async {
            let mut left = reads;
            loop {
                left -= 1;
                match self.attempt(outbound(&request, &target)?, request.max_bytes).await {
                    Err(error) if error.fault == HttpFault::Lost && left > 0 => {}
                    ended => return ended,
                }
            }
        };
        let over = || HttpError { fault: HttpFault::Lost, text: format!("{peer}: no answer in time") };
        timeout(request.timeout, sending).await.unwrap_or_else(|_| Err(over()))
    }
}

fn outbound(request: &OutboundRequest<'_>, target: &Uri) -> Result<Request<Full<Bytes>>, HttpError> {
    let (method, content_type, body) = match request.method {
        OutboundMethod::Get => (Method::GET, None, Bytes::new()),
        OutboundMethod::Post { content_type, body } => {
            (Method::POST, Some(content_type), Bytes::from_owner(Zeroizing::new(body.to_vec())))
        }
    };
    let mut outbound = Request::new(Full::new(body));
    *outbound.method_mut() = method;
    *outbound.uri_mut() = target.clone();
    let headers = outbound.headers_mut();
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("cpex/", env!("CARGO_PKG_VERSION"))));
    let given = content_type.map(|value| (CONTENT_TYPE.as_str(), value));
    for (name, value) in request.headers.iter().copied().chain(given) {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused("a header has no name of a header"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| refused("a header has no value of a header"))?;
        // Of no header is it known that it holds no credential.
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(outbound)
}

async fn read(answer: Response<Incoming>, peer: &str, max_bytes: usize) -> Result<OutboundResponse, HttpError> {
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, max_bytes).collect().await.map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            let text = format!("{peer}: the answer is longer than {max_bytes} bytes");
            return HttpError { fault: HttpFault::TooLarge, text };
        }
        HttpError { fault: HttpFault::Lost, text: format!("{peer}: the answer broke off") }
    })?;
    let text = |(name, value): (&HeaderName, &HeaderValue)| Some((name.to_string(), value.to_str().ok()?.to_owned()));
    Ok(OutboundResponse {
        status: head.status.as_u16(),
        headers: head.headers.iter().filter_map(text).collect(),
        body: Zeroizing::new(body.to_bytes().to_vec()),
    })
}

/// Why there is no head of an answer. Until a connection stood, nothing was sent.
fn unanswered(peer: &str, error: &legacy::Error) -> HttpError {
    if !error.is_connect() {
        return HttpError { fault: HttpFault::Lost, text: format!("{peer}: the connection was lost") };
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(dial) = inner.downcast_ref::<DialError>() {
            let fault = match dial {
                DialError::Forbidden(..) => HttpFault::Refused,
                DialError::Io(_) => HttpFault::Unreachable,
            };
            return HttpError { fault, text: format!("{peer}: {dial}") };
        }
        if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
            return HttpError { fault: HttpFault::Unreachable, text: format!("{peer}: no secure connection: {tls}") };
        }
        // An I/O error does not name what it wraps as its source.
        let wrapped = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| inner.source());
    }
    HttpError { fault: HttpFault::Unreachable, text: format!("{peer}: no connection") }
}

/// The peer by the name the plugin's config gives it, without path and query.
fn peer(target: &Uri) -> String {
    target.authority().map(ToString::to_string).unwrap_or_default()
}
