#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use cpex_sdk::async_trait;
use cpex_sdk::config::ConfigStep;
use cpex_sdk::http::{Egress, HttpError, HttpFault, HttpPort, OutboundRequest, OutboundResponse};
use cpex_sdk::testing::{FixedSecrets, host};
use serde_json::json;

use super::*;

/// A port whose clients reach nobody and want `https`.
struct Nobody;

impl HttpPort for Nobody {
    fn client(&self, _egress: Egress) -> Result<Arc<dyn HttpClient>, HttpError> {
        Ok(Arc::new(Self))
    }
}

#[async_trait]
impl HttpClient for Nobody {
    fn check(&self, url: &str) -> Result<(), HttpError> {
        let refused = || HttpError { fault: HttpFault::Refused, text: format!("`{url}` is not https") };
        url.starts_with("https://").then_some(()).ok_or_else(refused)
    }

    async fn send(&self, _request: OutboundRequest<'_>) -> Result<OutboundResponse, HttpError> {
        Err(HttpError { fault: HttpFault::Unreachable, text: "nobody".to_owned() })
    }
}

fn reaching() -> Host {
    let secrets = FixedSecrets::default().with("SECRET", "planted").with("EMPTY", "");
    Host { http: Some(Arc::new(Nobody)), secrets: Arc::new(secrets), ..host() }
}

/// The smallest config, with these keys over it.
fn config(over: &Json) -> Json {
    let mut config = json!({
        "backchannel_endpoint": "https://idp.example/backchannel",
        "token_endpoint": "https://idp.example/token",
        "client_id": "gateway",
        "client_secret_source": { "kind": "env_var", "name": "SECRET" },
    });
    for (key, value) in over.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    config
}

/// Where and what is wrong, as one text each, sorted.
fn faults(config: &Json, host: &Host) -> Vec<String> {
    let show = |fault: ConfigFault| {
        let steps = fault.path.iter().map(|step| match step {
            ConfigStep::Key(key) => key.clone(),
            ConfigStep::Index(index) => index.to_string(),
        });
        format!("{}: {}", steps.collect::<Vec<_>>().join("."), fault.text)
    };
    let mut found: Vec<_> = Settings::read(config, host).err().unwrap_or_default().into_iter().map(show).collect();
    found.sort();
    found
}

#[test]
fn what_is_left_out_has_its_default() {
    let Ok(settings) = Settings::read(&config(&json!({})), &reaching()) else { panic!("it is refused") };
    assert_eq!((settings.scope.as_str(), settings.approver_claim.as_str()), ("openid", "sub"));
    assert_eq!((settings.issuer, settings.caller_issuers, settings.expiry), (None, None, None));
    assert_eq!(settings.hint_issuer, None);
    assert_eq!((settings.binding_message_length, settings.timeout), (50, Duration::from_secs(5)));
}

#[test]
fn every_key_is_read() {
    let full = json!({
        "issuer": "https://idp.example", "scope": "openid approvals", "approver_claim": "email",
        "binding_message_length": 20, "default_requested_expiry_seconds": 120, "http_timeout_seconds": 60,
        "insecure_http": true, "allow_private": true, "caller_issuers": ["https://a.example"],
        "login_hint_format": "iss_sub",
    });
    let Ok(settings) = Settings::read(&config(&full), &reaching()) else { panic!("it is refused") };
    assert_eq!((settings.scope.as_str(), settings.approver_claim.as_str()), ("openid approvals", "email"));
    assert_eq!((settings.issuer.as_deref(), settings.client_id.as_str()), (Some("https://idp.example"), "gateway"));
    assert_eq!((settings.expiry, settings.timeout), (Some(Duration::from_secs(120)), Duration::from_secs(60)));
    assert_eq!(settings.binding_message_length, 20);
    assert_eq!(settings.hint_issuer.as_deref(), Some("https://idp.example"));
    assert_eq!(settings.caller_issuers, Some(vec!["https://a.example".to_owned()]));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_without_the_secret() {
    let wrong = json!({
        "token_endpoint": "http://idp.example/token", "client_id": "", "issuer": "", "approver_claim": "",
        "client_secret_source": { "kind": "env_var", "name": "EMPTY" }, "scope": "profile",
        "binding_message_length": 0, "default_requested_expiry_seconds": 0, "http_timeout_seconds": 61,
        "caller_issuers": [], "retries": 3,
    });
    assert_eq!(
        faults(&config(&wrong), &reaching()),
        [
            "approver_claim: the text is empty",
            "binding_message_length: expected from 1 to 256 characters",
            "caller_issuers: nobody could name an approver",
            "client_id: the identifier is empty",
            "client_secret_source: the secret is empty",
            "default_requested_expiry_seconds: expected from 1 to 604800 seconds",
            "http_timeout_seconds: expected from 1 to 60 seconds",
            "issuer: the text is empty",
            "retries: unknown key `retries`",
            "scope: `openid` is not among the scopes",
            "token_endpoint: `http://idp.example/token` is not https",
        ]
    );
    for scope in ["", "openid  profile", "openid\tprofile", "openid \"profile\""] {
        let found = faults(&config(&json!({ "scope": scope })), &reaching());
        assert_eq!(found, [format!("scope: `{scope}` is no list of scopes")]);
    }
    let nameless = json!({ "login_hint_format": "iss_sub" });
    let found = faults(&config(&nameless), &reaching());
    assert_eq!(found, ["login_hint_format: `iss_sub` names an issuer, and there is none"]);
    let other = json!({ "issuer": "https://idp.example", "login_hint_format": "email" });
    assert_eq!(faults(&config(&other), &reaching()), ["login_hint_format: unknown word `email`"]);
    let plain = json!({ "backchannel_endpoint": "http://idp.example/" });
    assert_eq!(faults(&config(&plain), &reaching()), ["backchannel_endpoint: `http://idp.example/` is not https"]);
}

#[test]
fn shapes_are_told_and_nothing_else_is_read_of_them() {
    let wrong = json!({
        "backchannel_endpoint": ["planted"], "token_endpoint": 1, "client_id": ["planted"], "issuer": {},
        "client_secret_source": "planted", "scope": ["planted"], "approver_claim": true, "caller_issuers": "planted",
        "binding_message_length": "planted", "default_requested_expiry_seconds": -1, "http_timeout_seconds": [],
    });
    let found = faults(&config(&wrong), &reaching());
    assert!(found.iter().all(|fault| !fault.contains("planted")), "{found:?}");
    for key in wrong.as_object().into_iter().flatten().map(|(key, _)| key) {
        assert!(found.iter().any(|fault| fault.starts_with(&format!("{key}: expected "))), "{key}: {found:?}");
    }
}

#[test]
fn what_must_be_there_is_asked_for() {
    assert_eq!(
        faults(&Json::Null, &reaching()),
        [
            ": the key `backchannel_endpoint` is missing",
            ": the key `client_id` is missing",
            ": the key `client_secret_source` is missing",
            ": the key `token_endpoint` is missing",
        ]
    );
    let alone = Host { http: None, ..reaching() };
    assert_eq!(faults(&config(&json!({})), &alone), ["backchannel_endpoint: the host lends no HTTP"]);
}
