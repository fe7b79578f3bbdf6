//! A Keycloak as it is downloaded, with the realm of `tests/idp`. It takes long to start and a lot of memory, so that it is
//! tested when it is asked for: `make e2e-keycloak`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cpex::cmf::Credentials;
use cpex::prelude::*;
use cpex::sdk::http::{Egress, HttpPort as _, OutboundMethod, OutboundRequest};
use cpex_http::Hyper;
use serde_json::Value as Json;

use super::device::{Asked, Device};
use super::host::{SettableClock, decided, manager, operation};

const HOME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/keycloak");

/// `assistant:planted-assistant`, as client credentials are sent.
const ASSISTANT: &str = "Basic YXNzaXN0YW50OnBsYW50ZWQtYXNzaXN0YW50";

/// A Keycloak that listens on loopback.
struct Keycloak {
    process: Child,
    realm: String,
}

impl Keycloak {
    /// Starts one that has people asked there.
    fn start(device: &Device) -> Self {
        let home = Path::new(HOME);
        assert!(home.join("installed").is_file(), "Keycloak is not installed: run `make e2e-keycloak`");
        let import = home.join("data/import");
        fs::create_dir_all(&import).unwrap();
        fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/idp/keycloak-realm.json"), import.join("realm.json")).unwrap();
        let channel = "--spi-ciba-auth-channel--ciba-http-auth-channel--http-authentication-channel-uri";
        // It is a shell script that starts others: they end as one group.
        let mut process = Command::new(home.join("bin/kc.sh"))
            .args(["start-dev", "--db=dev-mem", "--http-host=127.0.0.1", "--http-port=0", "--import-realm"])
            .arg(format!("{channel}={}", device.url))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut keycloak = Self { process, realm: String::new() };
        let mut said = String::new();
        let url = loop {
            let line = lines.next().unwrap_or_else(|| panic!("Keycloak ended: {said}")).unwrap();
            if let Some((_, url)) = line.split_once("Listening on: ") {
                break url.trim().to_owned();
            }
            said = said + &line + "\n";
        };
        // What it goes on to say must not hold it up.
        std::thread::spawn(move || lines.count());
        keycloak.realm = format!("{url}/realms/cpex");
        keycloak
    }

    fn endpoint(&self, name: &str) -> String {
        format!("{}/protocol/openid-connect/{name}", self.realm)
    }

