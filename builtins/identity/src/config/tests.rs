#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::path::PathBuf;

use cpex_sdk::config::ConfigStep;
use cpex_sdk::testing::host;
use serde_json::json;

use super::*;
use crate::issuer::Keys;

/// A config that is right, for one thing to be changed in it.
fn right() -> Json {
    json!({"trusted_issuers": [{
        "issuer": "https://idp.example", "audiences": ["agents"],
        "decoding_key": {"kind": "secret", "secret": "hush-hush"},
    }]})
}

fn issuer_with(key: &str, value: Json) -> Json {
    let mut config = right();
    config["trusted_issuers"][0][key] = value;
    config
}

fn issuer_without(key: &str) -> Json {
    let mut config = right();
    config["trusted_issuers"][0].as_object_mut().unwrap().remove(key).unwrap();
    config
}

fn root_with(more: Json) -> Json {
    let mut config = right();
    let Json::Object(more) = more else { return more };
    config.as_object_mut().unwrap().extend(more);
    config
}

/// The faults as `path: text`, in order.
fn faults(config: &Json) -> Vec<String> {
    let shown = |fault: ConfigFault| {
        let steps: Vec<String> = fault.path.iter().map(step).collect();
        format!("{}: {}", steps.join("."), fault.text)
    };
    Settings::read(config, &host()).unwrap_err().into_iter().map(shown).collect()
}

