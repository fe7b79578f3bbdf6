//! A minted token on its way: from the policy over who mints it to the backend, and nowhere else. Here it is one of OAuth 2.0,
//! from a token endpoint.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod delegation {
    mod biscuit;
}

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use cpex::cmf::{Client, Principal, Subject};
use cpex::prelude::*;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::{Factory, Host, IdentityResolver, Inbound, Instance, Resolution, async_trait};
use serde_json::{Map, Value as Json, json};

/// What the caller came with.
const INBOUND: &str = "planted-inbound";

/// Takes whoever asks for this one, identified by that token.
#[derive(Clone)]
struct Anybody {
    principal: Principal,
    token: &'static str,
}

impl Factory for Anybody {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Identity(Arc::new(self.clone())))
    }
}

#[async_trait]
impl IdentityResolver for Anybody {
    async fn resolve(&self, _inbound: Inbound<'_>) -> Resolution {
        Resolution::by_token(self.principal.clone(), self.token)
    }
}

/// A token endpoint that always answers alike.
struct Endpoint {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Endpoint {
    fn new(status: &'static str, body: &Json) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let (hears, body) = (Arc::clone(&heard), body.to_string());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let length = body.len();
                let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
                converse(stream, &(head + &body), &hears);
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn converse(mut stream: TcpStream, answer: &str, heard: &Mutex<Vec<String>>) {
    let mut request = String::new();
    let mut bytes = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(count) => request.push_str(str::from_utf8(&bytes[..count]).unwrap()),
        }
    }
    heard.lock().unwrap().push(request);
    let _ = stream.write_all(answer.as_bytes());
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// A manager that mints there, and writes its records into that folder.
async fn manager(endpoint: &Endpoint, folder: &Path) -> PluginManager {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    let user = Principal::Subject(Subject { id: "ada".to_owned(), ..Subject::default() });
    let client = Principal::Client(Client { id: "assistant".to_owned(), ..Client::default() });
    manager.register_factory("test/user", Arc::new(Anybody { principal: user, token: INBOUND }));
    manager.register_factory("test/client", Arc::new(Anybody { principal: client, token: "planted-client" }));
    let document = format!(
        "
plugins:
  - {{ name: user, kind: test/user }}
  - {{ name: client, kind: test/client }}
  - {{ name: log, kind: audit/logger, config: {{ destination: {{ file: {{ path: '{folder}/log.jsonl' }} }} }} }}
  - name: hr-oauth
    kind: delegator/oauth
    capabilities: [read_inbound_credentials]
    config:
      token_endpoint: http://{address}/token
      insecure_http: true
      client_id: gateway
      client_secret_source: {{ kind: literal, secret: planted-secret }}
routes:
  - tool: get_pay
    authentication: [user]
    policy:
      - \"delegate(hr-oauth, target: pay-api, permissions: [read, write])\"
      - \"delegation.granted.permissions contains 'write': deny('too wide', 'wide')\"
  - tool: try_pay
    authentication: [user]
    policy: [\"delegate(hr-oauth, target: pay-api, on_error: continue)\"]
  - tool: act
    authentication: [user, client]
    policy: [\"delegate(hr-oauth, target: pay-api, actor: client)\"]
",
        folder = folder.display(),
        address = endpoint.address,
    );
    manager.load_config_yaml(&document).unwrap();
    manager.initialize().await.unwrap();
    manager
}

fn operation(tool: &str) -> Operation {
    Operation::tool(tool, Map::new()).caller(Caller::bearer(INBOUND))
}

/// The records that were written.
fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log.jsonl")).unwrap()
}

/// What is answered to a form that is granted.
fn granted() -> Json {
    json!({
        "access_token": "planted-minted", "token_type": "Bearer", "expires_in": 60, "scope": "read",
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
    })
}

#[tokio::test]
async fn the_minted_token_goes_to_the_backend_and_into_no_record() {
    let endpoint = Endpoint::new("200 OK", &granted());
    let folder = tempfile::tempdir().unwrap();
    let manager = manager(&endpoint, folder.path()).await;
    let sent = Arc::new(Mutex::new(Vec::new()));
    let sends = Arc::clone(&sent);
    let call_tool = |call: Call| async move {
        let headers = call.credentials().iter().map(|minted| (minted.header.clone(), minted.value.clone()));
        sends.lock().unwrap().extend(headers);
        Ok::<_, std::io::Error>(Answer::structured(json!({})))
    };
    let outcome = manager.guard(operation("get_pay"), call_tool).await.unwrap();
    let shown = format!("{outcome:?}");
    assert!(matches!(outcome.decision, Decision::Allow(_)), "{shown}");
    assert_eq!(*sent.lock().unwrap(), [("Authorization".to_owned(), "Bearer planted-minted".into())]);
    assert!(endpoint.heard()[0].contains(&format!("&subject_token={INBOUND}&")));
    let log = log(folder.path());
    let granted =
        r#""delegations":[{"delegator":"hr-oauth","audience":"pay-api","permissions":["read"],"subject":"user"}]"#;
    assert!(log.contains(granted), "{log}");
    assert!(!log.contains("planted") && !shown.contains("planted"), "{log}{shown}");
}

#[tokio::test]
async fn what_the_endpoint_says_of_a_refusal_reaches_nobody() {
    let said = json!({ "error": "invalid_grant", "error_description": format!("no {INBOUND} here") });
    let endpoint = Endpoint::new("400 Bad Request", &said);
    let folder = tempfile::tempdir().unwrap();
    let manager = manager(&endpoint, folder.path()).await;
    let outcome = manager.authorize(operation("get_pay")).await;
    let violation = outcome.decision.violation().unwrap();
    assert_eq!(
        (&*violation.code, &*violation.reason),
        ("delegation.failed", "no credential for the backend could be had")
    );
    assert_eq!(outcome.report.errors, ["hr-oauth: the token endpoint refused: `invalid_grant`"]);
    let shown = format!("{outcome:?}{}", log(folder.path()));
    assert!(shown.contains("`invalid_grant`") && !shown.contains("planted"), "{shown}");
    assert_eq!(endpoint.heard().len(), 1);
}

#[tokio::test]
async fn where_policy_goes_on_without_a_token_nobodys_is_sent() {
    let endpoint = Endpoint::new("503 Service Unavailable", &json!({}));
    let folder = tempfile::tempdir().unwrap();
    let manager = manager(&endpoint, folder.path()).await;
    let mut permit = manager.authorize(operation("try_pay")).await.decision.allowed().unwrap();
    assert_eq!(permit.credentials(), []);
    drop(permit);
    assert!(log(folder.path()).contains("hr-oauth: the token endpoint answered with status 503"));
}

#[tokio::test]
async fn a_token_that_does_not_say_who_acts_is_recorded() {
    let endpoint = Endpoint::new("200 OK", &granted());
    let folder = tempfile::tempdir().unwrap();
    let manager = manager(&endpoint, folder.path()).await;
    let outcome = manager.authorize(operation("act")).await;
    assert_eq!(outcome.report.errors, ["hr-oauth: the minted token does not say who acts"]);
    assert_eq!(outcome.decision.allowed().unwrap().credentials().len(), 1);
    assert!(endpoint.heard()[0].contains("&actor_token=planted-client&"));
    assert!(log(folder.path()).contains("the minted token does not say who acts"));
}

#[test]
fn only_a_delegator_that_mints_for_a_caller_is_said_to_lack_what_callers_send() {
    let warned = |step: &str| {
        let manager = PluginManager::default();
        cpex::install_builtins(&manager);
        let document = format!(
            "
plugins:
  - name: hr-oauth
    kind: delegator/oauth
    config:
      token_endpoint: https://idp.example/token
      client_id: gateway
      client_secret_source: {{ kind: env_var, name: PATH }}
routes:
  - {{ tool: get_pay, policy: [\"{step}\"] }}
  - {{ tool: other, policy: [\"delegate(hr-oauth, target: x, subject: this_workload)\"] }}
"
        );
        let warnings = manager.load_config_yaml(&document).unwrap();
        warnings.diagnostics().iter().any(|warning| warning.code.name == "document.missing_capability")
    };
    assert!(!warned("delegate(hr-oauth, target: pay, subject: this_workload)"));
    assert!(warned("delegate(hr-oauth, target: pay)"));
}