    /// A token of the client `assistant`, by that grant.
    async fn token(&self, grant: &str) -> String {
        let answer = post(&self.endpoint("token"), ASSISTANT, "application/x-www-form-urlencoded", grant).await;
        let answer: Json = serde_json::from_slice(&answer).unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Tells what a person did who was asked.
    async fn answered(&self, asked: &Asked, status: &str) {
        let body = format!(r#"{{"status":"{status}"}}"#);
        post(&self.endpoint("ext/ciba/auth/callback"), &asked.authorization, "application/json", &body).await;
    }

    /// What the page on Keycloak shows, and routes that look at it from more sides.
    fn document(&self) -> String {
        let at = self.realm.strip_suffix("/realms/cpex").unwrap();
        let shown = include_str!("../../idp/keycloak.yaml");
        let (plugins, routes) = shown.split_once("\nroutes:\n").unwrap();
        format!("{plugins}{PLUGINS}\nroutes:\n{routes}{ROUTES}").replace("http://127.0.0.1:8080", at)
    }
}

const PLUGINS: &str = "
  - name: client
    kind: identity/jwt
    config:
      role: client
      header: X-Client
      claim_mapper: keycloak
      trusted_issuers:
        - issuer: http://127.0.0.1:8080/realms/cpex
          audiences: [agents]
          decoding_key:
            kind: jwks_url
            url: http://127.0.0.1:8080/realms/cpex/protocol/openid-connect/certs
            insecure_http: true
  - name: pay-user
    kind: identity/jwt
    config:
      claim_mapper: keycloak
      trusted_issuers:
        - issuer: http://127.0.0.1:8080/realms/cpex
          audiences: [pay-api]
          decoding_key:
            kind: jwks_url
            url: http://127.0.0.1:8080/realms/cpex/protocol/openid-connect/certs
            insecure_http: true
";

const ROUTES: &str = "
  - tool: roles
    authentication: [jwt-user]
    policy: [ 'require(role.hr & role.reviewer & !role.reader)' ]
  - tool: of_the_assistant
    authentication: [client]
    policy: [ \"require(client.id == 'assistant')\" ]
  - tool: acting
    authentication: [jwt-user, client]
    policy: [ 'delegate(pay-oauth, target: pay-api, actor: client)' ]
  - tool: elsewhere
    authentication: [jwt-user]
    policy: [ 'delegate(pay-oauth, target: elsewhere-api)' ]
  - tool: own
    policy: [ 'delegate(pay-oauth, target: pay-api, subject: this_workload)' ]
  # What stands behind the tool: it takes tokens for itself alone.
  - tool: backend
    authentication: [pay-user]
    policy: [ 'require(role.reader & !role.reviewer)' ]
";

impl Drop for Keycloak {
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["--", &group]).status();
        let _ = self.process.wait();
    }
}

#[tokio::test]
#[ignore = "needs a Keycloak: `make e2e-keycloak`"]
async fn a_keycloak_is_served_by_documents_as_users_write_them() {
    let mut device = Device::listen().await;
    let keycloak = Keycloak::start(&device);
    let (manager, clock) = manager(&keycloak.document()).await;
    let user = keycloak.token("grant_type=password&username=ada&password=planted-password&scope=openid").await;
    let client = keycloak.token("grant_type=client_credentials").await;
    roles_are_read_where_keycloak_states_them(&manager, &user, &client).await;
    tokens_are_exchanged_for_those_of_a_backend(&manager, &user, &client).await;
    people_are_asked_on_their_devices(&keycloak, &mut device, &manager, &clock, &user).await;
}

async fn roles_are_read_where_keycloak_states_them(manager: &PluginManager, user: &str, client: &str) {
    assert_eq!(decided(manager, "roles", Credentials::bearer(user)).await, "allowed");
    assert_eq!(decided(manager, "roles", Credentials::bearer(client)).await, "policy.require_failed");
    assert_eq!(decided(manager, "of_the_assistant", Credentials::none().with("X-Client", client)).await, "allowed");
    let (signed, _) = user.rsplit_once('.').unwrap();
    let (_, signature) = client.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{signature}");
    assert_eq!(decided(manager, "roles", Credentials::bearer(&forged)).await, "auth.signature");
}

async fn tokens_are_exchanged_for_those_of_a_backend(manager: &PluginManager, user: &str, client: &str) {
    let pay = operation("get_compensation", Credentials::bearer(user));
    let minted = manager.authorize(pay).await.decision.allowed().unwrap().credentials();
    let minted = minted[0].value.expose().strip_prefix("Bearer ").unwrap();
    assert_eq!(decided(manager, "backend", Credentials::bearer(minted)).await, "allowed");
    assert_eq!(decided(manager, "get_compensation", Credentials::bearer(minted)).await, "auth.audience");
    assert_eq!(decided(manager, "own", Credentials::none()).await, "allowed");
    let acting = operation("acting", Credentials::bearer(user).with("X-Client", client));
    let outcome = manager.authorize(acting).await;
    assert!(matches!(outcome.decision, Decision::Allow(_)));
    assert_eq!(outcome.report.errors, ["pay-oauth: the minted token does not say who acts"]);
    let outcome = manager.authorize(operation("elsewhere", Credentials::bearer(user))).await;
    assert_eq!(&*outcome.decision.violation().unwrap().code, "delegation.failed");
    assert_eq!(outcome.report.errors, ["pay-oauth: the token endpoint refused: `invalid_client`"]);
}

async fn people_are_asked_on_their_devices(
    keycloak: &Keycloak,
    device: &mut Device,
    manager: &PluginManager,
    clock: &SettableClock,
    user: &str,
) {
    for (status, becomes) in
        [("SUCCEED", ["allowed", "elicitation.replayed"]), ("CANCELLED", ["elicitation.denied"; 2])]
    {
        let call = || operation("raise_salary", Credentials::bearer(user));
        let Decision::Pending(pending) = manager.authorize(call()).await.decision else { panic!("it waits for Bob") };
        let asked = device.asked().await;
        assert_eq!(
            (&asked.what["login_hint"], &asked.what["binding_message"]),
            (&"bob".into(), &"Raise-a-salary".into())
        );
        keycloak.answered(&asked, status).await;
        clock.advance(2);
        for expected in becomes {
            let decision = manager.authorize(call().resume(&*pending.elicitation)).await.decision;
            let decided = decision.violation().map_or("allowed".to_owned(), |violation| violation.code.to_string());
            assert_eq!(decided, expected, "{status}");
        }
    }
}

/// Posts a body, and reads what it is answered by.
async fn post(url: &str, authorization: &str, content_type: &str, body: &str) -> Vec<u8> {
    let client = Hyper.client(Egress { insecure_http: true, ..Egress::default() }).unwrap();
    let request = OutboundRequest {
        method: OutboundMethod::Post { content_type, body: body.as_bytes() },
        url,
        headers: &[("Authorization", authorization)],
        max_bytes: 64 * 1024,
        timeout: Duration::from_secs(60),
    };
    let answer = client.send(request).await.unwrap();
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.body.to_vec()
}
