#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;

use cpex_sdk::async_trait;
use cpex_sdk::config::ConfigStep;
use cpex_sdk::http::{Egress, HttpClient, HttpError, HttpFault, HttpPort, OutboundRequest, OutboundResponse};
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
        "token_endpoint": "https://idp.example/token",
        "client_id": "gateway",
        "client_secret_source": { "kind": "env_var", "name": "SECRET" },
    });
    for (key, value) in over.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    config
}

/// Where and what is wrong, as one text each.
fn faults(config: &Json, host: &Host) -> Vec<String> {
    let show = |fault: ConfigFault| {
        let steps = fault.path.iter().map(|step| match step {
            ConfigStep::Key(key) => key.clone(),
            ConfigStep::Index(index) => index.to_string(),
        });
        format!("{}: {}", steps.collect::<Vec<_>>().join("."), fault.text)
    };
    Settings::read(config, host).err().unwrap_or_default().into_iter().map(show).collect()
}

#[test]
fn what_is_left_out_has_its_default() {
    let Ok(settings) = Settings::read(&config(&json!({})), &reaching()) else { panic!("it is refused") };
    assert_eq!(settings.types.subject, ACCESS_TOKEN);
    assert_eq!(settings.types.actor, JWT);
    assert_eq!(settings.types.assertion, JWT_SVID);
    assert_eq!(settings.outbound.name(), "Authorization");
    assert!(!settings.requires_act && settings.cache.is_none());
}

#[test]
fn every_key_is_read() {
    let full = json!({
        "subject_token_type": JWT, "actor_token_type": ACCESS_TOKEN,
        "workload_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "require_act": true, "timeout_seconds": 60, "default_outbound_header": "X-Token",
        "cache": { "enabled": true, "ttl_ceiling_seconds": 86400 }, "insecure_http": true, "allow_private": true,
    });
    let Ok(settings) = Settings::read(&config(&full), &reaching()) else { panic!("it is refused") };
    assert_eq!((settings.types.subject.as_str(), settings.types.actor.as_str()), (JWT, ACCESS_TOKEN));
    assert!(settings.types.assertion.ends_with("jwt-bearer"));
    assert_eq!(settings.outbound.name(), "X-Token");
    assert!(settings.requires_act && settings.cache.is_some());
    let off = config(&json!({ "cache": { "enabled": false, "ttl_ceiling_seconds": 60 } }));
    assert!(Settings::read(&off, &reaching()).is_ok_and(|settings| settings.cache.is_none()));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_without_the_secret() {
    let wrong = json!({
        "token_endpoint": "http://idp.example/token", "client_id": "",
        "client_secret_source": { "kind": "env_var", "name": "EMPTY" },
        "subject_token_type": "jwt", "default_outbound_header": "X Token",
        "timeout_seconds": 0, "cache": { "ttl_ceiling_seconds": 86401 },
        "retries": 3,
    });
    let mut found = faults(&config(&wrong), &reaching());
    found.sort();
    assert_eq!(
        found,
        [
            "cache.ttl_ceiling_seconds: expected from 1 to 86400 seconds",
            "cache: the key `enabled` is missing",
            "client_id: the identifier is empty",
            "client_secret_source: the secret is empty",
            "default_outbound_header: `X Token` is not the name of a header",
            "retries: unknown key `retries`",
            "subject_token_type: `jwt` is not an absolute URI",
            "timeout_seconds: expected from 1 to 60 seconds",
            "token_endpoint: `http://idp.example/token` is not https",
        ]
    );
}

#[test]
fn shapes_are_told_and_nothing_else_is_read_of_them() {
    let wrong = json!({
        "token_endpoint": 1, "client_id": ["planted"], "client_secret_source": "planted",
        "default_outbound_header": {}, "cache": true, "timeout_seconds": -1,
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
            ": the key `token_endpoint` is missing",
            ": the key `client_id` is missing",
            ": the key `client_secret_source` is missing",
        ]
    );
    let unknown = json!({ "client_secret_source": { "kind": "env_var", "name": "OTHER" } });
    assert_eq!(faults(&config(&unknown), &reaching()), ["client_secret_source: there is no secret `OTHER`"]);
    let alone = Host { http: None, ..reaching() };
    assert_eq!(faults(&config(&json!({})), &alone), ["token_endpoint: the host lends no HTTP"]);
}