fn step(step: &ConfigStep) -> String {
    match step {
        ConfigStep::Key(key) => key.clone(),
        ConfigStep::Index(index) => index.to_string(),
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let settings = Settings::read(&right(), &host()).unwrap();
    assert_eq!(settings.place, Place::Scheme { header: "Authorization".to_owned() });
    assert_eq!(settings.issuers[0].mapping, Mapping::standard(Role::User));
    assert_eq!((settings.issuers.len(), settings.issuers[0].leeway_s), (1, 0));
}

#[test]
fn every_key_is_read() {
    let config = root_with(json!({
        "role": "client", "credential": {"kind": "cookie", "name": "session"},
        "claim_map": {"id": "app", "roles": ["a.b", "c"]},
    }));
    let settings = Settings::read(&config, &host()).unwrap();
    assert_eq!(settings.place, Place::Cookie { name: "session".to_owned() });
    let path = |text: &str| ClaimPath::Dotted(text.to_owned());
    let mut mapping = Mapping::standard(Role::Client);
    mapping.id = vec![path("app")];
    mapping.roles = Names::All(vec![path("a.b"), path("c")]);
    assert_eq!(settings.issuers[0].mapping, mapping);

    let named = root_with(json!({"header": "X-Token", "claim_mapper": "standard", "role": "caller_workload"}));
    let settings = Settings::read(&named, &host()).unwrap();
    assert_eq!(settings.place, Place::Header { name: "X-Token".to_owned() });
    assert_eq!(settings.issuers[0].mapping.role, Role::CallerWorkload);
    let credential = root_with(json!({"credential": {"kind": "header", "name": "authorization"}}));
    assert_eq!(Settings::read(&credential, &host()).unwrap().place, Place::header("authorization"));
}

#[test]
fn somebody_must_be_trusted() {
    assert_eq!(faults(&Json::Null), [": the key `trusted_issuers` is missing"]);
    let nobody = ["trusted_issuers: no issuer is trusted, so no token would be accepted"];
    assert_eq!(faults(&json!({"trusted_issuers": []})), nobody);
    assert_eq!(faults(&json!({"trusted_issuers": {}})), ["trusted_issuers: expected a list, found a map"]);
    assert_eq!(faults(&json!({"trusted_issuers": [null]})), ["trusted_issuers.0: expected a map, found nothing"]);
    assert_eq!(faults(&json!([])), [": expected a map, found a list"]);
}

#[test]
fn an_issuer_is_named_once() {
    let mut config = right();
    let issuer = config["trusted_issuers"][0].clone();
    config["trusted_issuers"].as_array_mut().unwrap().push(issuer);
    let twice = ["trusted_issuers.1.issuer: the issuer `https://idp.example` is already named above"];
    assert_eq!(faults(&config), twice);
    assert_eq!(faults(&issuer_with("issuer", json!(""))), ["trusted_issuers.0.issuer: the name of an issuer is empty"]);
    assert_eq!(faults(&issuer_without("issuer")), ["trusted_issuers.0: the key `issuer` is missing"]);
}

#[test]
fn audiences_are_named_or_their_check_is_switched_off() {
    let missing = ["trusted_issuers.0: the key `audiences` is missing"];
    assert_eq!(faults(&issuer_without("audiences")), missing);
    let mut off = issuer_without("audiences");
    off["trusted_issuers"][0]["skip_audience_validation"] = false.into();
    assert_eq!(faults(&off), missing);
    let none = ["trusted_issuers.0.audiences: no audience is named, so no token would be accepted"];
    assert_eq!(faults(&issuer_with("audiences", json!([]))), none);
    assert_eq!(
        faults(&issuer_with("audiences", json!(["a", ""]))),
        ["trusted_issuers.0.audiences.1: an audience is empty"]
    );
    let shape = ["trusted_issuers.0.audiences: expected a list, found text"];
    assert_eq!(faults(&issuer_with("audiences", json!("agents"))), shape);
    let both = ["trusted_issuers.0.skip_audience_validation: `audiences` are named and their check is switched off"];
    assert_eq!(faults(&issuer_with("skip_audience_validation", json!(true))), both);
    assert!(Settings::read(&issuer_with("skip_audience_validation", json!(false)), &host()).is_ok());
}

#[test]
fn algorithms_are_those_of_the_key() {
    let listed = ["HS384", "RS256", "none", "EdDSA"];
    let expected = [
        "trusted_issuers.0.algorithms.2: unknown word `none`",
        "trusted_issuers.0.algorithms.1: the key cannot be used with `RS256`",
        "trusted_issuers.0.algorithms.3: the key cannot be used with `EdDSA`",
    ];
    assert_eq!(faults(&issuer_with("algorithms", json!(listed))), expected);
    let none = ["trusted_issuers.0.algorithms: no algorithm is named, so no token would be accepted"];
    assert_eq!(faults(&issuer_with("algorithms", json!([]))), none);
}

#[test]
fn a_key_has_what_belongs_to_its_kind_and_nothing_else() {
    let faults_of = |key: Json| faults(&issuer_with("decoding_key", key));
    assert_eq!(faults_of(json!({"kind": "pem"})), ["trusted_issuers.0.decoding_key: the key `pem` is missing"]);
    let extra = ["trusted_issuers.0.decoding_key.path: `path` is not read for a key of kind `secret`"];
    assert_eq!(faults_of(json!({"kind": "secret", "secret": "s", "path": "p"})), extra);
    assert_eq!(faults_of(json!({"kind": "raw"})), ["trusted_issuers.0.decoding_key.kind: unknown word `raw`"]);
    assert_eq!(faults_of(json!({})), ["trusted_issuers.0.decoding_key: the key `kind` is missing"]);
    let unknown = ["trusted_issuers.0.decoding_key.secrets: unknown key `secrets`"];
    assert_eq!(faults_of(json!({"kind": "secret", "secret": "s", "secrets": 1})), unknown);
    let shape = ["trusted_issuers.0.decoding_key.jwk: expected a map or text, found a list"];
    assert_eq!(faults_of(json!({"kind": "jwk", "jwk": []})), shape);
    let twice = ["trusted_issuers.0.decoding_key.jwk: the text of the key states a member twice"];
    assert_eq!(faults_of(json!({"kind": "jwk", "jwk": r#"{"kty":"oct","k":"YQ","k":"Yg"}"#})), twice);
    let source = "trusted_issuers.0.decoding_key.secret: expected `{kind: env_var, name}`, `{kind: file, path}`, \
                  `{kind: literal, secret}` or `{kind: named, name}`";
    assert_eq!(faults_of(json!({"kind": "secret", "secret": {"kind": "vault", "secret": "hush-hush"}})), [source]);
    let absent = ["trusted_issuers.0.decoding_key.secret: there is no secret `ABSENT`"];
    assert_eq!(faults_of(json!({"kind": "secret", "secret": {"kind": "env_var", "name": "ABSENT"}})), absent);
}

#[test]
fn a_key_file_is_read_from_the_directory_of_the_document() {
    let config = issuer_with("decoding_key", json!({"kind": "pem_file", "path": "ed25519.pem"}));
    let directory = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys"));
    let here = Host { directory, ..host() };
    let settings = Settings::read(&config, &here).unwrap();
    let Keys::One(key) = &settings.issuers[0].keys else { panic!("{settings:?}") };
    assert_eq!(key.algorithms, [jsonwebtoken::Algorithm::EdDSA]);
    let missing = faults(&config);
    let begin = "trusted_issuers.0.decoding_key.path: cannot read `ed25519.pem`: ";
    assert!(missing.len() == 1 && missing[0].starts_with(begin), "{missing:?}");
}

#[test]
fn published_keys_need_a_host_that_lends_http_and_a_url_that_may_be_asked() {
    let with = |more: Json| {
        let mut key = json!({"kind": "jwks_url", "url": "https://idp.example/keys"});
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        issuer_with("decoding_key", key)
    };
    let at = "trusted_issuers.0.decoding_key";
    assert_eq!(faults(&with(json!({}))), [format!("{at}.url: the host lends no HTTP")]);
    for (more, expected) in [
        (json!({"refresh_secs": 29}), "refresh_secs: expected from 30 to 86400 seconds"),
        (json!({"refresh_secs": 86401}), "refresh_secs: expected from 30 to 86400 seconds"),
        (json!({"pem": "x"}), "pem: `pem` is not read for a key of kind `jwks_url`"),
    ] {
        let faults = faults(&with(more));
        assert!(faults.contains(&format!("{at}.{expected}")), "{faults:?}");
    }
    let alone = faults(&with(json!({"client_key": {"kind": "literal", "secret": "hush"}})));
    assert!(alone.contains(&format!("{at}.client_key: a key needs its certificate")), "{alone:?}");
    let elsewhere = faults(&issuer_with("decoding_key", json!({"kind": "pem", "pem": "x", "insecure_http": true})));
    let unread = format!("{at}.insecure_http: `insecure_http` is not read for a key of kind `pem`");
    assert!(elsewhere.contains(&unread), "{elsewhere:?}");
}

#[test]
fn a_parameter_of_the_query_has_any_name() {
    let named = |name: &str| root_with(json!({"credential": {"kind": "query_param", "name": name}}));
    let settings = Settings::read(&named("access token"), &host()).unwrap();
    assert_eq!(settings.place, Place::Parameter { name: "access token".to_owned() });
    assert_eq!(faults(&named("")), ["credential.name: the name of the parameter is empty"]);
}

#[test]
fn a_claim_mapper_is_for_principals_that_have_such_claims() {
    let mapping = |config: Json| Settings::read(&config, &host()).map(|settings| settings.issuers[0].mapping.clone());
    for (word, provider) in
        [("keycloak", Provider::Keycloak), ("auth0", Provider::Auth0), ("cognito", Provider::Cognito)]
    {
        for (role, of) in [("user", Role::User), ("client", Role::Client)] {
            let expected = Mapping::of(provider, of).meant_for(&["agents".to_owned()]);
            assert_eq!(mapping(root_with(json!({"claim_mapper": word, "role": role}))), Ok(expected));
        }
        let none = faults(&root_with(json!({"claim_mapper": word, "role": "caller_workload"})));
        assert_eq!(none, ["claim_mapper: no identity provider has claims of its own for a workload"]);
    }
}

#[test]
fn two_answers_to_one_question_are_refused() {
    let both = root_with(json!({"header": "X-Token", "credential": {"kind": "cookie", "name": "session"}}));
    assert_eq!(faults(&both), ["header: `header` and `credential` both say where the token is"]);
    let both = root_with(json!({"claim_mapper": "standard", "claim_map": {"id": "oid"}}));
    assert_eq!(faults(&both), ["claim_mapper: `claim_mapper` and `claim_map` both say which claims are read"]);
}

#[test]
fn a_claim_map_names_only_what_is_read_for_the_role() {
    let map = root_with(json!({"role": "caller_workload", "claim_map": {"id": [], "roles": ["r"], "tenant": ""}}));
    let expected = [
        "claim_map.id: no claim is named here",
        "claim_map.tenant: `tenant` is not read for this `role`",
        "claim_map.roles: `roles` is not read for this `role`",
    ];
    assert_eq!(faults(&map), expected);
    let map = root_with(json!({"claim_map": {"tenant": ["a", ""], "scopes": "s"}}));
    let expected = ["claim_map.scopes: unknown key `scopes`", "claim_map.tenant.1: the path of a claim is empty"];
    assert_eq!(faults(&map), expected);
}

#[test]
fn everything_wrong_is_found_at_once() {
    let config = json!({
        "role": "robot", "header": "X Token", "colour": 1,
        "trusted_issuers": [
            {"issuer": 7, "leeway_seconds": -1, "decoding_key": {"kind": "pem", "pem": "not a key"}},
            {"issuer": "b", "audiences": ["x"], "decoding_key": {"kind": "secret", "secret": ""}},
        ],
    });
    let mut found = faults(&config);
    found.sort_unstable();
    let expected = [
        "colour: unknown key `colour`",
        "header: `X Token` is not the name of a header or cookie",
        "role: unknown word `robot`",
        "trusted_issuers.0.decoding_key.pem: expected a PEM text, which begins with `-----BEGIN PUBLIC KEY-----`",
        "trusted_issuers.0.issuer: expected text, found a number",
        "trusted_issuers.0.leeway_seconds: expected a whole number that is not negative, found a number",
        "trusted_issuers.0: the key `audiences` is missing",
        "trusted_issuers.1.decoding_key.secret: the secret is empty",
    ];
    assert_eq!(found, expected);
}

#[test]
fn no_secret_is_printed_or_told() {
    let settings = Settings::read(&right(), &host()).unwrap();
    assert!(!format!("{settings:?}").contains("hush"));
    for key in [
        json!({"kind": "pem", "pem": "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----"}),
        json!({"kind": "pem", "pem": "-----BEGIN PUBLIC KEY-----\nhush\n-----END PUBLIC KEY-----"}),
        json!({"kind": "jwk", "jwk": "hush"}),
        json!({"kind": "jwk", "jwk": {"kty": "hush", "k": "hush"}}),
        json!({"kind": "jwk", "jwk": {"kty": "oct", "k": "hush hush"}}),
        json!({"kind": "secret", "secret": ["hush"]}),
        json!({"kind": "secret", "secret": {"kind": "literal", "secret": "hush", "name": "x"}}),
    ] {
        let faults = Settings::read(&issuer_with("decoding_key", key), &host()).unwrap_err();
        assert!(!format!("{faults:?}").contains("hush"), "{faults:?}");
    }
}
