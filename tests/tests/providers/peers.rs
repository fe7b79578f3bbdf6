//! What no provider does on request: answers that are broken, endless, of another kind, or lead elsewhere.

use cpex::cmf::Credentials;
use cpex::prelude::*;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::host::{get, operation};
use super::process::Provider;

/// Where a cloud tells credentials to whoever asks from within.
const METADATA: &str = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";

/// Redirects (RFC 9110, section 15.4), those that keep the method too.
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// A host that has the issuer's keys from there, and tokens from there.
async fn manager(issuer: &str, keys: &str, tokens: &str) -> PluginManager {
    let document = format!(
        "
plugins:
  - name: user
    kind: identity/jwt
    config:
      trusted_issuers:
        - issuer: '{issuer}'
          audiences: [agents]
          decoding_key: {{ kind: jwks_url, url: '{keys}', insecure_http: true }}
  - name: oauth
    kind: delegator/oauth
    capabilities: [read_inbound_credentials]
    config:
      token_endpoint: '{tokens}'
      insecure_http: true
      client_id: gateway
      client_secret_source: {{ kind: literal, secret: planted-secret }}
routes:
  - tool: known
    authentication: [user]
    policy: [ 'require(authenticated)' ]
  - tool: mint
    authentication: [user]
    policy: [ \"delegate(oauth, target: 'https://pay.example')\" ]
"
    );
    PluginManager::from_yaml(&document).await.unwrap()
}

/// The code of a denial, and the causes that are recorded. No word of the token or of the peer is among what is printed.
async fn denied(manager: &PluginManager, tool: &str, token: &str) -> (String, Vec<String>) {
    let outcome = manager.authorize(operation(tool, Credentials::bearer(token))).await;
    let shown = format!("{outcome:?}");
    assert!(!shown.contains("planted") && !shown.contains(token), "{shown}");
    let code = outcome.decision.violation().expect(&shown).code.to_string();
    (code, outcome.report.errors.iter().map(ToString::to_string).collect())
}

async fn serve(server: &MockServer, answer: impl Respond + 'static) {
    server.reset().await;
    Mock::given(any()).respond_with(answer).mount(server).await;
}

async fn asked(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

fn redirect(status: u16, to: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("Location", to)
}

#[tokio::test]
async fn keys_are_taken_from_no_answer_that_is_not_whole_and_of_its_kind() {
    let mut provider = Provider::start();
    let token = provider.token(&json!({}));
    let good = get(&format!("{}/jwks", provider.issuer()), &[]).await.body.to_vec();
    let mut long = good.clone();
    long.resize(256 * 1024 + 1, b' ');
    let json = |status: u16, body: &[u8]| ResponseTemplate::new(status).set_body_raw(body, "application/json");
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    serve(&elsewhere, json(200, &good)).await;
    let mut answers = vec![
        json(200, &long),
        json(200, b""),
        json(200, b"null"),
        json(200, br#"{"keys":"planted"}"#),
        json(200, &[&good[..], &good[..]].concat()),
        ResponseTemplate::new(200).set_body_raw("<html>planted</html>", "text/html"),
        json(203, &good),
        json(404, &good),
        json(503, &good),
    ];
    for status in REDIRECTS {
        answers.extend([redirect(status, METADATA), redirect(status, &elsewhere.uri()).set_body_bytes(good.clone())]);
    }
    for (number, answer) in answers.into_iter().enumerate() {
        serve(&server, answer).await;
        let manager = manager(provider.issuer(), &server.uri(), &server.uri()).await;
        let (code, causes) = denied(&manager, "known", &token).await;
        assert_eq!(code, "auth.unavailable", "answer {number}: {causes:?}");
        assert_eq!(asked(&server).await, 1, "answer {number}");
    }
    assert_eq!(asked(&elsewhere).await, 0, "no redirect is followed");
    serve(&server, json(200, &good)).await;
    let manager = manager(provider.issuer(), &server.uri(), &server.uri()).await;
    let decision = manager.authorize(operation("known", Credentials::bearer(&token))).await.decision;
    assert!(decision.allowed().is_some(), "the keys themselves are good");
}

/// A body made of what was sent.
type Echo = fn(&str) -> Json;

/// Answers with all that was sent to it.
fn echo(status: u16, body: Echo) -> impl Respond {
    move |request: &Request| {
        let authorization = request.headers.get("authorization").map_or("", |value| value.to_str().unwrap());
        let sent = format!("{}{authorization}", String::from_utf8_lossy(&request.body));
        ResponseTemplate::new(status).set_body_json(body(&sent)).insert_header("X-Echo", sent)
    }
}

#[tokio::test]
async fn what_a_token_endpoint_says_of_what_it_was_sent_is_heard_by_nobody() {
    let mut provider = Provider::start();
    let token = provider.token(&json!({}));
    let server = MockServer::start().await;
    let manager = manager(provider.issuer(), &format!("{}/jwks", provider.issuer()), &server.uri()).await;
    let unread = "oauth: the answer of the token endpoint is not that of RFC 6749";
    let refused = "oauth: the token endpoint refused: `invalid_grant`";
    let told: [(u16, Echo, &str); 6] = [
        (400, |sent| json!({ "error": "invalid_grant", "error_description": sent, "error_uri": sent }), refused),
        (401, |sent| json!({ "error": sent }), "oauth: the token endpoint answered with status 401"),
        (500, |sent| json!(sent), "oauth: the token endpoint answered with status 500"),
        (200, |sent| json!({ "error": sent, "access_token": 1, "token_type": "Bearer" }), unread),
        (
            200,
            |sent| json!({ "access_token": "planted", "token_type": sent }),
            "oauth: the issued token is no bearer token",
        ),
        (200, |sent| json!({ "access_token": "planted", "token_type": "Bearer", "scope": [sent] }), unread),
    ];
    for (status, body, cause) in told {
        serve(&server, echo(status, body)).await;
        let (code, causes) = denied(&manager, "mint", &token).await;
        assert_eq!((code.as_str(), causes), ("delegation.failed", vec![cause.to_owned()]));
        let sent = server.received_requests().await.unwrap();
        assert_eq!(sent.len(), 1, "nothing is asked for twice");
        assert!(String::from_utf8_lossy(&sent[0].body).contains(&token), "it was told the token");
    }
}

#[tokio::test]
async fn tokens_are_taken_from_no_answer_that_is_not_whole_and_of_its_kind() {
    let mut provider = Provider::start();
    let token = provider.token(&json!({}));
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    let manager = manager(provider.issuer(), &format!("{}/jwks", provider.issuer()), &server.uri()).await;
    let good = json!({
        "access_token": "planted", "token_type": "Bearer",
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
    });
    serve(&elsewhere, ResponseTemplate::new(200).set_body_json(&good)).await;
    let mut long = good.to_string();
    long.extend(std::iter::repeat_n(' ', 64 * 1024));
    let twice = good.to_string().replacen('{', r#"{"access_token":"other","#, 1);
    let mut answers: Vec<_> =
        [long, twice, String::new(), "planted".into(), format!("[{good}]"), format!("{good}{good}")]
            .into_iter()
            .map(|body| ResponseTemplate::new(200).set_body_raw(body, "application/json"))
            .collect();
    for status in REDIRECTS {
        answers.extend([redirect(status, METADATA), redirect(status, &elsewhere.uri()).set_body_json(&good)]);
    }
    for (number, answer) in answers.into_iter().enumerate() {
        serve(&server, answer).await;
        let (code, causes) = denied(&manager, "mint", &token).await;
        assert_eq!((code.as_str(), causes.len()), ("delegation.failed", 1), "answer {number}");
        assert_eq!(asked(&server).await, 1, "answer {number}");
    }
    assert_eq!(asked(&elsewhere).await, 0, "no redirect is followed");
    serve(&server, ResponseTemplate::new(200).set_body_json(&good)).await;
    let decision = manager.authorize(operation("mint", Credentials::bearer(&token))).await.decision;
    assert_eq!(decision.allowed().unwrap().credentials().len(), 1, "the token itself is good");
}

/// What a peer does once it has said what it has to say.
#[derive(Clone, Copy)]
enum Then {
    HangUp,
    SayNothing,
}

/// A peer that says less than it announced; where it listens.
async fn broken(said: &'static str, then: Then) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            hear(&mut stream).await;
            let _ = stream.write_all(said.as_bytes()).await;
            if let Then::SayNothing = then {
                held.push(stream);
            }
        }
    });
    url
}

/// Reads a request to its end, so that hanging up loses nothing of what is said.
async fn hear(stream: &mut TcpStream) {
    let mut request = String::new();
    let mut bytes = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => request.push_str(str::from_utf8(&bytes[..count]).unwrap()),
        }
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// Answers that are cut off, and what is said of them.
const CUT_OFF: [(&str, &str); 4] = [
    ("", "the connection was lost"),
    ("HTTP/1.1 200 OK\r\nContent-Type: appli", "the connection was lost"),
    (
        "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n{\"keys\":[],\"access_token\":\"planted\",",
        "the answer broke off",
    ),
    (
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"keys\":[],\"access_token\":\"planted\",",
        "the answer broke off",
    ),
];

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    let mut provider = Provider::start();
    let token = provider.token(&json!({}));
    let keys = format!("{}/jwks", provider.issuer());
    for (said, found) in CUT_OFF {
        let url = broken(said, Then::HangUp).await;
        let unknown = denied(&manager(provider.issuer(), &url, &url).await, "known", &token).await;
        assert_eq!(unknown.0, "auth.unavailable", "{said:?}");
        let (code, causes) = denied(&manager(provider.issuer(), &keys, &url).await, "mint", &token).await;
        assert_eq!(code, "delegation.failed", "{said:?}");
        assert!(causes[0].ends_with(found), "{said:?}: {causes:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_not_waited_for() {
    let mut provider = Provider::start();
    let token = provider.token(&json!({}));
    let keys = format!("{}/jwks", provider.issuer());
    for (said, _) in CUT_OFF {
        let url = broken(said, Then::SayNothing).await;
        let minting = manager(provider.issuer(), &keys, &url).await;
        let known = minting.authorize(operation("known", Credentials::bearer(&token))).await;
        assert!(known.decision.allowed().is_some(), "the keys are had before the clock stands still");
        // From here on time passes only while everything waits.
        tokio::time::pause();
        let (code, causes) = denied(&minting, "mint", &token).await;
        assert_eq!(code, "delegation.failed", "{said:?}");
        assert!(causes[0].ends_with(": no answer in time"), "{said:?}: {causes:?}");
        let unknown = denied(&manager(provider.issuer(), &url, &url).await, "known", &token).await;
        assert_eq!(unknown.0, "auth.unavailable", "{said:?}");
        tokio::time::resume();
    }
}
