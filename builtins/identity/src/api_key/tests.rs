#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::fs;

use apl_cmf::{Credentials, Draft, Message, Principal, Role, Subject, SubjectKind};
use argon2::{Argon2, Params, PasswordHasher};
use cpex_sdk::testing::host;
use cpex_sdk::{IdentityResolver, Inbound, Resolution};
use serde_json::{Value as Json, json};

use super::*;

const RANDOM: &str = "cpex_3q2-7wAbQk1m9sZ0";
const COSTLY: &str = "billing.correct horse battery staple";

fn sha256(key: &str) -> String {
    let digits: String = hash::digest_of(key).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// An Argon2id hash of little cost.
fn argon2id(key: &str) -> String {
    let argon2 = Argon2::from(Params::new(8, 1, 1, None).unwrap());
    argon2.hash_password_with_salt(key.as_bytes(), b"a salt of tests").unwrap().to_string()
}

fn listed() -> Json {
    json!([
        { "hash": sha256(RANDOM), "subject": {
            "id": "crawler", "kind": "agent", "tenant": "acme", "roles": ["reader", "hr"], "permissions": "view_ssn",
            "teams": ["search"],
        } },
        { "id": "billing", "hash": argon2id(COSTLY), "subject": { "id": "billing-service" } },
    ])
}

fn built(config: &Json, host: &Host) -> Result<Arc<dyn IdentityResolver>, Vec<String>> {
    let declaration = PluginConfig { config: config.clone(), ..PluginConfig::new("keys", API_KEY_KIND) };
    match ApiKeyFactory.build(&declaration, host) {
        Ok(Instance::Identity(resolver)) => Ok(resolver),
        Ok(other) => panic!("expected a resolver, found {other:?}"),
        Err(faults) => Err(faults.into_iter().map(|fault| fault.text).collect()),
    }
}

fn faults(keys: &Json) -> Vec<String> {
    built(&json!({ "keys": keys }), &host()).err().unwrap_or_default()
}

fn resolution(config: &Json, credentials: &Credentials) -> Resolution {
    let resolver = built(config, &host()).unwrap();
    let draft = Draft::new(Message::new(Role::User, Vec::new()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(resolver.resolve(Inbound { credentials, draft: &draft }))
}

fn subject(resolution: Resolution) -> Subject {
    match resolution {
        Resolution::Verified(verified) => match verified.principal {
            Principal::Subject(subject) => subject,
            other => panic!("expected a subject, found {other:?}"),
        },
        other => panic!("expected to be recognised, found {other:?}"),
    }
}

fn with_key(key: &str) -> Resolution {
    resolution(&json!({ "keys": listed() }), &Credentials::none().with("x-api-key", key))
}

#[test]
fn a_random_key_stands_for_its_subject() {
    let expected = Subject {
        id: "crawler".to_owned(),
        kind: SubjectKind::Agent,
        tenant: Some("acme".to_owned()),
        roles: ["reader", "hr"].into_iter().collect(),
        permissions: ["view_ssn"].into_iter().collect(),
        teams: ["search"].into_iter().collect(),
        ..Subject::default()
    };
    assert_eq!(subject(with_key(RANDOM)), expected);
}

#[test]
fn a_costly_key_stands_for_a_service_by_default() {
    let found = subject(with_key(COSTLY));
    assert_eq!((found.id.as_str(), found.kind), ("billing-service", SubjectKind::Service));
}

#[test]
fn what_is_no_key_is_refused_and_nothing_of_it_is_recorded() {
    let long = "x".repeat(513);
    for (key, code) in [
        ("planted", "auth.invalid"),
        ("billing.planted", "auth.invalid"),
        ("billing", "auth.invalid"),
        ("other.correct horse battery staple", "auth.invalid"),
        ("Billing.correct horse battery staple", "auth.invalid"),
        ("cpex_3q2-7wAbQk1m9sZ0x", "auth.invalid"),
        (sha256(RANDOM).as_str(), "auth.invalid"),
        (argon2id(COSTLY).replace(',', ";").as_str(), "auth.invalid"),
        ("", "auth.empty"),
        (long.as_str(), "auth.malformed"),
    ] {
        let Resolution::Failed(failure) = with_key(key) else { panic!("{key} was recognised") };
        assert_eq!(failure.code, code, "{key}");
        assert!(key.is_empty() || !failure.note.contains(key), "{}", failure.note);
    }
}

#[test]
fn a_key_is_looked_for_in_its_place_and_in_no_other() {
    let elsewhere = Credentials::none().with("x-other", RANDOM).with_parameter("x-api-key", RANDOM);
    assert!(matches!(resolution(&json!({ "keys": listed() }), &elsewhere), Resolution::Nothing));
    let config = json!({ "keys": listed(), "credential": { "kind": "query_param", "name": "key" } });
    let twice = Credentials::none().with_parameter("key", RANDOM);
    assert_eq!(subject(resolution(&config, &twice)).id, "crawler");
    let Resolution::Failed(failure) = resolution(&config, &twice.with_parameter("key", RANDOM)) else { panic!() };
    assert_eq!(failure.code, "auth.ambiguous");
}

#[test]
fn keys_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = Host { directory: folder.path().to_owned(), ..host() };
    let config = json!({ "keys": "keys.json" });
    let write = |text: &str| fs::write(folder.path().join("keys.json"), text).unwrap();
    let missing = built(&config, &here).err().unwrap();
    assert!(missing[0].starts_with("cannot read `keys.json`: "), "{missing:?}");
    write(&json!({ "keys": listed() }).to_string());
    assert!(built(&config, &here).is_ok());
    for (text, expected) in [
        ("[]", "the content of `keys.json` is not a JSON object"),
        (r#"{"keys": [], "keys": []}"#, "the content of `keys.json` states a member twice"),
        ("{}", "in `keys.json`, at its top: the key `keys` is missing"),
        (r#"{"keys": "more.json"}"#, "in `keys.json`, keys: expected a list, found text"),
        (r#"{"keys": []}"#, "in `keys.json`, keys: no key is listed, so nobody would be recognised"),
        (
            r#"{"keys": [{"hash": "sha256:00", "subject": {"id": "a"}}]}"#,
            "in `keys.json`, keys[0].hash: a SHA-256 digest has 64 hexadecimal digits",
        ),
    ] {
        write(text);
        assert_eq!(built(&config, &here).err().unwrap(), [expected], "{text}");
    }
}

#[test]
fn a_list_of_keys_that_means_nothing_or_two_things_is_refused() {
    let with = |key: &str, value: Json, index: usize| {
        let mut keys = listed();
        keys[index][key] = value;
        keys
    };
    let twice = |index: usize| {
        let mut keys = listed();
        let again = keys[index].clone();
        keys.as_array_mut().unwrap().push(again);
        keys
    };
    assert_eq!(built(&Json::Null, &host()).err().unwrap(), ["the key `keys` is missing"]);
    for (keys, expected) in [
        (json!([]), "no key is listed, so nobody would be recognised"),
        (twice(0), "this hash is already listed above"),
        (twice(1), "the key `billing` is already listed above"),
        (with("id", "crawler".into(), 0), "`id` is not read for a `sha256` hash"),
        (with("id", "".into(), 1), "an `id` is not empty and has no dot"),
        (with("id", "a.b".into(), 1), "an `id` is not empty and has no dot"),
        (with("hash", argon2id("x").into(), 0), "the key `id` is missing"),
        (with("subject", json!({ "id": "" }), 0), "the identifier of the subject is empty"),
        (with("subject", json!({ "id": "a", "role": "hr" }), 0), "unknown key `role`"),
        (with("subject", Json::Null, 0), "expected a map, found nothing"),
        (with("key", RANDOM.into(), 0), "unknown key `key`"),
    ] {
        assert_eq!(faults(&keys), [expected]);
    }
}
