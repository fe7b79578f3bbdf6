//! The HTTP binding of the API. Its errors say what is wrong with a call, and have nothing to do with a decision, which is
//! always an answer of status 200.
//!
//! It speaks plain HTTP: put what ends TLS in front of it.

use std::convert::Infallible;
use std::sync::Arc;

use cpex::cmf::Secret;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use subtle::ConstantTimeEq as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::point::DecisionPoint;
use crate::request::{self, Asked, Malformed};

/// How much of a body is read, in bytes.
const MAX_BYTES: usize = 256 * 1024;

const REQUEST_ID: &str = "x-request-id";

/// A decision point as others reach it.
#[derive(Debug)]
pub struct Server {
    /// What decides.
    pub point: DecisionPoint,
    /// The URL it is reached by, without a slash at its end, as its metadata says.
    pub url: String,
    /// What enforcement points authenticate by, as a bearer token.
    pub token: Secret,
}

/// What is answered: a status and, of an error, its text.
type Refused = (StatusCode, &'static str);

impl Server {
    /// Answers whoever connects, until it is dropped; then nobody who is connected is answered any more.
    pub async fn serve(self, listener: TcpListener) {
        let (server, mut connections) = (Arc::new(self), JoinSet::new());
        loop {
            tokio::select! {
                Ok((stream, _)) = listener.accept() => {
                    connections.spawn(converse(stream, Arc::clone(&server)));
                }
                Some(_) = connections.join_next() => {}
                else => {}
            }
        }
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let id = request.headers().get(REQUEST_ID).cloned();
        let (status, kind, body) = match self.answer(request).await {
            Ok(answer) => (StatusCode::OK, "application/json", answer.to_string()),
            Err((status, text)) => (status, "text/plain; charset=utf-8", text),
        };
        let advice = match status {
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            StatusCode::METHOD_NOT_ALLOWED => Some((ALLOW, HeaderValue::from_static("POST"))),
            _ => None,
        };
        let mut response = Response::new(Full::new(body.into()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.extend(advice);
        headers.extend(id.map(|id| (HeaderName::from_static(REQUEST_ID), id)));
        response
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Json, (StatusCode, String)> {
        let read: fn(&[u8]) -> Result<Asked, Malformed> = match (request.method(), request.uri().path()) {
            (&Method::GET, "/.well-known/authzen-configuration") => return Ok(self.metadata()),
            (_, "/access/v1/evaluation") => request::evaluation,
            (_, "/access/v1/evaluations") => request::evaluations,
            _ => return Err(refused((StatusCode::NOT_FOUND, "there is nothing here"))),
        };
        self.admit(&request).map_err(refused)?;
        let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
        let body = body(request).await.map_err(refused)?;
        let asked = read(&body).map_err(|Malformed(text)| (StatusCode::BAD_REQUEST, text))?;
        Ok(self.point.answer(asked, id.as_deref()).await)
    }

    /// Whether a call may be read: who makes it is known, and it is one of the API.
    fn admit(&self, request: &Request<Incoming>) -> Result<(), Refused> {
        if request.method() != Method::POST {
            return Err((StatusCode::METHOD_NOT_ALLOWED, "questions are posted"));
        }
        let header = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let token = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        if !bool::from(token.as_bytes().ct_eq(self.token.expose().as_bytes())) {
            return Err((StatusCode::UNAUTHORIZED, "the token of an enforcement point is needed"));
        }
        let kind = header(CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("application/json") {
            return Err((StatusCode::BAD_REQUEST, "the body is not said to be application/json"));
        }
        Ok(())
    }

    fn metadata(&self) -> Json {
        let url = &self.url;
        json!({
            "policy_decision_point": url,
            "access_evaluation_endpoint": format!("{url}/access/v1/evaluation"),
            "access_evaluations_endpoint": format!("{url}/access/v1/evaluations"),
        })
    }
}

async fn converse(stream: TcpStream, server: Arc<Server>) {
    let service = service_fn(|request| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(server.respond(request).await) }
    });
    // Who hangs up in the middle of a request learns nothing, and needs nothing.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn body(request: Request<Incoming>) -> Result<Bytes, Refused> {
    match Limited::new(request.into_body(), MAX_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err((StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 256 KiB"))
        }
        Err(_) => Err((StatusCode::BAD_REQUEST, "the body does not end")),
    }
}

fn refused((status, text): Refused) -> (StatusCode, String) {
    (status, text.to_owned())
}
