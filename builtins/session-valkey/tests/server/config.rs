//! What a config may not say, and what starting says over the configs that load.

use std::sync::Arc;

use cpex_sdk::Host;
use cpex_sdk::config::ConfigStep;
use cpex_sdk::testing::{FixedSecrets, host};
use serde_json::{Value as Json, json};

use crate::bench::build;

fn lent() -> Host {
    Host { secrets: Arc::new(FixedSecrets::default().with("PASSWORD", "hush")), ..host() }
}

/// The place, the text and the advice of each thing that is wrong.
fn wrong(config: Json) -> Vec<String> {
    let faults = build(config, &lent()).err().unwrap_or_default();
    let step = |step: &ConfigStep| match step {
        ConfigStep::Key(key) => key.clone(),
        ConfigStep::Index(index) => index.to_string(),
    };
    let shown = faults.iter().map(|fault| {
        let path: Vec<String> = fault.path.iter().map(step).collect();
        format!("{}: {}; {}", path.join("."), fault.text, fault.help.as_deref().unwrap_or("-"))
    });
    shown.collect()
}

fn with(over: &Json) -> Json {
    let mut config = json!({ "endpoint": "localhost:6379" });
    config.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    config
}

#[test]
fn a_config_is_refused_wherever_it_is_wrong() {
    let advice = "write such as `labels.example:6379`; `tls`, `username` and `password` stand beside it";
    let secret = json!({ "kind": "env_var", "name": "PASSWORD" });
    for (config, expected) in [
        (json!({}), ": the key `endpoint` is missing; -".to_owned()),
        (
            json!({ "endpoint": "valkeys://u:hush@labels.example" }),
            format!("endpoint: this is no `host:port`; {advice}"),
        ),
        (with(&json!({ "ttl": 60 })), "ttl: unknown key `ttl`;".to_owned()),
        (
            json!({ "endpoint": "labels.example:6379" }),
            "endpoint: a server that is not on this host must be spoken to over TLS; add `tls: true`".to_owned(),
        ),
        (
            json!({ "endpoint": "10.0.0.7:6379", "tls": false }),
            "tls: a server that is not on this host must be spoken to over TLS; add `tls: true`".to_owned(),
        ),
        (with(&json!({ "tls": "yes" })), "tls: expected `true` or `false` or a map, found text; -".to_owned()),
        (with(&json!({ "tls": { "ca": "x" } })), "tls.ca: unknown key `ca`;".to_owned()),
        (with(&json!({ "tls": { "ca_file": "none.pem" } })), "tls.ca_file: cannot read `none.pem`:".to_owned()),
        (with(&json!({ "tls": { "client_key": secret } })), "tls.client_key: a key needs its certificate;".to_owned()),
        (with(&json!({ "username": "cpex" })), "username: a user needs a password; add `password`".to_owned()),
        (with(&json!({ "password": "hush" })), "password: expected a secret source, found text; -".to_owned()),
        (
            with(&json!({ "password": { "kind": "env_var", "name": "NONE" } })),
            "password: there is no secret `NONE`; -".to_owned(),
        ),
        (
            with(&json!({ "key_prefix": "" })),
            "key_prefix: expected from 1 to 64 characters of ASCII, without blanks; -".to_owned(),
        ),
        (
            with(&json!({ "key_prefix": "a b" })),
            "key_prefix: expected from 1 to 64 characters of ASCII, without blanks; -".to_owned(),
        ),
        (with(&json!({ "ttl_seconds": 0 })), "ttl_seconds: expected from 1 to 316224000 seconds; -".to_owned()),
        (with(&json!({ "max_session_lifetime_seconds": 0 })), "max_session_lifetime_seconds: expected".to_owned()),
        (
            with(&json!({ "connect_timeout_ms": 0 })),
            "connect_timeout_ms: expected from 1 to 60000 milliseconds; -".to_owned(),
        ),
        (
            with(&json!({ "command_timeout_ms": 60001 })),
            "command_timeout_ms: expected from 1 to 60000 milliseconds; -".to_owned(),
        ),
    ] {
        let found = wrong(config.clone());
        assert!(matches!(found.as_slice(), [one] if one.starts_with(&expected)), "{config}: {found:?}");
        assert!(!found[0].contains("hush"), "{found:?}");
    }
    assert_eq!(wrong(json!({ "endpoint": "nowhere", "ttl_seconds": 0, "password": 1 })).len(), 3);
}

#[test]
fn a_config_that_is_right_loads_without_a_server() {
    for config in [
        with(&json!({})),
        with(&json!({ "tls": false })),
        json!({ "endpoint": "[::1]:6379" }),
        json!({ "endpoint": "labels.example:6379", "tls": true }),
        json!({ "endpoint": "[2001:db8::7]:6379", "tls": {} }),
        with(&json!({ "username": "cpex", "password": { "kind": "env_var", "name": "PASSWORD" } })),
        with(&json!({ "key_prefix": "{acme}:", "ttl_seconds": 60, "max_session_lifetime_seconds": 60 })),
    ] {
        assert_eq!(wrong(config.clone()), [""; 0], "{config}");
        assert!(build(config, &lent()).unwrap().warnings.is_empty());
    }
}

#[test]
fn trap_41_labels_that_are_kept_for_a_shorter_time_than_sessions_live_are_warned_about() {
    for (config, expected) in [
        (json!({ "ttl_seconds": 60, "max_session_lifetime_seconds": 61 }), (61, 60)),
        (json!({ "max_session_lifetime_seconds": 86401 }), (86401, 86400)),
    ] {
        let (lifetime, ttl) = expected;
        let warnings = build(with(&config), &lent()).unwrap().warnings;
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].path, ["max_session_lifetime_seconds".into()]);
        let text = format!("a session may live for {lifetime} seconds, and its labels are kept for {ttl}");
        assert_eq!(warnings[0].text, text);
    }
}
