#![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

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
    let secrets = FixedSecrets::default().with("SECRET", "planted").with("EMPTY", "").with("BROKEN", "planted\r\nX: y");
    Host { http: Some(Arc::new(Nobody)), secrets: Arc::new(secrets), ..host() }
}

/// The smallest config, with these keys over it.
fn config(over: &Json) -> Json {
    let mut config = json!({ "endpoint": "https://pdp.example" });
    for (key, value) in over.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    config
}

fn secret(name: &str) -> Json {
    json!({ "kind": "env_var", "name": name })
}

/// Where and what is wrong, as one text each.
fn faults(over: &Json) -> Vec<String> {
    faults_of(&config(over), &reaching())
}

fn faults_of(config: &Json, host: &Host) -> Vec<String> {
    let show = |fault: ConfigFault| {
        let steps = fault.path.iter().map(|step| match step {
            ConfigStep::Key(key) => key.clone(),
            ConfigStep::Index(index) => index.to_string(),
        });
        format!("{}: {}", steps.collect::<Vec<_>>().join("."), fault.text)
    };
    read(config, host).err().unwrap_or_default().into_iter().map(show).collect()
}

#[test]
fn configs_that_are_right_are_taken() {
    for over in [
        json!({}),
        json!({ "endpoint": "https://pdp.example/tenant/a/", "timeout_ms": 30000, "insecure_http": true }),
        json!({ "auth": { "kind": "bearer", "token": secret("SECRET") }, "cache": { "ttl_seconds": 3600 } }),
        json!({ "auth": { "kind": "basic", "username": "", "password": secret("SECRET") }, "allow_private": true }),
        json!({ "auth": { "kind": "api_key", "header": "X-API-Key", "key": secret("SECRET") }, "timeout_ms": 1,
                "cache": { "ttl_seconds": 1, "max_entries": 100_000 } }),
    ] {
        assert_eq!(faults(&over), [""; 0], "{over}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once_without_the_secret() {
    let wrong = json!({
        "endpoint": "http://pdp.example", "evaluations_semantic": "permit_on_first_permit",
        "retries": 3, "timeout_ms": 0,
        "auth": { "kind": "bearer", "key": secret("SECRET"), "username": "cpex" },
        "cache": { "ttl_seconds": 0, "max_entries": 0 },
    });
    assert_eq!(
        faults(&wrong),
        [
            "evaluations_semantic: unknown word `permit_on_first_permit`",
            "retries: unknown key `retries`",
            "auth.key: `key` is not read for `bearer`",
            "auth.username: `username` is not read for `bearer`",
            "auth: the key `token` is missing",
            "timeout_ms: expected from 1 to 30000",
            "endpoint: `http://pdp.example` is not https",
            "cache.ttl_seconds: expected from 1 to 3600 seconds",
            "cache.max_entries: expected from 1 to 100000",
        ]
    );
}

#[test]
fn the_endpoint_is_what_the_paths_of_the_api_are_added_to() {
    let ends = "endpoint: it ends with a path of the API, which is added to it";
    for (endpoint, fault) in [
        ("https://pdp.example/access/v1/evaluation", ends),
        ("https://pdp.example/tenant/access/v1/evaluations/", ends),
        ("https://pdp.example/?tenant=a", "endpoint: it has a query, and a path is added to it"),
    ] {
        assert_eq!(faults(&json!({ "endpoint": endpoint })), [fault], "{endpoint}");
    }
    let alone = Host { http: None, ..reaching() };
    assert_eq!(faults_of(&config(&json!({})), &alone), ["endpoint: the host lends no HTTP"]);
    assert_eq!(faults_of(&Json::Null, &reaching()), [": the key `endpoint` is missing"]);
}

#[test]
fn an_authentication_that_cannot_be_sent_is_refused() {
    let unsendable = "the secret cannot be sent in a header: it is more than visible ASCII";
    for (auth, fault) in [
        (json!({ "kind": "bearer", "token": secret("EMPTY") }), "auth.token: the secret is empty".to_owned()),
        (json!({ "kind": "bearer", "token": secret("OTHER") }), "auth.token: there is no secret `OTHER`".to_owned()),
        (json!({ "kind": "bearer", "token": secret("BROKEN") }), format!("auth.token: {unsendable}")),
        (
            json!({ "kind": "basic", "username": "a:b", "password": secret("SECRET") }),
            "auth.username: a name of `basic` has neither a colon nor a control character".to_owned(),
        ),
        (json!({ "kind": "basic", "username": "a" }), "auth: the key `password` is missing".to_owned()),
        (
            json!({ "kind": "api_key", "header": "X Key", "key": secret("SECRET") }),
            "auth.header: `X Key` is not the name of a header".to_owned(),
        ),
        (
            json!({ "kind": "api_key", "header": "content-length", "key": secret("SECRET") }),
            "auth.header: the header `content-length` says something else of the request".to_owned(),
        ),
        (json!({ "kind": "api_key", "header": "X-Key", "key": secret("BROKEN") }), format!("auth.key: {unsendable}")),
        (json!({ "kind": "digest" }), "auth.kind: unknown word `digest`".to_owned()),
        (json!({ "token": secret("SECRET") }), "auth: the key `kind` is missing".to_owned()),
    ] {
        assert_eq!(faults(&json!({ "auth": auth })), [fault], "{auth}");
    }
}

#[test]
fn shapes_are_told_and_nothing_else_is_read_of_them() {
    let wrong = json!({ "endpoint": 1, "auth": "planted", "timeout_ms": -1, "cache": true });
    let found = faults(&wrong);
    assert!(found.iter().all(|fault| !fault.contains("planted")), "{found:?}");
    for key in ["endpoint", "auth", "timeout_ms", "cache"] {
        assert!(found.iter().any(|fault| fault.starts_with(&format!("{key}: expected "))), "{key}: {found:?}");
    }
}
